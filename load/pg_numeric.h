#ifndef LOAD_PG_NUMERIC_H
#define LOAD_PG_NUMERIC_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stddef.h>
#include <stdint.h>

/*
 * PostgreSQL's binary numeric from canonical decimal text (decimal.h), exact:
 * four decimal digits to a base-10000 digit, the display scale equal to the
 * fraction digits written.
 */

/* Room for the numeric of a text of n bytes. */
static inline size_t
pg_numeric_room(size_t n)
{
	return n + 16;
}

/* Writes to out, which has pg_numeric_room(text.len) bytes. The bytes
 * written, or 0 if text is no number or one that no numeric can hold. */
size_t pg_numeric_encode(struct span text, uint8_t *out) MUST_CHECK;

#endif
