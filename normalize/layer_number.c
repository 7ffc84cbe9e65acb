#include "normalize/layers.h"
#include "normalize/utf8.h"
#include "proto/decimal.h"
#include <string.h>
#include <unictype.h>

/* One token per character, whatever the script; below 128 it is the ASCII
 * character itself. */
enum token {
	TOKEN_END = 0,
	TOKEN_POINT = 128,
	TOKEN_GROUP, /* of ',' and '.' the one that is not the point */
	TOKEN_ARABIC_GROUP,
	TOKEN_NBSP,
	TOKEN_CURRENCY,
	TOKEN_PERCENT,
	TOKEN_MINUS,
	TOKEN_OTHER
};

struct reader {
	const uint8_t *p, *end;
	char decimal; /* '.' or ',' */
};

static int
token_of(int32_t cp, char decimal)
{
	if ((cp >= '0' && cp <= '9') || cp == ' ')
		return cp;
	if (cp == decimal)
		return TOKEN_POINT;
	if (cp == '.' || cp == ',')
		return TOKEN_GROUP;
	if (cp == '-' || cp == 0x2212)
		return TOKEN_MINUS;
	if (cp == '%' || cp == 0x66a)
		return TOKEN_PERCENT;
	if (cp == '$')
		return TOKEN_CURRENCY;
	if (cp >= 0 && cp < 0x80)
		return cp;
	if (cp >= 0x660 && cp <= 0x669)
		return '0' + cp - 0x660;
	if (cp >= 0x6f0 && cp <= 0x6f9)
		return '0' + cp - 0x6f0;
	if (cp == 0x66b)
		return TOKEN_POINT;
	if (cp == 0x66c)
		return TOKEN_ARABIC_GROUP;
	if (cp == 0xa0)
		return TOKEN_NBSP;
	if (cp > 0 && uc_is_general_category((ucs4_t)cp, UC_CURRENCY_SYMBOL))
		return TOKEN_CURRENCY;
	return TOKEN_OTHER;
}

static int
peek(const struct reader *r, const uint8_t **after)
{
	*after = r->p;
	if (r->p == r->end)
		return TOKEN_END;
	return token_of(utf8_next(after, r->end), r->decimal);
}

static bool
take(struct reader *r, int token)
{
	const uint8_t *after;
	if (peek(r, &after) != token || r->p == r->end)
		return false;
	r->p = after;
	return true;
}

static void
skip_spaces(struct reader *r)
{
	while (r->p < r->end) {
		const uint8_t *next = r->p;
		if (!utf8_is_space(utf8_next(&next, r->end)))
			return;
		r->p = next;
	}
}

/* What stands around the digits, each at most once. */
struct dress {
	bool sign, negative, open, close, currency, percent;
};

static bool
is_upper(const uint8_t *p)
{
	return (uint8_t)(*p - 'A') < 26;
}

/* A sign of a currency, or the three capitals of its code. */
static bool
take_currency(struct reader *r)
{
	if (take(r, TOKEN_CURRENCY))
		return true;
	if (r->end - r->p < 3 || !is_upper(r->p) || !is_upper(r->p + 1) ||
	    !is_upper(r->p + 2))
		return false;
	if (r->end - r->p > 3 && is_upper(r->p + 3))
		return false;
	r->p += 3;
	return true;
}

static bool
take_sign(struct reader *r, struct dress *d)
{
	bool minus = take(r, TOKEN_MINUS);
	if (!minus && !take(r, '+'))
		return false;
	d->negative |= minus;
	return true;
}

/* Sign, currency and parenthesis in front, in any order. False if one comes
 * twice. */
static bool
read_front(struct reader *r, struct dress *d)
{
	for (;;) {
		skip_spaces(r);
		bool *seen = NULL;
		if (take_sign(r, d))
			seen = &d->sign;
		else if (take(r, '('))
			seen = &d->open;
		else if (take_currency(r))
			seen = &d->currency;
		else
			return true;
		if (*seen)
			return false;
		*seen = true;
	}
}

static bool
read_back(struct reader *r, struct dress *d)
{
	for (;;) {
		skip_spaces(r);
		bool *seen = NULL;
		if (take_sign(r, d))
			seen = &d->sign;
		else if (take(r, ')'))
			seen = &d->close;
		else if (take(r, TOKEN_PERCENT))
			seen = &d->percent;
		else if (take_currency(r))
			seen = &d->currency;
		else
			return r->p == r->end;
		if (*seen)
			return false;
		*seen = true;
	}
}

static size_t
read_digits(struct reader *r, struct buf *out)
{
	const uint8_t *after = r->p;
	while (after < r->end && (uint8_t)(*after - '0') < 10)
		after++;
	size_t n = (size_t)(after - r->p);
	buf_put(out, r->p, n);
	r->p = after;
	for (;; n++) {
		int t = peek(r, &after);
		if (t < '0' || t > '9')
			return n;
		buf_putc(out, (uint8_t)t);
		r->p = after;
	}
}

static bool
is_group_mark(int token)
{
	return token == ' ' || token == '\'' || token == TOKEN_GROUP ||
	       token == TOKEN_ARABIC_GROUP || token == TOKEN_NBSP;
}

/*
 * After the first group: marks all alike, each before exactly three digits. A
 * first group that begins with 0 is no grouping: "0,123" is some other
 * notation. A space may also just end the number.
 */
static bool
read_groups(struct reader *r, bool good_first, struct buf *out)
{
	const uint8_t *after;
	int mark = peek(r, &after);
	while (is_group_mark(mark) && peek(r, &after) == mark) {
		struct reader ahead = { after, r->end, r->decimal };
		size_t digits = read_digits(&ahead, out);
		if (digits == 0 && (mark == ' ' || mark == TOKEN_NBSP))
			return true;
		if (digits != 3 || !good_first)
			return false;
		*r = ahead;
	}
	return true;
}

static bool
read_exponent(struct reader *r, struct buf *out)
{
	const uint8_t *after;
	int t = peek(r, &after);
	if (t != 'e' && t != 'E')
		return true;
	r->p = after;
	buf_putc(out, 'e');
	if (take(r, TOKEN_MINUS))
		buf_putc(out, '-');
	else
		take(r, '+');
	return read_digits(r, out) > 0;
}

/* digits [groups] [point digits] [exponent] as ASCII into out. */
static bool
read_body(struct reader *r, struct buf *out)
{
	size_t start = out->len, fraction = 0;
	size_t whole = read_digits(r, out);
	bool zero = whole && out->data[start] == '0';
	if (whole && !read_groups(r, whole <= 3 && !zero, out))
		return false;
	if (take(r, TOKEN_POINT)) {
		buf_putc(out, '.');
		fraction = read_digits(r, out);
	}
	return whole + fraction > 0 && read_exponent(r, out);
}

static enum verdict
bad_number(struct layer_work *w, const char *text)
{
	return refuse(&w->why, "number", "bad_number", text);
}

static bool
is_word(struct span s, const char *word)
{
	if (s.len != strlen(word))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] | 0x20) != (uint8_t)word[i])
			return false;
	return true;
}

static bool
is_special(struct span s)
{
	if (s.len && (*s.data == '-' || *s.data == '+')) {
		s.data++;
		s.len--;
		return is_word(s, "inf") || is_word(s, "infinity");
	}
	return is_word(s, "nan") || is_word(s, "inf") || is_word(s, "infinity");
}

/* [+-] digits [. digits], nothing else: no need to look closer. */
static bool
is_simple(struct span s)
{
	size_t i = s.len && (*s.data == '-' || *s.data == '+');
	size_t digits = 0, points = 0;
	for (; i < s.len; i++) {
		if (s.data[i] == '.')
			points++;
		else if ((uint8_t)(s.data[i] - '0') < 10)
			digits++;
		else
			return false;
	}
	return digits && points <= 1;
}

/* A number in Persian or Arabic digits as ASCII; false if there is anything in
 * it but digits, signs and points. */
static bool
latin_digits(struct span s, struct buf *out)
{
	buf_clear(out);
	buf_reserve(out, s.len);
	uint8_t *to = out->data;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.data[i];
		if (c == 0xd9 || c == 0xdb) { /* U+0660, U+06F0 and on */
			uint8_t zero = c == 0xd9 ? 0xa0 : 0xb0;
			if (++i == s.len)
				return false;
			c = (uint8_t)(s.data[i] - zero + '0');
			if ((uint8_t)(c - '0') >= 10)
				return false;
		} else if ((uint8_t)(c - '0') >= 10 && c != '.' && c != '-' &&
			   c != '+') {
			return false;
		}
		*to++ = c;
	}
	out->len = (size_t)(to - out->data);
	return true;
}

static enum verdict
canonical(struct span s, struct span *canon, struct layer_work *w)
{
	size_t at = w->number.len;
	if (decimal_canonical(s, &w->number) < 0)
		return refuse(&w->why, "number", "out_of_range",
		    "has more digits than a number may have");
	*canon = (struct span){ w->number.data + at, w->number.len - at };
	return VERDICT_OK;
}

static bool
matches(const struct dress *d)
{
	if (d->open != d->close)
		return false;
	return !(d->open && d->sign);
}

/* The ASCII form, "-1234.5e3", of a number in any dress. */
static enum verdict
undress(const struct number_options *o, struct span s, struct layer_work *w)
{
	struct reader r = { s.data, s.data + s.len, o->decimal };
	struct dress d = { 0 };
	struct buf *out = &w->shown;
	buf_clear(out);
	buf_putc(out, '+');
	if (!read_front(&r, &d) || !read_body(&r, out) || !read_back(&r, &d) ||
	    !matches(&d))
		return bad_number(w, "not a number");
	if (d.negative || d.open)
		out->data[0] = '-';
	if (d.percent && o->percent == PERCENT_REJECT)
		return bad_number(w,
		    "a percentage; percent: ratio or percent: number would "
		    "say what it means");
	if (d.percent && o->percent == PERCENT_RATIO) {
		if (memchr(out->data, 'e', out->len))
			return bad_number(w, "a percentage with an exponent");
		buf_puts(out, "e-2");
	}
	return VERDICT_OK;
}

enum verdict
layer_number(const struct number_options *o, struct span in, struct span *canon,
    struct layer_work *w)
{
	buf_clear(&w->number);
	if (o->decimal == '.' && is_simple(in))
		return canonical(in, canon, w);
	if (o->decimal == '.' && latin_digits(in, &w->shown) &&
	    is_simple(buf_span(&w->shown)))
		return canonical(buf_span(&w->shown), canon, w);
	if (!utf8_valid(in))
		return bad_number(w, "not valid UTF-8");
	struct span s = utf8_trim(in);
	if (is_special(s))
		return canonical(s, canon, w);
	enum verdict v = undress(o, s, w);
	if (v != VERDICT_OK)
		return v;
	return canonical(buf_span(&w->shown), canon, w);
}
