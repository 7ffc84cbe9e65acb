#ifndef EXTRACT_PG_PROBE_H
#define EXTRACT_PG_PROBE_H
#include "extract/source.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/db_pg.h"
#include "proto/err.h"

/*
 * `probe: checksum`: what the server itself makes of the rows that a read
 * would give, without sending them: how many there are, and the sum of a
 * 64-bit hash of each (of its hash_record_extended, PostgreSQL 14). Equal sums
 * of two nights mean equal rows, in whatever order, but for one chance in 2^64.
 *
 * The hash goes by what the engine calls equal. Where that is less than equal
 * in every byte (1.0 and 1.00, 0 and -0, '1 month' and '30 days', texts under
 * a collation of their own) the value's text is hashed, byte by byte.
 */

/* Appends the query that answers count and checksum in one row. */
int pg_probe_put(
    const struct source_handle *s, struct buf *sql, struct err *e) MUST_CHECK;

/* Runs it in the open transaction; appends the checksum to out. rows NULL: only
 * has the server look whether it could. */
int pg_probe(struct source_handle *s, struct pg_conn *c, uint64_t *rows,
    struct buf *out, struct err *e) MUST_CHECK;

#endif
