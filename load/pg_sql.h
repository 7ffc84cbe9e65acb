#ifndef LOAD_PG_SQL_H
#define LOAD_PG_SQL_H
#include "load/pg_columns.h"
#include "proto/buf.h"
#include "proto/sql.h"

/* The statements of one plan, as text. */
struct pg_shape {
	const struct plan *plan;
	const struct sql_table *table;
	struct pg_column *cols; /* plan->n of them */
	bool direct;            /* COPY can go straight into the table */
	const struct strings *key;
};

/* The staging table: one per plan kind and session, in pg_temp. */
const char *pg_sql_stage(enum plan_kind kind);

void pg_sql_create_stage(const struct pg_shape *s, struct buf *out);
void pg_sql_copy(const struct pg_shape *s, bool direct, struct buf *out);

/*
 * Moves what is staged into the table: an upsert that touches only rows that
 * differ, a delete by key, or a soft delete of rows not yet marked. probe:
 * the same over no rows and without the staging table, for EXPLAIN.
 */
void pg_sql_apply(const struct pg_shape *s, bool probe, struct buf *out);

#endif
