#ifndef DELTA_ROWS_H
#define DELTA_ROWS_H
#include "delta/record.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/pipeline.h"

/* The rows of a batch as records of the state. Everything is a view into the
 * batch or in its arena. */
struct rows {
	const uint8_t *bk; /* 16 bytes a row */
	const uint8_t *dh; /* 32 bytes a row; NULL in a batch of deletes */
	uint64_t *marks;   /* rowversion_mark by row; NULL: no versions */
	const struct column **key; /* in key order */
	size_t nkey;
};

/* ERR_BUG if a column is missing: the stages in front always make them. */
int rows_open(struct rows *r, struct batch *b, const struct strings *key,
    struct err *e) MUST_CHECK;

/* Appends the packed key of a row. */
void rows_key(const struct rows *r, size_t row, struct buf *out);

/* Appends the record of a row to a blob. key: its packed key, or NULL. */
void rows_put(const struct rows *r, size_t row, enum record_op op,
    const struct buf *key, struct blob *to);

/* The record of a row; its key is packed into tmp. */
struct record rows_record(
    const struct rows *r, size_t row, enum record_op op, struct buf *tmp);

/* Appends a packed key as "order_no=5, site=A", cut where a value is long. One
 * that does not read back is shown as such. */
void rows_key_text(
    const struct strings *names, struct span packed, struct buf *out);

#endif
