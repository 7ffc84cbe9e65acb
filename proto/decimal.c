#include "proto/decimal.h"
#include "proto/limits.h"
#include <string.h>
#include <strings.h>

/* The significant digits of a number: two runs, because the point or the
 * exponent may have stood between them, and where the point belongs. */
struct digits {
	const uint8_t *a, *b;
	size_t na, nb;
	int64_t point; /* digits before the point; may be negative or > na+nb */
};

static bool
is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

static size_t
digit_run(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = p;
	while (q < end && is_digit(*q))
		q++;
	return (size_t)(q - p);
}

static void
digits_strip(struct digits *d)
{
	for (; d->na && *d->a == '0'; d->a++, d->na--)
		d->point--;
	if (!d->na)
		for (; d->nb && *d->b == '0'; d->b++, d->nb--)
			d->point--;
	while (d->nb && d->b[d->nb - 1] == '0')
		d->nb--;
	if (!d->nb)
		while (d->na && d->a[d->na - 1] == '0')
			d->na--;
}

/* Appends digits [from, from + n) of the two runs, zeros beyond them. */
static void
digits_put(const struct digits *d, size_t from, size_t n, struct buf *out)
{
	uint8_t *p = buf_extend(out, n);
	size_t k = 0;
	if (from < d->na) {
		k = d->na - from < n ? d->na - from : n;
		memcpy(p, d->a + from, k);
	}
	size_t in_b = from + k - d->na; /* k < n only past the first run */
	if (k < n && in_b < d->nb) {
		size_t m = d->nb - in_b < n - k ? d->nb - in_b : n - k;
		memcpy(p + k, d->b + in_b, m);
		k += m;
	}
	memset(p + k, '0', n - k);
}

static int
digits_write(bool negative, struct digits *d, struct buf *out)
{
	digits_strip(d);
	size_t n = d->na + d->nb;
	if (n == 0) {
		buf_putc(out, '0');
		return 0;
	}
	int64_t whole = d->point > 0 ? d->point : 0;
	int64_t fraction = (int64_t)n > d->point ? (int64_t)n - d->point : 0;
	if (whole + fraction > LIMIT_DECIMAL_DIGITS)
		return -1;
	if (negative)
		buf_putc(out, '-');
	if (whole)
		digits_put(d, 0, (size_t)whole, out);
	else
		buf_putc(out, '0');
	if (!fraction)
		return 0;
	buf_putc(out, '.');
	size_t zeros = d->point < 0 ? (size_t)-d->point : 0;
	memset(buf_extend(out, zeros), '0', zeros);
	digits_put(d, (size_t)whole, (size_t)fraction - zeros, out);
	return 0;
}

/* An exponent far beyond any limit stays there, however long it is. */
static int
exponent(const uint8_t **p, const uint8_t *end, int64_t *v)
{
	bool negative = false;
	if (*p < end && (**p == '-' || **p == '+'))
		negative = *(*p)++ == '-';
	size_t n = digit_run(*p, end);
	if (!n)
		return -1;
	int64_t e = 0;
	for (size_t i = 0; i < n; i++)
		if (e < INT64_C(1) << 40)
			e = e * 10 + ((*p)[i] - '0');
	*p += n;
	*v = negative ? -e : e;
	return 0;
}

static int
special(const uint8_t *p, size_t n, bool sign, bool negative, struct buf *out)
{
	const char *s = (const char *)p;
	if (n == 3 && !sign && strncasecmp(s, "nan", 3) == 0)
		buf_puts(out, "NaN");
	else if ((n == 3 && strncasecmp(s, "inf", 3) == 0) ||
		 (n == 8 && strncasecmp(s, "infinity", 8) == 0))
		buf_puts(out, negative ? "-Infinity" : "Infinity");
	else
		return -1;
	return 0;
}

int
decimal_canonical(struct span in, struct buf *out)
{
	const uint8_t *p = in.data, *end = p + in.len;
	bool sign = p < end && (*p == '-' || *p == '+');
	bool negative = sign && *p == '-';
	p += sign;
	if (p == end)
		return -1;
	if (!is_digit(*p) && *p != '.')
		return special(p, (size_t)(end - p), sign, negative, out);
	struct digits d = { .a = p, .na = digit_run(p, end) };
	p += d.na;
	d.point = (int64_t)d.na;
	d.b = p;
	if (p < end && *p == '.') {
		d.b = ++p;
		d.nb = digit_run(p, end);
		p += d.nb;
	}
	if (d.na + d.nb == 0)
		return -1;
	int64_t e = 0;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (exponent(&p, end, &e) != 0)
			return -1;
	}
	if (p != end)
		return -1;
	d.point += e;
	return digits_write(negative, &d, out);
}

static bool
is_special(struct span s)
{
	return s.len && (s.data[s.len - 1] == 'N' || s.data[s.len - 1] == 'y');
}

int
decimal_to_i64(struct span canon, int64_t *v)
{
	bool negative = canon.len && *canon.data == '-';
	const uint8_t *p = canon.data + negative, *end = canon.data + canon.len;
	if (p == end || end - p > 19)
		return -1;
	uint64_t u = 0; /* 19 digits fit */
	for (; p < end; p++) {
		if (!is_digit(*p))
			return -1;
		u = u * 10 + (uint64_t)(*p - '0');
	}
	if (u > (uint64_t)INT64_MAX + negative)
		return -1;
	*v = (int64_t)(negative ? 0 - u : u);
	return 0;
}

/* canon without its sign, split at the point. */
struct parts {
	bool negative;
	const uint8_t *whole, *fraction;
	size_t nwhole, nfraction; /* "0" has one whole digit here */
};

static struct parts
split(struct span canon)
{
	struct parts r = { 0 };
	r.negative = canon.len && *canon.data == '-';
	r.whole = canon.data + r.negative;
	r.nwhole = canon.len - r.negative;
	const uint8_t *point = memchr(r.whole, '.', r.nwhole);
	if (point) {
		r.fraction = point + 1;
		r.nfraction = r.nwhole - (size_t)(point + 1 - r.whole);
		r.nwhole = (size_t)(point - r.whole);
	}
	return r;
}

void
decimal_digits(struct span canon, size_t *whole, size_t *fraction)
{
	*whole = *fraction = 0;
	if (is_special(canon))
		return;
	struct parts s = split(canon);
	*whole = s.nwhole == 1 && *s.whole == '0' ? 0 : s.nwhole;
	*fraction = s.nfraction;
}

/* Adds one unit in the last place to the digits from start on. */
static void
increment(struct buf *out, size_t start)
{
	for (size_t i = out->len; i-- > start;) {
		uint8_t *c = &out->data[i];
		if (*c == '.')
			continue;
		if (*c != '9') {
			++*c;
			return;
		}
		*c = '0';
	}
	buf_putc(out, 0);
	memmove(out->data + start + 1, out->data + start, out->len - start - 1);
	out->data[start] = '1';
}

static void
trim_fraction(struct buf *out, size_t start)
{
	if (!memchr(out->data + start, '.', out->len - start))
		return;
	while (out->data[out->len - 1] == '0')
		out->len--;
	if (out->data[out->len - 1] == '.')
		out->len--;
}

static bool
rounds_up(const struct parts *s, size_t scale, enum decimal_round how)
{
	uint8_t first = s->fraction[scale];
	if (first != '5' || how != DECIMAL_HALF_EVEN ||
	    s->nfraction > scale + 1)
		return first >= '5';
	uint8_t kept = scale ? s->fraction[scale - 1] : s->whole[s->nwhole - 1];
	return (kept - '0') & 1;
}

int
decimal_round(
    struct span canon, size_t scale, enum decimal_round how, struct buf *out)
{
	struct parts s = split(canon);
	if (is_special(canon) || s.nfraction <= scale) {
		buf_put(out, canon.data, canon.len);
		return 0;
	}
	if (how == DECIMAL_EXACT)
		return -1;
	bool up = rounds_up(&s, scale, how);
	size_t begin = out->len;
	if (s.negative)
		buf_putc(out, '-');
	size_t start = out->len;
	buf_put(out, s.whole, s.nwhole);
	if (scale) {
		buf_putc(out, '.');
		buf_put(out, s.fraction, scale);
	}
	if (up)
		increment(out, start);
	trim_fraction(out, start);
	if (s.negative && out->len == start + 1 && out->data[start] == '0') {
		out->data[begin] = '0';
		out->len = begin + 1;
	}
	return 0;
}

/* Order among the kinds: -Infinity, numbers, Infinity, NaN. */
static int
rank(struct span s)
{
	if (!is_special(s))
		return 0;
	return s.data[0] == 'N' ? 2 : s.data[0] == '-' ? -1 : 1;
}

static int
compare_magnitude(const struct parts *a, const struct parts *b)
{
	if (a->nwhole != b->nwhole)
		return a->nwhole < b->nwhole ? -1 : 1;
	int c = memcmp(a->whole, b->whole, a->nwhole);
	if (c)
		return c;
	size_t n = a->nfraction < b->nfraction ? a->nfraction : b->nfraction;
	c = n ? memcmp(a->fraction, b->fraction, n) : 0;
	if (c)
		return c;
	return (a->nfraction > b->nfraction) - (a->nfraction < b->nfraction);
}

int
decimal_compare(struct span a, struct span b)
{
	int ra = rank(a), rb = rank(b);
	if (ra || rb)
		return (ra > rb) - (ra < rb);
	struct parts pa = split(a), pb = split(b);
	if (pa.negative != pb.negative)
		return pa.negative ? -1 : 1;
	int c = compare_magnitude(&pa, &pb);
	return pa.negative ? -c : c;
}
