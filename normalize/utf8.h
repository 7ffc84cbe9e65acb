#ifndef NORMALIZE_UTF8_H
#define NORMALIZE_UTF8_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing above
 * U+10FFFF. */
enum { UTF8_BAD = -1, UTF8_MAX = 4 };

int32_t utf8_next_long(const uint8_t **p, const uint8_t *end);

/* The code point at *p, which moves past it; UTF8_BAD moves past the longest
 * start of a character there is, at least one byte. *p < end. */
static inline int32_t
utf8_next(const uint8_t **p, const uint8_t *end)
{
	const uint8_t *q = *p;
	if (*q < 0x80) {
		*p = q + 1;
		return *q;
	}
	if (*q >= 0xc2 && *q <= 0xdf && end - q > 1 && (q[1] & 0xc0) == 0x80) {
		*p = q + 2;
		return (q[0] & 0x1f) << 6 | (q[1] & 0x3f);
	}
	return utf8_next_long(p, end);
}

bool utf8_valid(struct span s);
/* True if all bytes are below 0x80. */
bool utf8_ascii(struct span s);
/* Characters of a valid text. */
size_t utf8_length(struct span s);

/* Writes cp, which is valid; returns the bytes written. */
size_t utf8_put(uint8_t out[UTF8_MAX], int32_t cp);
void utf8_append(struct buf *out, int32_t cp);

/* Unicode's White_Space property. */
bool utf8_is_space(int32_t cp);

/* s, valid, without white space at both ends. */
struct span utf8_trim(struct span s);

/* The start of the character that ends at end. */
static inline const uint8_t *
utf8_before(const uint8_t *start, const uint8_t *end)
{
	const uint8_t *p = end - 1;
	while (p > start && (*p & 0xc0) == 0x80)
		p--;
	return p;
}

#endif
