#ifndef EXTRACT_WATERMARK_H
#define EXTRACT_WATERMARK_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/schema.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Strategy rowversion: which rows may have changed since the watermark.
 * Reading too many is only slower; reading too few loses changes. So the
 * bound goes down by the overlap, rows without a version always belong to it,
 * and a version that the engine cannot compare exactly sets no bound.
 */
struct watermark {
	struct span version; /* rowversion_encode; empty: none */
	int64_t overlap;     /* below it: in numbers, or in seconds */
	const struct schema_column *column;
	bool sqlite; /* its rules of comparison, else PostgreSQL's */
};

/* Appends "(column >= bound OR column IS NULL)", or nothing if there is no
 * bound to set. */
int watermark_put(
    const struct watermark *w, struct buf *sql, struct err *e) MUST_CHECK;

#endif
