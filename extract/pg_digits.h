#ifndef EXTRACT_PG_DIGITS_H
#define EXTRACT_PG_DIGITS_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * The decimal digits of up to four groups of a numeric, all at once: no table
 * to miss in the cache, no branch for each.
 */
enum { PG_DIGITS_GROUPS = 4, PG_DIGITS_ROOM = 16 };

__extension__ typedef unsigned __int128 pg_digits_t;

/* Two numbers below 10000, v and behind it w << 32, as eight digits from 0 to
 * 9, the first in the lowest byte. */
static inline uint64_t
pg_digits_eight(uint64_t vw)
{
	uint64_t hundreds = vw * 10486 >> 20 & 0x0000007f0000007f;
	uint64_t pairs = hundreds | (vw - hundreds * 100) << 16;
	uint64_t tens = pairs * 103 >> 10 & 0x000f000f000f000f;

	return tens | (pairs - tens * 10) << 8;
}

/* No group is above 9999. */
static inline bool
pg_digits_valid(uint64_t groups)
{
	/* What is added carries into the top bit of a group, or the group had
	 * it before. */
	return !((groups | (groups + 0x58f058f058f058f0)) & 0x8000800080008000);
}

/* The sixteen digits of four valid groups, the first one on top. */
static inline pg_digits_t
pg_digits_all(uint64_t groups)
{
	uint64_t front = groups >> 48 | (groups & 0x0000ffff00000000);
	uint64_t back =
	    (groups << 32) >> 48 | (groups << 32 & 0x0000ffff00000000);

	return pg_digits_eight(front) | (pg_digits_t)pg_digits_eight(back)
					    << 64;
}

/* How many of them are zeros in front; the first group is not 0. */
static inline unsigned
pg_digits_leading(pg_digits_t d)
{
	return (unsigned)__builtin_ctzll((uint64_t)d) / 8;
}

/* How many there are up to the last that is no zero; there is one. */
static inline unsigned
pg_digits_until(pg_digits_t d)
{
	uint64_t back = (uint64_t)(d >> 64);
	uint64_t last = back ? back : (uint64_t)d;

	return (back ? 16 : 8) - (unsigned)__builtin_clzll(last) / 8;
}

/* Writes PG_DIGITS_ROOM bytes: the digits from number `from`, below 16, on. */
static inline void
pg_digits_store(uint8_t *out, pg_digits_t d, unsigned from)
{
	const uint64_t zeros = 0x3030303030303030;
	d = (d | zeros | (pg_digits_t)zeros << 64) >> 8 * from;
	memcpy(out, &d, sizeof(d));
}

#endif
