#ifndef LOAD_SQLITE_SQL_H
#define LOAD_SQLITE_SQL_H
#include "load/plan.h"
#include "proto/buf.h"
#include "proto/sql.h"

/*
 * The one statement of a plan, run once per row: an upsert that touches the
 * row only if it differs, a delete by key, or a soft delete of a row not yet
 * marked. Parameter i + 1 is the value of plan column i.
 */
void sqlite_sql_row(const struct plan *p, const struct sql_table *t,
    const struct strings *key, struct buf *out);

#endif
