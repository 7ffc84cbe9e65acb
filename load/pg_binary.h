#ifndef LOAD_PG_BINARY_H
#define LOAD_PG_BINARY_H
#include "load/input.h"
#include "load/pg_columns.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"

/* PostgreSQL's binary COPY format, straight from columns. */

void pg_binary_begin(struct buf *out);
void pg_binary_end(struct buf *out);

/* Appends one row of n columns. ERR_DATA, with out as it was, when a value
 * does not fit its column; e names the column. */
int pg_binary_row(const struct pg_column *cols, const struct input *in,
    size_t n, size_t row, struct buf *out, struct err *e) MUST_CHECK;

#endif
