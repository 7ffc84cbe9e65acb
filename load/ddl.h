#ifndef LOAD_DDL_H
#define LOAD_DDL_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include "proto/sql.h"

/* CREATE TABLE for `create: true`. */

/*
 * All columns of the table: the fields of shape (plan.h), then the soft
 * delete mark and the tracking columns. Key columns are not_null. A key field
 * that is not among the fields is ERR_CONFIG.
 */
int ddl_columns(const struct entity *en, const struct schema *shape,
    struct arena *a, struct schema *out, struct err *e) MUST_CHECK;

/* The statement; the business key, in its order, is the primary key. */
void ddl_create(enum driver driver, const struct sql_table *t,
    const struct schema *cols, const struct strings *key, struct buf *out);

#endif
