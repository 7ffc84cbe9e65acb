#ifndef LOAD_TARGET_H
#define LOAD_TARGET_H
#include "load/input.h"
#include "load/plan.h"
#include "load/target_driver.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/db_pg_kept.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include "proto/sql.h"

/*
 * One target table of one entity, behind a table of drivers.
 *
 * Rows go in between begin and commit: put any number of times, which may
 * only queue them, then settle, which makes sure the target has taken them.
 * After any failure of these the transaction is good for rollback only, or,
 * inside save, for undo. Errors: ERR_DATA when the target refuses rows,
 * ERR_RETRY when it is busy or gone.
 */
enum target_use {
	TARGET_LOOK,  /* read what there is */
	TARGET_CHECK, /* also: could it be written? Nothing is created */
	TARGET_WRITE,
};

/* Whoever opens a target; outlives it. */
struct target_from {
	const char *store_dir;
	uint64_t run;
	struct pg_kept *kept; /* may be NULL */
};

struct target_table {
	const struct target_driver *driver;
	const struct entity *entity;
	enum target_use use;
	const struct target_from *from;
	struct sql_table table;
	struct arena arena;   /* of schema and of what drivers keep */
	struct schema schema; /* of the table; empty if it is missing */
	bool exists;
	bool empty; /* it held no row when it was opened */
	void *self; /* the driver's */
};

/* Connects and looks at the table. A missing table is ERR_CONFIG unless the
 * entity may create it. Only TARGET_WRITE makes a missing file. */
int target_open(const struct entity *en, enum target_use use,
    const struct target_from *from, struct target_table **out,
    struct err *e) MUST_CHECK;
void target_close(struct target_table **t); /* NULL-safe; rolls back */

/* True if t, which may be NULL and was opened to look, is as good as opened
 * for en and this use. The columns are not asked for again: what is made from
 * them is tried by prepare. */
bool target_still_good(
    struct target_table *t, const struct entity *en, enum target_use use);

/* Creates the table for these fields (shape as in plan.h) and looks again. */
int target_create(struct target_table *t, const struct schema *shape,
    struct err *e) MUST_CHECK;

/* The query that counts, up to most, the rows that are not marked deleted. */
void target_count_sql(
    const struct target_table *t, uint64_t most, struct buf *sql);

/* 0 if target_create could do it; for TARGET_CHECK, which leaves nothing. */
int target_could_create(struct target_table *t, const struct schema *shape,
    struct err *e) MUST_CHECK;

/* A put failed because a row ended the whole transaction: code of e. */
#define TARGET_LOST "transaction_lost"

/* True if the same transaction, tried again, may go through. */
bool target_transient(const struct err *e);

/* True if the row may go in once others have: it refers to another row. */
bool target_orphan(const char *code);

#endif
