#include "normalize/layers.h"
#include "normalize/utf8.h"
#include "proto/datetime.h"
#include "proto/zone.h"

static enum verdict
bad_datetime(struct layer_work *w, const char *text)
{
	return refuse(&w->why, "datetime", "bad_datetime", text);
}

static enum verdict
out_of_range(struct layer_work *w)
{
	return refuse(&w->why, "datetime", "out_of_range",
	    "beyond the instants that can be held");
}

static int64_t
floor_secs(int64_t micros, int64_t *rest)
{
	int64_t secs = micros / MICROS_PER_SEC;
	*rest = micros % MICROS_PER_SEC;
	if (*rest < 0) {
		*rest += MICROS_PER_SEC;
		secs--;
	}
	return secs;
}

static bool
is_infinite(int64_t micros)
{
	return micros == MICROS_INFINITY || micros == MICROS_NEG_INF;
}

/* A local time of the declared zone to the instant it was. */
static enum verdict
to_instant(const struct datetime_rules *r, int64_t local, int64_t *out,
    struct layer_work *w)
{
	int64_t rest, earliest, latest;
	int64_t secs = floor_secs(local, &rest);
	enum zone_fit fit = zone_local(r->zone, secs, &earliest, &latest);
	if (fit != ZONE_UNIQUE && r->opt.dst == DST_REJECT)
		return bad_datetime(w,
		    fit == ZONE_REPEATED
			? "a time that came twice when the clocks went back"
			: "a time the clocks skipped when they went forward");
	secs = r->opt.dst == DST_LATER ? latest : earliest;
	if (__builtin_mul_overflow(secs, MICROS_PER_SEC, out) ||
	    __builtin_add_overflow(*out, rest, out) || is_infinite(*out))
		return out_of_range(w);
	return VERDICT_OK;
}

static enum verdict
to_local(const struct datetime_rules *r, int64_t instant, int64_t *out,
    struct layer_work *w)
{
	int64_t rest;
	int64_t secs = floor_secs(instant, &rest);
	int64_t shift = zone_offset(r->zone, secs) * MICROS_PER_SEC;
	if (__builtin_add_overflow(instant, shift, out) || is_infinite(*out))
		return out_of_range(w);
	return VERDICT_OK;
}

static enum verdict
settle_instant(const struct datetime_rules *r, const struct datetime_iso *t,
    int64_t *out, struct layer_work *w)
{
	if (!t->has_offset && !r->zone)
		return bad_datetime(
		    w, "has no zone, and no timezone: says which it is in");
	if (datetime_iso_micros(t, out) < 0)
		return out_of_range(w);
	return t->has_offset ? VERDICT_OK : to_instant(r, *out, out, w);
}

static enum verdict
settle_local(const struct datetime_rules *r, const struct datetime_iso *t,
    int64_t *out, struct layer_work *w)
{
	if (t->has_offset && !r->zone)
		return bad_datetime(w,
		    "has a zone, the field has none, and no timezone: "
		    "says what to convert it to");
	if (datetime_iso_micros(t, out) < 0)
		return out_of_range(w);
	return t->has_offset ? to_local(r, *out, out, w) : VERDICT_OK;
}

static enum verdict
settle_date(const struct datetime_rules *r, const struct datetime_iso *t,
    int64_t *out, struct layer_work *w)
{
	int64_t local = 0, of_day;
	if (!t->has_time && !t->has_offset) {
		*out = t->days;
		return VERDICT_OK;
	}
	enum verdict v = settle_local(r, t, &local, w);
	if (v != VERDICT_OK)
		return v;
	*out = datetime_split(local, &of_day);
	if (of_day)
		return bad_datetime(
		    w, "has a time of day that a date cannot hold");
	return VERDICT_OK;
}

static enum verdict
settle_time(const struct datetime_iso *t, int64_t *out, struct layer_work *w)
{
	if (t->has_date || t->has_offset || t->infinity)
		return bad_datetime(
		    w, "has a date or a zone that a time cannot hold");
	*out = t->micros;
	return VERDICT_OK;
}

static enum verdict
settle(const struct datetime_rules *r, const struct datetime_iso *t,
    enum value_type to, int64_t *out, struct layer_work *w)
{
	if (to == VT_TIME)
		return settle_time(t, out, w);
	if (t->infinity) {
		*out = t->infinity > 0 ? MICROS_INFINITY : MICROS_NEG_INF;
		if (to == VT_DATE)
			*out = t->infinity > 0 ? DATE_INFINITY : DATE_NEG_INF;
		return VERDICT_OK;
	}
	if (!t->has_date)
		return bad_datetime(w, "has no date");
	enum verdict v = to == VT_DATE        ? settle_date(r, t, out, w)
			 : to == VT_TIMESTAMP ? settle_local(r, t, out, w)
					      : settle_instant(r, t, out, w);
	int64_t first = to == VT_DATE ? DATE_MIN : DATE_MIN * MICROS_PER_DAY;
	return v == VERDICT_OK && *out < first ? out_of_range(w) : v;
}

/* 0000-00-00, alone or with a midnight. */
static bool
is_zero_date(struct span s)
{
	static const char zero[] = "0000-00-00 00:00:00.000000000";
	if (s.len < 10 || s.len > sizeof(zero) - 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = (char)s.data[i];
		if (c == '/' && i < 10)
			c = '-';
		if (c == 'T' && i == 10)
			c = ' ';
		if (c != zero[i])
			return false;
	}
	return s.len == 10 || s.len == 16 || s.len == 19 || s.len > 20;
}

/* White space at the ends goes; Persian and Arabic digits become ASCII. */
static struct span
tidy(struct span in, struct layer_work *w)
{
	static const struct text_options digits = { .persian = true };
	if (utf8_ascii(in))
		return utf8_trim(in);
	if (!utf8_valid(in))
		return in; /* no format matches it */
	return text_step_characters(utf8_trim(in), &digits, &w->text);
}

static int
parse(const struct datetime_rules *r, struct span s, struct datetime_iso *t)
{
	bool jalali = r->opt.calendar == CALENDAR_JALALI;
	if (r->nformats == 0)
		return datetime_parse_iso(s, t);
	for (size_t i = 0; i < r->nformats; i++)
		if (datetime_format_parse(&r->formats[i], s, jalali, t) == 0)
			return 0;
	return -1;
}

enum verdict
layer_datetime(const struct datetime_rules *r, enum value_type to,
    struct span in, int64_t *out, struct layer_work *w)
{
	struct datetime_iso t = { 0 };
	struct span s = tidy(in, w);
	bool zero =
	    to != VT_TIME && s.len && s.data[0] == '0' && is_zero_date(s);
	if (zero && r->zero_null)
		return VERDICT_NULL;
	if (zero && r->zero_given) {
		t.has_date = true;
		t.days = r->zero_days;
	} else if (zero) {
		return bad_datetime(
		    w, "a zero date; zero_date: would say what it means");
	} else if (parse(r, s, &t) < 0) {
		return bad_datetime(w,
		    r->nformats ? "not a date or time in any declared format"
				: "not an ISO 8601 date or time that exists; "
				  "formats: would declare another form");
	}
	return settle(r, &t, to, out, w);
}

enum verdict
layer_datetime_convert(const struct datetime_rules *r, const struct value *in,
    enum value_type to, int64_t *out, struct layer_work *w)
{
	struct datetime_iso t = { 0 };
	bool date = in->type == VT_DATE;
	int64_t highest = date ? DATE_INFINITY : MICROS_INFINITY;
	int64_t lowest = date ? DATE_NEG_INF : MICROS_NEG_INF;
	t.has_date = in->type != VT_TIME;
	t.has_time = !date;
	t.has_offset = in->type == VT_TIMESTAMPTZ;
	if (!t.has_date)
		t.micros = in->i;
	else if (in->i == highest || in->i == lowest)
		t.infinity = in->i > 0 ? 1 : -1;
	else if (date)
		t.days = (int32_t)in->i;
	else
		t.days = datetime_split(in->i, &t.micros);
	return settle(r, &t, to, out, w);
}
