#include "normalize/utf8.h"
#include <string.h>

/* Continuation bytes that follow a lead byte, and the range the first of them
 * must be in: that is what rules out overlong forms, surrogates and numbers
 * that are too large. */
struct lead {
	uint8_t more, low, high;
};

static struct lead
lead_of(uint8_t c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return (struct lead){ 1, 0x80, 0xbf };
	if (c >= 0xe0 && c <= 0xef)
		return (struct lead){ 2, c == 0xe0 ? 0xa0 : 0x80,
			c == 0xed ? 0x9f : 0xbf };
	if (c >= 0xf0 && c <= 0xf4)
		return (struct lead){ 3, c == 0xf0 ? 0x90 : 0x80,
			c == 0xf4 ? 0x8f : 0xbf };
	return (struct lead){ 0 };
}

int32_t
utf8_next_long(const uint8_t **p, const uint8_t *end)
{
	uint8_t c = *(*p)++;
	struct lead l = lead_of(c);
	if (!l.more)
		return UTF8_BAD;
	int32_t cp = c & (0x3f >> l.more);
	for (int i = 0; i < l.more; i++) {
		if (*p == end || **p < l.low || **p > l.high)
			return UTF8_BAD;
		cp = cp << 6 | (*(*p)++ & 0x3f);
		l.low = 0x80;
		l.high = 0xbf;
	}
	return cp;
}

bool
utf8_ascii(struct span s)
{
	uint64_t any = 0;
	size_t i = 0;
	for (; i + 8 <= s.len; i += 8) {
		uint64_t w;
		memcpy(&w, s.data + i, 8);
		any |= w;
	}
	for (; i < s.len; i++)
		any |= s.data[i];
	return !(any & UINT64_C(0x8080808080808080));
}

/* Past the bytes below 0x80, eight at a time. */
static const uint8_t *
skip_ascii(const uint8_t *p, const uint8_t *end)
{
	while (end - p >= 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		if (w & UINT64_C(0x8080808080808080))
			break;
		p += 8;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

bool
utf8_valid(struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	for (;;) {
		p = skip_ascii(p, end);
		if (p == end)
			return true;
		if (utf8_next(&p, end) == UTF8_BAD)
			return false;
	}
}

size_t
utf8_length(struct span s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += (s.data[i] & 0xc0) != 0x80;
	return n;
}

size_t
utf8_put(uint8_t out[UTF8_MAX], int32_t cp)
{
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	size_t more = cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
	for (size_t i = more; i > 0; i--) {
		out[i] = (uint8_t)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (uint8_t)(0xf0 << (3 - more) | cp);
	return more + 1;
}

void
utf8_append(struct buf *out, int32_t cp)
{
	buf_reserve(out, UTF8_MAX);
	out->len += utf8_put(out->data + out->len, cp);
}

bool
utf8_is_space(int32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= 0x09 && cp <= 0x0d);
	return cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

struct span
utf8_trim(struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		const uint8_t *next = p;
		if (!utf8_is_space(utf8_next(&next, end)))
			break;
		p = next;
	}
	while (end > p) {
		const uint8_t *last = utf8_before(p, end), *q = last;
		if (!utf8_is_space(utf8_next(&q, end)))
			break;
		end = last;
	}
	return (struct span){ p, (size_t)(end - p) };
}
