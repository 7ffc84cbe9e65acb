#ifndef EXTRACT_PG_STREAM_H
#define EXTRACT_PG_STREAM_H
#include "extract/pg_copy.h"
#include "proto/attr.h"
#include "proto/db_pg.h"
#include "proto/err.h"
#include <stdbool.h>

/*
 * Runs a COPY … TO STDOUT (FORMAT binary) and feeds its stream to copy. The
 * server's own count of rows is held against ours. After a failure nothing of
 * it is still on its way; *called_off: a cancel may be.
 */
int pg_stream(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e) MUST_CHECK;

/* The plain way, by libpq, which any connection can go. */
int pg_stream_plain(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e) MUST_CHECK;

#endif
