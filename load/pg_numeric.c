#include "load/pg_numeric.h"
#include "proto/limits.h"
#include <stdbool.h>
#include <string.h>

/* numeric.c: the sign word, which also tells the values that are no numbers. */
enum {
	SIGN_POSITIVE = 0x0000,
	SIGN_NEGATIVE = 0x4000,
	SIGN_NAN = 0xC000,
	SIGN_INFINITY = 0xD000,
	SIGN_MINUS_INFINITY = 0xF000,
	SCALE_MAX = 0x3FFF,
	WHOLE_MAX = 131072 / 4, /* base-10000 digits before the point */
	HEAD_BYTES = 8,
	DIGITS_EACH = 4,
};

static uint8_t *
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static void
put_head(
    uint8_t *p, unsigned ndigits, int weight, unsigned sign, unsigned scale)
{
	p = put16(p, ndigits);
	p = put16(p, (unsigned)weight & 0xffff);
	p = put16(p, sign);
	put16(p, scale);
}

static size_t
put_special(struct span text, uint8_t *out)
{
	static const struct {
		const char *text;
		unsigned sign;
	} names[] = {
		{ "NaN", SIGN_NAN },
		{ "Infinity", SIGN_INFINITY },
		{ "-Infinity", SIGN_MINUS_INFINITY },
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i].text) != text.len ||
		    memcmp(names[i].text, text.data, text.len) != 0)
			continue;
		put_head(out, 0, 0, names[i].sign, 0);
		return HEAD_BYTES;
	}
	return 0;
}

/* How many of the bytes from p are decimal digits. */
static size_t
count_digits(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from = p;
	while (p < end && (uint8_t)(*p - '0') <= 9)
		p++;
	return (size_t)(p - from);
}

static inline unsigned
four(const uint8_t *p)
{
	return p[0] * 1000u + p[1] * 100u + p[2] * 10u + p[3] - '0' * 1111u;
}

/* The digits before the point, right-aligned in groups of four. */
static uint8_t *
put_whole(uint8_t *w, const uint8_t *p, size_t n)
{
	size_t odd = n % DIGITS_EACH;
	unsigned v = 0;
	for (size_t i = 0; i < odd; i++)
		v = v * 10 + (unsigned)(*p++ - '0');
	if (odd)
		w = put16(w, v);
	for (n -= odd; n; n -= DIGITS_EACH, p += DIGITS_EACH)
		w = put16(w, four(p));
	return w;
}

/* The digits after the point, left-aligned. */
static uint8_t *
put_fraction(uint8_t *w, const uint8_t *p, size_t n)
{
	static const unsigned scale[DIGITS_EACH] = { 0, 1000, 100, 10 };
	unsigned v = 0;
	for (; n >= DIGITS_EACH; n -= DIGITS_EACH, p += DIGITS_EACH)
		w = put16(w, four(p));
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(p[i] - '0');
	return n ? put16(w, v * scale[n]) : w;
}

static bool
is_zero(const uint8_t *w)
{
	return w[0] == 0 && w[1] == 0;
}

/* The number without its sign: whole and fraction digits. */
static size_t
encode(const uint8_t *whole, size_t nwhole, const uint8_t *fraction,
    size_t nfraction, bool negative, uint8_t *out)
{
	uint8_t *from = out + HEAD_BYTES;
	/* "0.05": its zero is no digit of the number. */
	if (nwhole == 1 && whole[0] == '0')
		nwhole = 0;
	size_t groups = (nwhole + DIGITS_EACH - 1) / DIGITS_EACH;
	if (nfraction > SCALE_MAX || groups > WHOLE_MAX)
		return 0;
	int weight = (int)groups - 1;
	uint8_t *w =
	    put_fraction(put_whole(from, whole, nwhole), fraction, nfraction);
	uint8_t *first = from;
	while (first < w && is_zero(first)) {
		first += 2;
		weight--;
	}
	while (w > first && is_zero(w - 2))
		w -= 2;
	size_t bytes = (size_t)(w - first);
	if (first != from)
		memmove(from, first, bytes);
	if (!bytes)
		weight = 0;
	put_head(out, (unsigned)(bytes / 2), weight,
	    negative && bytes ? SIGN_NEGATIVE : SIGN_POSITIVE,
	    (unsigned)nfraction);
	return HEAD_BYTES + bytes;
}

size_t
pg_numeric_encode(struct span text, uint8_t *out)
{
	if (!text.len || text.len > LIMIT_DECIMAL_DIGITS + 2)
		return 0;
	const uint8_t *p = text.data, *end = text.data + text.len;
	bool negative = *p == '-';
	p += negative;
	size_t nwhole = count_digits(p, end);
	if (!nwhole)
		return put_special(text, out);
	const uint8_t *fraction = p + nwhole;
	size_t nfraction = 0;
	if (fraction < end) {
		if (*fraction++ != '.')
			return 0;
		nfraction = count_digits(fraction, end);
		if (!nfraction || fraction + nfraction != end)
			return 0;
	}
	return encode(p, nwhole, fraction, nfraction, negative, out);
}
