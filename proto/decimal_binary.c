/* decimal.h, part two: to and from the machine's integers and doubles. */
#include "proto/arena.h"
#include "proto/decimal.h"
#include "proto/digits.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
	1e22 };

size_t
decimal_from_i64(int64_t v, char out[DECIMAL_I64_MAX])
{
	_Static_assert((int)DIGITS_MAX <= (int)DECIMAL_I64_MAX, "room");
	return digits_put_i64(v, (uint8_t *)out);
}

/*
 * Numbers of at most 15 digits with a short fraction, which most are: if
 * m / 10^k is v, m written with its point k digits from the right reads back
 * as v, and no other text of up to 15 digits does.
 */
static size_t
from_short(double v, char out[DECIMAL_DOUBLE_MAX])
{
	enum { FRACTION_MAX = 9 };
	for (int k = 1; k <= FRACTION_MAX; k++) {
		double m = nearbyint(v * tens[k]);
		if (!(fabs(m) < 1e15))
			return 0;
		if (m / tens[k] != v)
			continue;
		char d[DECIMAL_I64_MAX];
		size_t n = decimal_from_i64((int64_t)fabs(m), d), o = 0;
		if (v < 0)
			out[o++] = '-';
		size_t whole = n > (size_t)k ? n - (size_t)k : 0;
		memcpy(out + o, d, whole);
		o += whole;
		if (!whole)
			out[o++] = '0';
		out[o++] = '.';
		size_t zeros = (size_t)k - (n - whole);
		memset(out + o, '0', zeros);
		memcpy(out + o + zeros, d + whole, n - whole);
		return o + zeros + n - whole;
	}
	return 0;
}

__extension__ typedef unsigned __int128 u128;

/* q / 10^k, q > 0, without trailing zeros. */
static size_t
put_scaled(uint64_t q, unsigned k, bool negative, char *out)
{
	uint8_t d[DIGITS_MAX];
	for (; k && q % 10 == 0; k--)
		q /= 10;
	size_t n = digits_put_u64(q, d), o = 0;
	size_t whole = n > k ? n - k : 0;
	if (negative)
		out[o++] = '-';
	if (!whole)
		out[o++] = '0';
	memcpy(out + o, d, whole);
	o += whole;
	if (!k)
		return o;
	out[o++] = '.';
	memset(out + o, '0', k - (n - whole));
	o += k - (n - whole);
	memcpy(out + o, d + whole, n - whole);
	return o + n - whole;
}

/*
 * Doubles from 10^-6 to 2^52 that need up to 17 digits, in exact integers: v
 * is m / 2^s, so m * 10^k / 2^s rounded is what printf would print with k
 * fraction digits, and what was rounded away tells whether it reads back as v.
 * 0 if v is not of these; a power of two is not, for the gap below it is half
 * as wide.
 */
static size_t
from_exact(double v, char out[DECIMAL_DOUBLE_MAX])
{
	uint64_t bits,
	    ten = 100000000000000; /* 10^14: the first of 15 digits */
	memcpy(&bits, &v, sizeof(bits));
	uint64_t low = bits & ((UINT64_C(1) << 52) - 1);
	if (!low || !(fabs(v) >= 1e-6 && fabs(v) < 0x1p52))
		return 0;
	uint64_t m = low | UINT64_C(1) << 52;
	unsigned s = 1075 - (unsigned)(bits >> 52 & 0x7ff);
	unsigned k = 0;
	u128 scale = 1; /* 10^k: at most 10^22 */
	while (m * scale >> s < ten && ++k <= 22)
		scale *= 10;
	for (int digits = 15; digits <= 17 && k <= 22; digits++) {
		u128 exact = m * scale, one = (u128)1 << s;
		u128 rest = exact & (one - 1), half = one >> 1;
		uint64_t q = (uint64_t)(exact >> s);
		bool up = rest > half || (rest == half && (q & 1));
		u128 lost = 2 * (up ? one - rest : rest);
		if (lost < scale || (lost == scale && !(m & 1)))
			return put_scaled(q + up, k, v < 0, out);
		scale *= 10;
		k++;
	}
	return 0;
}

/* Raises the last digit of "d.ddde-nn" by one unit; false if it carries out
 * of the first digit. */
static bool
next_up(char *text)
{
	char *e = strchr(text, 'e');
	for (char *p = e; p-- > text;) {
		if (*p == '.' || *p == '-')
			continue;
		if (*p != '9') {
			++*p;
			return true;
		}
		*p = '0';
	}
	return false;
}

/* The shortest digits that read back as v > 0, as "d.ddde±nn". */
static void
shortest(double v, char text[40])
{
	int exp2;
	/* Below a power of two the gap is half as wide, so the nearest text
	 * may miss v while its upper neighbour reads back as v. */
	bool boundary = frexp(v, &exp2) == 0.5;
	int p = v < DBL_MIN ? 0 : DBL_DIG - 1;
	for (;; p++) {
		snprintf(text, 40, "%.*e", p, v);
		if (p >= 16 || strtod(text, NULL) == v)
			return;
		if (boundary && next_up(text) && strtod(text, NULL) == v)
			return;
	}
}

size_t
decimal_from_double(double v, char out[DECIMAL_DOUBLE_MAX])
{
	if (isnan(v))
		return memcpy(out, "NaN", 3), 3;
	if (isinf(v))
		return v < 0 ? (memcpy(out, "-Infinity", 9), 9)
			     : (memcpy(out, "Infinity", 8), 8);
	if (fabs(v) < 0x1p53 && v == nearbyint(v))
		return decimal_from_i64((int64_t)v, out);
	size_t n = from_short(v, out);
	if (!n)
		n = from_exact(v, out);
	if (n)
		return n;
	char text[40];
	shortest(fabs(v), text);
	size_t neg = v < 0;
	struct buf b = { 0 };
	if (neg)
		buf_putc(&b, '-');
	struct span in = { (const uint8_t *)text, strlen(text) };
	if (decimal_canonical(in, &b) != 0)
		abort(); /* printf wrote no number */
	n = b.len < DECIMAL_DOUBLE_MAX ? b.len : DECIMAL_DOUBLE_MAX;
	memcpy(out, b.data, n);
	buf_free(&b);
	return n;
}

/* Up to 15 digits with up to 22 of them after the point: one exact division.
 * False if the number is longer or no plain number. */
static bool
to_short(struct span s, double *v)
{
	uint64_t m = 0;
	size_t digits = 0, fraction = 0;
	bool negative = s.len && s.data[0] == '-', point = false;
	for (size_t i = negative; i < s.len; i++) {
		uint8_t c = (uint8_t)(s.data[i] - '0');
		if (s.data[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (c > 9 || ++digits > 16)
			return false;
		fraction += point;
		m = m * 10 + c;
	}
	if (!digits || m > UINT64_C(1) << 53)
		return false;
	double d = (double)m / tens[fraction];
	*v = negative ? -d : d;
	return true;
}

int
decimal_to_double(struct span canon, double *v)
{
	if (to_short(canon, v))
		return 0;
	char small[1100], *text = small;
	if (canon.len >= sizeof(small))
		text = mem_alloc(canon.len + 1);
	if (canon.len)
		memcpy(text, canon.data, canon.len);
	text[canon.len] = '\0';
	char *end;
	double d = strtod(text, &end);
	bool whole = canon.len && end == text + canon.len;
	bool infinite = strchr(text, 'I') != NULL;
	if (text != small)
		free(text);
	if (!whole || (isinf(d) && !infinite))
		return -1;
	*v = d;
	return 0;
}
