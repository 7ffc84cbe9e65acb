#include "normalize/datetime_format.h"
#include "normalize/datetime_scan.h"
#include "normalize/jalali.h"
#include "proto/decimal.h"
#include <string.h>

/*
 * Reading a text by a compiled pattern. Beside strptime's directives it may
 * hold some of our own (datetime_compile.c). This is what a text gave so far.
 */
struct parts {
	int year, month, day, yday, hour, minute, second, micros;
	int32_t offset;
	bool has_year, has_month, has_day, has_yday;
	bool has_hour, has_hour12, has_minute, has_pm, pm, has_offset;
};

static bool
scan_year2(struct scan *s, struct parts *p, int pivot)
{
	if (!scan_number(s, 2, 2, &p->year))
		return false;
	p->year += p->year < pivot ? 2000 : 1900;
	return p->has_year = true;
}

/* RR: two digits, 50 to 99 of the last century; or all four. */
static bool
scan_oracle_year(struct scan *s, struct parts *p)
{
	if (scan_number(s, 4, 4, &p->year))
		return p->has_year = true;
	return scan_year2(s, p, 50);
}

static bool
scan_date_part(struct scan *s, char c, struct parts *p)
{
	switch (c) {
	case 'Y':
		return p->has_year = scan_number(s, 4, 4, &p->year);
	case 'y':
		return scan_year2(s, p, 69);
	case '@':
		return scan_oracle_year(s, p);
	case 'm':
		return p->has_month = scan_number(s, 1, 2, &p->month);
	case 'b':
		return p->has_month = scan_month(s, &p->month);
	case 'd':
		return p->has_day = scan_number(s, 1, 2, &p->day);
	case 'e':
		scan_spaces(s);
		return p->has_day = scan_number(s, 1, 2, &p->day);
	case 'j':
		return p->has_yday = scan_number(s, 1, 3, &p->yday);
	case 'a':
		return scan_weekday(s);
	}
	return false;
}

static bool
scan_time_part(struct scan *s, char c, struct parts *p)
{
	switch (c) {
	case 'H':
		return p->has_hour = scan_number(s, 1, 2, &p->hour);
	case 'I':
		return p->has_hour12 = scan_number(s, 1, 2, &p->hour);
	case 'M':
		return p->has_minute = scan_number(s, 1, 2, &p->minute);
	case 'S':
		return scan_number(s, 1, 2, &p->second);
	case 'f':
		return scan_fraction(s, &p->micros);
	case '.':
		if (scan_char(s, '.') || scan_char(s, ','))
			return scan_fraction(s, &p->micros);
		return true;
	case 'p':
		return p->has_pm = scan_am_pm(s, &p->pm);
	case 'z':
		return p->has_offset = scan_offset(s, &p->offset);
	case '?':
		p->has_offset = scan_offset(s, &p->offset);
		return true;
	}
	return false;
}

static bool
scan_part(struct scan *s, char c, struct parts *p)
{
	if (c == '|')
		return scan_char(s, 'T') || scan_char(s, 't') || scan_spaces(s);
	if (c == '%')
		return scan_char(s, '%');
	if (strchr("Yy@mbdeja", c))
		return scan_date_part(s, c, p);
	return scan_time_part(s, c, p);
}

static bool
scan_all(struct scan *s, const char *pattern, struct parts *p)
{
	for (const char *f = pattern; *f; f++) {
		bool ok;
		if (*f == '%')
			ok = scan_part(s, *++f, p);
		else if (*f == ' ')
			ok = scan_spaces(s);
		else
			ok = scan_char(s, *f);
		if (!ok)
			return false;
	}
	return s->p == s->end;
}

static bool
settle_date(const struct parts *p, bool jalali, struct datetime_iso *out)
{
	struct civil c = { p->year, p->month, p->day };
	out->has_date = true;
	if (jalali)
		return jalali_days(c, &out->days) == 0;
	if (!p->has_yday) {
		if (!datetime_valid(c))
			return false;
		out->days = datetime_days(c);
		return true;
	}
	bool leap = datetime_valid((struct civil){ p->year, 2, 29 });
	if (p->yday < 1 || p->yday > 365 + leap)
		return false;
	out->days =
	    datetime_days((struct civil){ p->year, 1, 1 }) + p->yday - 1;
	return true;
}

static bool
settle_time(const struct parts *p, struct datetime_iso *out)
{
	int hour = p->hour;
	if (p->has_hour12) {
		if (hour < 1 || hour > 12)
			return false;
		hour = hour % 12 + (p->pm ? 12 : 0);
	}
	if (hour > 24 || p->minute > 59 || p->second > 59)
		return false;
	if (hour == 24 && (p->minute || p->second || p->micros))
		return false;
	out->has_time = true;
	out->micros = ((int64_t)hour * 3600 + p->minute * 60 + p->second) *
			  MICROS_PER_SEC +
		      p->micros;
	return true;
}

static bool
parse_epoch(struct span in, size_t scale, struct datetime_iso *out)
{
	struct buf canon = { 0 }, cut = { 0 };
	int64_t micros = 0;
	bool good = decimal_canonical(in, &canon) == 0;
	/* To micros exactly, by shifting the exponent; further digits are cut
	 * like those of any other time. */
	if (good) {
		struct span s = buf_span(&canon);
		const uint8_t *point = memchr(s.data, '.', s.len);
		size_t whole = point ? (size_t)(point - s.data) : s.len;
		size_t keep = point && s.len - whole - 1 > scale
				  ? whole + 1 + scale
				  : s.len;
		buf_put(&cut, s.data, keep);
		buf_printf(&cut, "e%zu", scale);
		buf_clear(&canon);
		good = decimal_canonical(buf_span(&cut), &canon) == 0 &&
		       decimal_to_i64(buf_span(&canon), &micros) == 0;
	}
	buf_free(&canon);
	buf_free(&cut);
	out->has_date = out->has_time = out->has_offset = true;
	out->days = datetime_split(micros, &out->micros);
	return good;
}

int
datetime_format_parse(const struct datetime_format *f, struct span in,
    bool jalali, struct datetime_iso *out)
{
	enum { SECONDS_SCALE = 6, MILLIS_SCALE = 3 };
	*out = (struct datetime_iso){ 0 };
	if (f->kind != FORMAT_PATTERN)
		return parse_epoch(in,
			   f->kind == FORMAT_EPOCH ? SECONDS_SCALE
						   : MILLIS_SCALE,
			   out)
			   ? 0
			   : -1;
	struct scan s = { in.data, in.data + in.len };
	struct parts p = { 0 };
	if (!scan_all(&s, f->pattern, &p))
		return -1;
	if (p.has_year && !settle_date(&p, jalali, out))
		return -1;
	if ((p.has_hour || p.has_hour12) && !settle_time(&p, out))
		return -1;
	out->has_offset = p.has_offset;
	out->offset_secs = p.offset;
	return 0;
}
