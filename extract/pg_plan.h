#ifndef EXTRACT_PG_PLAN_H
#define EXTRACT_PG_PLAN_H
#include "extract/source.h"
#include "proto/attr.h"

struct pg_conn;

/*
 * Divides a PostgreSQL source: one chunk, block ranges of a plain table's
 * heap, or ranges of the first key column. snapshot goes into every range.
 */
int pg_plan(struct source_handle *s, struct pg_conn *c,
    const struct chunk_range *whole, struct chunk_list *out,
    struct err *e) MUST_CHECK;

/* The condition of a range, appended; nothing for the whole. */
void pg_plan_condition(const struct chunk_range *r, struct buf *sql);

#endif
