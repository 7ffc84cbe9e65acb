#ifndef PROTO_DIGITS_H
#define PROTO_DIGITS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Integers to decimal digits without a division per digit, inline for what
 * does little else. decimal_from_i64 is the plain call. */
enum { DIGITS_MAX = 24 }; /* room for any; more of it is written than used */

/* The 8 digits of v < 10^8, the first one in the lowest byte: halves of 4
 * digits, quarters of 2, then digits, all parts in one multiplication. */
static inline uint64_t
digits_8(uint32_t v)
{
	uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32;
	uint64_t hi = x * 10486 >> 20 & 0x0000007f0000007f;
	x = hi | (x - hi * 100) << 16;
	hi = x * 103 >> 10 & 0x000f000f000f000f;
	return hi | (x - hi * 10) << 8;
}

/* How many digits v < 10^8 has; zero has one. */
static inline size_t
digits_count_8(uint32_t v)
{
	static const uint32_t tens[] = { 0, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000 };
	/* Bits times log10(2): right, or one too many. */
	size_t n = (32 - (size_t)__builtin_clz(v | 1)) * 1233 >> 12;
	return n + (v >= tens[n]);
}

/* v < 10^8 without leading zeros. The count does not wait for the digits: what
 * is written next needs it alone. */
static inline size_t
digits_put_8(uint32_t v, uint8_t *out)
{
	size_t n = digits_count_8(v);
	uint64_t d = (digits_8(v) | 0x3030303030303030) >> (64 - 8 * n);
	memcpy(out, &d, sizeof(d));
	return n;
}

static inline size_t
digits_put_all_8(uint32_t v, uint8_t *out)
{
	uint64_t d = digits_8(v) | 0x3030303030303030;
	memcpy(out, &d, sizeof(d));
	return 8;
}

/* Writes v, without NUL; returns the bytes written. */
static inline size_t
digits_put_u64(uint64_t v, uint8_t out[DIGITS_MAX])
{
	const uint64_t tens_8 = 100000000;
	size_t n;
	if (v < tens_8)
		return digits_put_8((uint32_t)v, out);
	if (v < tens_8 * tens_8) {
		n = digits_put_8((uint32_t)(v / tens_8), out);
	} else {
		uint64_t low = v / tens_8;
		n = digits_put_8((uint32_t)(low / tens_8), out);
		n += digits_put_all_8((uint32_t)(low % tens_8), out + n);
	}
	return n + digits_put_all_8((uint32_t)(v % tens_8), out + n);
}

static inline size_t
digits_put_i64(int64_t v, uint8_t out[DIGITS_MAX])
{
	/* Without a branch: a column's signs follow no pattern. */
	size_t neg = v < 0;
	*out = '-';
	return neg +
	       digits_put_u64(neg ? 0 - (uint64_t)v : (uint64_t)v, out + neg);
}

#endif
