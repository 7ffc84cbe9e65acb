#ifndef EXTRACT_PG_NUMERIC_SHORT_H
#define EXTRACT_PG_NUMERIC_SHORT_H
#include "extract/pg_digits.h"
#include "extract/pg_value.h"
#include "proto/column_put.h"

/*
 * PostgreSQL's numeric on the wire: ndigits, weight, sign, dscale, then
 * ndigits digits of base 10000, big-endian int16 each. The first digit counts
 * 10000^weight. dscale is for display only: trailing zeros do not count.
 */
enum {
	PG_NUMERIC_HEAD = 8,
	PG_NUMERIC_POSITIVE = 0x0000,
	PG_NUMERIC_NEGATIVE = 0x4000,
	/* A sign, "0", a point, and digits stored twice. */
	PG_NUMERIC_SHORT_ROOM = 3 + 2 * PG_DIGITS_ROOM
};

/* Its text after the sign, from digits of which `whole` stand before the
 * point; returns where it ends. */
static inline uint8_t *
pg_numeric_write(uint8_t *out, pg_digits_t d, unsigned whole)
{
	unsigned until = pg_digits_until(d);

	if (whole == 0) {
		*out++ = '0';
	} else {
		unsigned skip = pg_digits_leading(d);
		pg_digits_store(out, d, skip);
		out += whole - skip;
	}
	/* Written in any case: whether there is a fraction follows no pattern,
	 * so it must not be a branch. */
	*out = '.';
	pg_digits_store(out + 1, d, whole % PG_DIGITS_ROOM);
	return out + (until > whole ? 1 + until - whole : 0);
}

/* Up to four groups, none of them in vain, around the point: nearly all
 * numerics. False, and nothing added, for any other. */
static inline bool
pg_numeric_put_short(struct column_builder *b, const uint8_t *p, size_t n)
{
	if (n <= PG_NUMERIC_HEAD || n > PG_NUMERIC_HEAD + 8 ||
	    !column_put_room(b, PG_NUMERIC_SHORT_ROOM))
		return false;
	uint64_t head = pg_u64(p);
	unsigned ndigits = (unsigned)(head >> 48);
	unsigned after = (uint16_t)((head >> 32) + 1); /* weight + 1 */
	unsigned sign = (uint16_t)(head >> 16);
	if (n != PG_NUMERIC_HEAD + 2 * (size_t)ndigits ||
	    after > PG_DIGITS_GROUPS || (sign & ~PG_NUMERIC_NEGATIVE))
		return false;
	/* The last eight bytes hold all groups, behind some of the head. */
	uint64_t last = pg_u64(p + n - 8);
	uint64_t groups = last << 16 * (PG_DIGITS_GROUPS - ndigits);
	if (!(groups >> 48) || !(uint16_t)last || !pg_digits_valid(groups))
		return false;
	uint8_t *start = b->data + b->bytes;
	*start = '-';
	uint8_t *end = pg_numeric_write(start + (sign == PG_NUMERIC_NEGATIVE),
	    pg_digits_all(groups), 4 * after);
	column_put_commit(b, (size_t)(end - start));
	return true;
}

#endif
