#ifndef PROTO_STORE_DB_H
#define PROTO_STORE_DB_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stddef.h>
#include <stdint.h>

/*
 * Between the store's tables (store_run.c and the like, which know SQL) and
 * its engine (store_sqlite.c, which knows the client library). Only the
 * store's own files include this. The SQL is what SQLite and PostgreSQL
 * share; parameters are $1, $2, … in the order they first appear.
 */

/* A parameter. Text may be NULL, a span empty: both are NULL in the table. */
struct store_arg {
	enum { STORE_ARG_INT, STORE_ARG_TEXT, STORE_ARG_BLOB } type;
	union {
		int64_t i;
		const char *text;
		struct span blob;
	};
};
struct store_args {
	const struct store_arg *v;
	size_t n;
};
#define STORE_ARGS(...)                                                        \
	(&(const struct store_args){                                           \
	    (const struct store_arg[]){ __VA_ARGS__ },                         \
	    sizeof((const struct store_arg[]){ __VA_ARGS__ }) /                \
		sizeof(struct store_arg) })

#define STORE_NO_ARGS (&(const struct store_args){ 0 })

static inline struct store_arg
arg_u64(uint64_t v)
{
	return (struct store_arg){ STORE_ARG_INT, { .i = (int64_t)v } };
}

static inline struct store_arg
arg_text(const char *text)
{
	return (struct store_arg){ STORE_ARG_TEXT, { .text = text } };
}

static inline struct store_arg
arg_blob(struct span blob)
{
	return (struct store_arg){ STORE_ARG_BLOB, { .blob = blob } };
}

/* Opens s->path as s->mode says and sets s->db. */
int store_db_open(struct store *s, struct err *e) MUST_CHECK;
void store_db_close(struct store *s);

/* Writes what is there already. */
int store_db_touch(struct store *s, struct err *e) MUST_CHECK;

/* Statements without parameters and results. */
int store_db_exec(
    struct store *s, const char *script, struct err *e) MUST_CHECK;
/* One statement whose rows, if any, do not matter. sql is a literal: it is
 * kept prepared. *changed (may be NULL) is the number of rows written. */
int store_db_run(struct store *s, const char *sql,
    const struct store_args *args, uint64_t *changed, struct err *e) MUST_CHECK;

/* One statement with rows. Step until it is not 1; stop earlier only with
 * store_db_end. The getters read column after column. */
struct store_rows {
	struct store *store;
	struct store_stmt *stmt;
	int column; /* the next one to read */
};
int store_db_query(struct store *s, const char *sql,
    const struct store_args *args, struct store_rows *q,
    struct err *e) MUST_CHECK;
int store_db_step(struct store_rows *q, struct err *e) MUST_CHECK; /* 1 0 -1 */
void store_db_end(struct store_rows *q);
uint64_t store_db_u64(struct store_rows *q); /* NULL is 0 */
const char *store_db_text(struct store_rows *q, struct arena *a); /* or "" */
struct span store_db_blob(struct store_rows *q, struct arena *a);

/* The first number of the first row: 1, or 0 if there is none. */
int store_db_number(struct store *s, const char *sql,
    const struct store_args *args, uint64_t *out, struct err *e) MUST_CHECK;

/* The file as it is now, to path, which is replaced only once all is there. */
int store_db_backup(
    struct store *s, const char *path, struct err *e) MUST_CHECK;

#endif
