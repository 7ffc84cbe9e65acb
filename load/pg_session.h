#ifndef LOAD_PG_SESSION_H
#define LOAD_PG_SESSION_H
#include "load/pg_sql.h"
#include "load/target.h"

/*
 * What the PostgreSQL driver keeps for one target table, shared by
 * target_postgres.c, pg_claim.c, pg_table.c and pg_copy.c.
 */
enum pg_copying { PG_COPY_NONE, PG_COPY_DIRECT, PG_COPY_STAGE };

struct pg_session {
	struct pg_conn *c;
	/* Of the table as it was looked at last; each plan needs them. */
	struct pg_result *catalog; /* pg_columns_read; NULL: not asked yet */
	int unique;                /* what pg_unique said; -1: not asked yet */
	bool direct;               /* COPY straight in is still right */
	bool transaction;          /* between begin and its end */
	bool unsent; /* … of which the server will hear with the first COPY */
	bool careful; /* … and which may be undone in parts */
	struct {
		struct arena arena;
		struct pg_shape shape; /* shape.plan NULL: not prepared */
		const char *create, *copy, *copy_direct, *apply;
		bool stage;  /* the staging table exists */
		bool fresh;  /* … and was made in this transaction */
		size_t used; /* rows put there since it was last truncated */
	} plans[PLAN_KINDS];
	enum pg_copying copying;
	enum plan_kind kind; /* being copied */
	struct buf out;      /* COPY data on its way */
};

/*
 * db_pg_error, seen from a statement that moved rows: SQLSTATEs by which a
 * row or its trigger was refused are ERR_DATA, a cancelled statement is
 * ERR_RETRY, and the constraint is named.
 */
int pg_refusal(struct pg_conn *c, const struct pg_result *r, struct err *e);

int pg_exec_rows(struct pg_conn *c, const char *sql, struct err *e) MUST_CHECK;

/* pg_claim.c: waits until no session of another run of the store can write to
 * the table any more. Holds until the session ends, or is discarded. */
int pg_claim(struct target_table *t, struct err *e) MUST_CHECK;

/* pg_table.c */
int pg_count(struct target_table *t, uint64_t most, uint64_t *rows,
    struct err *e) MUST_CHECK;
int pg_look(struct target_table *t, struct err *e) MUST_CHECK;
bool pg_refresh(struct target_table *t);
int pg_create(
    struct target_table *t, struct schema *cols, struct err *e) MUST_CHECK;

/* pg_copy.c */
int pg_put(
    struct target_table *t, const struct slice *s, struct err *e) MUST_CHECK;
int pg_settle(struct target_table *t, struct err *e) MUST_CHECK;
int pg_commit(struct target_table *t, struct err *e) MUST_CHECK;
/* The transaction was rolled back. */
void pg_copy_forget(struct pg_session *pg);
/* Rids the staging table of its dead rows, where they are many. It holds no
 * others between one COPY's end and the next one's begin. */
int pg_stage_truncate(
    struct pg_session *pg, enum plan_kind kind, struct err *e) MUST_CHECK;
int pg_stage_create(
    struct pg_session *pg, enum plan_kind kind, struct err *e) MUST_CHECK;

#endif
