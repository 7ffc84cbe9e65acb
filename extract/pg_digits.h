#ifndef EXTRACT_PG_DIGITS_H
#define EXTRACT_PG_DIGITS_H
#include <stdint.h>

/* The four decimal digits of a numeric's group, all at once: no table to
 * miss in the cache. */

/* v < 10000 as four ASCII digits, the first in the lowest byte. */
static inline uint32_t
pg_digits_four(uint32_t v)
{
	uint32_t high = v * 5243 >> 19; /* v / 100 */
	uint32_t pairs = high | (v - high * 100) << 16;
	uint32_t tens = pairs * 103 >> 10 & 0x000f000f;
	uint32_t units = pairs - tens * 10;

	return tens | units << 8 | 0x30303030;
}

/* How many of them are zeros in front; v is not 0. */
static inline unsigned
pg_digits_leading(uint32_t four)
{
	return (unsigned)__builtin_ctz(four ^ 0x30303030) / 8;
}

/* How many of them are zeros at the end; v is not 0. */
static inline unsigned
pg_digits_trailing(uint32_t four)
{
	return (unsigned)__builtin_clz(four ^ 0x30303030) / 8;
}

#endif
