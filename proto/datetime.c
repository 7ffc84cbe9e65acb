#include "proto/datetime.h"
#include <string.h>

enum { YEAR_MIN = -9999, YEAR_MAX = 294276 };

/* A 400-year era has 146 097 days; years begin on 1 March here, so that the
 * leap day is the last of its year. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAYS_0000_03_01 = 719468 };

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool
datetime_valid(struct civil c)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	if (c.year < YEAR_MIN || c.year > YEAR_MAX || c.month < 1 ||
	    c.month > 12 || c.day < 1)
		return false;
	return c.day <= days[c.month - 1] + (c.month == 2 && is_leap(c.year));
}

int32_t
datetime_days(struct civil c)
{
	int y = c.year - (c.month <= 2);
	int era = (y >= 0 ? y : y - (ERA_YEARS - 1)) / ERA_YEARS;
	int of_era = y - era * ERA_YEARS;
	int march_month = (c.month + 9) % 12;
	int of_year = (153 * march_month + 2) / 5 + c.day - 1;
	int days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
	return (int32_t)(era * ERA_DAYS + days - DAYS_0000_03_01);
}

struct civil
datetime_civil(int32_t days)
{
	int64_t z = (int64_t)days + DAYS_0000_03_01;
	int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
	int of_era = (int)(z - era * ERA_DAYS);
	int year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int march_month = (5 * of_year + 2) / 153;
	struct civil c;
	c.day = of_year - (153 * march_month + 2) / 5 + 1;
	c.month = march_month < 10 ? march_month + 3 : march_month - 9;
	c.year = (int)(era * ERA_YEARS) + year + (c.month <= 2);
	return c;
}

int32_t
datetime_split(int64_t micros, int64_t *of_day)
{
	int64_t day = micros / MICROS_PER_DAY, rest = micros % MICROS_PER_DAY;
	if (rest < 0) {
		day--;
		rest += MICROS_PER_DAY;
	}
	*of_day = rest;
	return (int32_t)day;
}

int
datetime_join(int32_t days, int64_t of_day, int64_t *micros)
{
	int64_t v;
	if (__builtin_mul_overflow(days, MICROS_PER_DAY, &v) ||
	    __builtin_add_overflow(v, of_day, &v) || v == MICROS_INFINITY ||
	    v == MICROS_NEG_INF)
		return -1;
	*micros = v;
	return 0;
}

static uint8_t *
put2(uint8_t *p, int v)
{
	p[0] = (uint8_t)('0' + v / 10);
	p[1] = (uint8_t)('0' + v % 10);
	return p + 2;
}

/* Room for the longest date and time there is, with its zone. */
enum { TEXT_MAX = 48 };

static uint8_t *
write_date(uint8_t *p, int32_t days)
{
	struct civil c = datetime_civil(days);
	unsigned year = (unsigned)(c.year < 0 ? -c.year : c.year);
	if (c.year < 0 || c.year > 9999)
		*p++ = c.year < 0 ? '-' : '+';
	unsigned top = 1000;
	while (year / top >= 10)
		top *= 10;
	for (; top; top /= 10)
		*p++ = (uint8_t)('0' + year / top % 10);
	*p++ = '-';
	p = put2(p, c.month);
	*p++ = '-';
	return put2(p, c.day);
}

static uint8_t *
write_time(uint8_t *p, int64_t of_day)
{
	int secs = (int)(of_day / MICROS_PER_SEC);
	int micros = (int)(of_day % MICROS_PER_SEC);
	p = put2(p, secs / 3600);
	*p++ = ':';
	p = put2(p, secs / 60 % 60);
	*p++ = ':';
	p = put2(p, secs % 60);
	*p++ = '.';
	p = put2(p, micros / 10000);
	p = put2(p, micros / 100 % 100);
	return put2(p, micros % 100);
}

void
datetime_put_date(int32_t days, struct buf *out)
{
	if (days == DATE_INFINITY || days == DATE_NEG_INF) {
		buf_puts(out, days > 0 ? "infinity" : "-infinity");
		return;
	}
	buf_reserve(out, TEXT_MAX);
	uint8_t *p = out->data + out->len;
	out->len += (size_t)(write_date(p, days) - p);
}

void
datetime_put_time(int64_t micros, struct buf *out)
{
	buf_reserve(out, TEXT_MAX);
	uint8_t *p = out->data + out->len;
	out->len += (size_t)(write_time(p, micros) - p);
}

static void
put_timestamp(int64_t micros, bool utc, struct buf *out)
{
	if (micros == MICROS_INFINITY || micros == MICROS_NEG_INF) {
		buf_puts(out, micros > 0 ? "infinity" : "-infinity");
		return;
	}
	buf_reserve(out, TEXT_MAX);
	uint8_t *start = out->data + out->len;
	int64_t of_day;
	uint8_t *p = write_date(start, datetime_split(micros, &of_day));
	*p++ = 'T';
	p = write_time(p, of_day);
	if (utc)
		*p++ = 'Z';
	out->len += (size_t)(p - start);
}

void
datetime_put_timestamp(int64_t micros, struct buf *out)
{
	put_timestamp(micros, false, out);
}

void
datetime_put_timestamptz(int64_t micros, struct buf *out)
{
	put_timestamp(micros, true, out);
}

/* --- reading ------------------------------------------------------------ */
struct cursor {
	const uint8_t *p, *end;
};

static bool
accept(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != (uint8_t)want)
		return false;
	c->p++;
	return true;
}

static size_t
digits_ahead(const struct cursor *c)
{
	size_t n = 0;
	while (c->p + n < c->end && (uint8_t)(c->p[n] - '0') < 10)
		n++;
	return n;
}

/* Exactly n digits. */
static bool
number(struct cursor *c, size_t n, int *v)
{
	if (digits_ahead(c) < n)
		return false;
	*v = 0;
	while (n--)
		*v = *v * 10 + (*c->p++ - '0');
	return true;
}

static bool
parse_date(struct cursor *c, struct datetime_iso *out)
{
	bool minus = accept(c, '-'), sign = minus || accept(c, '+');
	size_t n = digits_ahead(c);
	if (n < 4 || n > (sign ? 6 : 4))
		return false;
	struct civil d;
	bool ok = number(c, n, &d.year) && accept(c, '-') &&
		  number(c, 2, &d.month) && accept(c, '-') &&
		  number(c, 2, &d.day);
	if (!ok)
		return false;
	if (minus)
		d.year = -d.year;
	if (!datetime_valid(d))
		return false;
	out->has_date = true;
	out->days = datetime_days(d);
	return true;
}

static bool
parse_fraction(struct cursor *c, int *micros)
{
	size_t n = digits_ahead(c);
	if (n < 1 || n > 9)
		return false;
	*micros = 0;
	for (size_t i = 0; i < 6; i++)
		*micros = *micros * 10 + (i < n ? c->p[i] - '0' : 0);
	c->p += n;
	return true;
}

static bool
parse_time(struct cursor *c, struct datetime_iso *out)
{
	int h, m, s = 0, micros = 0;
	if (!number(c, 2, &h) || !accept(c, ':') || !number(c, 2, &m))
		return false;
	if (accept(c, ':')) {
		if (!number(c, 2, &s))
			return false;
		bool fraction = accept(c, '.') || accept(c, ',');
		if (fraction && !parse_fraction(c, &micros))
			return false;
	}
	if (h > 24 || m > 59 || s > 59 || (h == 24 && (m || s || micros)))
		return false;
	out->has_time = true;
	out->micros =
	    ((int64_t)h * 3600 + m * 60 + s) * MICROS_PER_SEC + micros;
	return true;
}

static bool
parse_offset(struct cursor *c, struct datetime_iso *out)
{
	if (accept(c, 'Z') || accept(c, 'z')) {
		out->has_offset = true;
		return true;
	}
	bool minus = accept(c, '-');
	if (!minus && !accept(c, '+'))
		return true; /* no offset */
	int h, m = 0, s = 0;
	if (!number(c, 2, &h))
		return false;
	bool colon = accept(c, ':');
	if ((colon || digits_ahead(c)) && !number(c, 2, &m))
		return false;
	if (colon && accept(c, ':') && !number(c, 2, &s))
		return false;
	if (h > 15 || m > 59 || s > 59)
		return false;
	out->has_offset = true;
	out->offset_secs = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
	return true;
}

static bool
is_text(struct span in, const char *text)
{
	return in.len == strlen(text) && memcmp(in.data, text, in.len) == 0;
}

int
datetime_parse_iso(struct span in, struct datetime_iso *out)
{
	*out = (struct datetime_iso){ 0 };
	if (in.len == 0)
		return -1;
	if (is_text(in, "infinity") || is_text(in, "-infinity")) {
		out->infinity = in.data[0] == '-' ? -1 : 1;
		return 0;
	}
	struct cursor c = { in.data, in.data + in.len };
	bool time_only = in.len > 2 && in.data[2] == ':';
	if (!time_only) {
		if (!parse_date(&c, out))
			return -1;
		if (c.p == c.end)
			return 0;
		if (!accept(&c, 'T') && !accept(&c, 't') && !accept(&c, ' '))
			return -1;
	}
	if (!parse_time(&c, out) || !parse_offset(&c, out))
		return -1;
	return c.p == c.end ? 0 : -1;
}

int
datetime_iso_micros(const struct datetime_iso *t, int64_t *micros)
{
	if (t->infinity) {
		*micros = t->infinity > 0 ? MICROS_INFINITY : MICROS_NEG_INF;
		return 0;
	}
	return datetime_join(
	    t->days, t->micros - t->offset_secs * MICROS_PER_SEC, micros);
}
