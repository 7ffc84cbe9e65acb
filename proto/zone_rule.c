#include "proto/zone_rule.h"
#include "proto/datetime.h"
#include <string.h>

enum { DAY_SECS = 86400, HOURS_MAX = 167, OFFSET_HOURS_MAX = 24 };

struct text {
	const uint8_t *p, *end;
};

static bool
accept(struct text *t, char c)
{
	if (t->p == t->end || *t->p != (uint8_t)c)
		return false;
	t->p++;
	return true;
}

static bool
number(struct text *t, int max, int *v)
{
	const uint8_t *start = t->p;
	*v = 0;
	while (t->p < t->end && (uint8_t)(*t->p - '0') < 10) {
		*v = *v * 10 + (*t->p++ - '0');
		if (*v > max)
			return false;
	}
	return t->p > start;
}

static bool
name(struct text *t)
{
	const uint8_t *start = t->p;
	if (accept(t, '<')) {
		const uint8_t *close =
		    t->p < t->end ? memchr(t->p, '>', (size_t)(t->end - t->p))
				  : NULL;
		if (!close)
			return false;
		t->p = close + 1;
		return t->p - start >= 5;
	}
	while (t->p < t->end && (uint8_t)((*t->p | 0x20) - 'a') < 26)
		t->p++;
	return t->p - start >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool
clock_secs(struct text *t, int hours_max, int32_t *secs)
{
	bool minus = accept(t, '-');
	if (!minus)
		accept(t, '+');
	int h, m = 0, s = 0;
	if (!number(t, hours_max, &h))
		return false;
	if (accept(t, ':')) {
		if (!number(t, 59, &m))
			return false;
		if (accept(t, ':') && !number(t, 59, &s))
			return false;
	}
	*secs = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
	return true;
}

/* POSIX counts west of UTC as positive. */
static bool
offset(struct text *t, int32_t *east)
{
	int32_t west;
	if (!clock_secs(t, OFFSET_HOURS_MAX, &west))
		return false;
	*east = -west;
	return true;
}

static bool
month_day(struct text *t, struct zone_day *d)
{
	return number(t, 12, &d->month) && d->month >= 1 && accept(t, '.') &&
	       number(t, 5, &d->week) && d->week >= 1 && accept(t, '.') &&
	       number(t, 6, &d->day);
}

static bool
day_of_change(struct text *t, struct zone_day *d)
{
	*d = (struct zone_day){ .kind = DAY_ZERO, .secs = 2 * 3600 };
	bool ok;
	if (accept(t, 'M')) {
		d->kind = DAY_MONTH;
		ok = month_day(t, d);
	} else if (accept(t, 'J')) {
		d->kind = DAY_JULIAN;
		ok = number(t, 365, &d->day) && d->day >= 1;
	} else {
		ok = number(t, 365, &d->day);
	}
	if (ok && accept(t, '/'))
		ok = clock_secs(t, HOURS_MAX, &d->secs);
	return ok;
}

int
zone_rule_parse(struct span text, struct zone_rule *r)
{
	*r = (struct zone_rule){ 0 };
	struct text t = { text.data, text.data + text.len };
	if (!name(&t) || !offset(&t, &r->std))
		return -1;
	if (t.p == t.end)
		return 0;
	if (!name(&t))
		return -1;
	r->has_dst = true;
	r->dst = r->std + 3600;
	bool given = t.p < t.end && *t.p != ',';
	if (given && !offset(&t, &r->dst))
		return -1;
	bool ok = accept(&t, ',') && day_of_change(&t, &r->start) &&
		  accept(&t, ',') && day_of_change(&t, &r->end);
	return ok && t.p == t.end ? 0 : -1;
}

static bool
is_leap(int year)
{
	return datetime_valid((struct civil){ year, 2, 29 });
}

/* Seconds since the epoch of the day's moment in that year, local time. */
static int64_t
moment(const struct zone_day *d, int year)
{
	int32_t day = datetime_days((struct civil){ year, 1, 1 });
	switch (d->kind) {
	case DAY_ZERO:
		day += d->day;
		break;
	case DAY_JULIAN:
		day += d->day - 1 + (d->day >= 60 && is_leap(year));
		break;
	case DAY_MONTH: {
		struct civil c = { year, d->month, 1 };
		day = datetime_days(c);
		/* 1970-01-01 was a Thursday, day 4 */
		int first = (int)((((int64_t)day + 4) % 7 + 7) % 7);
		int of_month = 1 + (d->day - first + 7) % 7 + 7 * (d->week - 1);
		c.day = of_month;
		if (!datetime_valid(c))
			of_month -= 7;
		day += of_month - 1;
		break;
	}
	}
	return (int64_t)day * DAY_SECS + d->secs;
}

enum { YEARS_AROUND = 2, CHANGES = 2 * (2 * YEARS_AROUND + 1) };

struct change {
	int64_t at;
	int32_t offset; /* from then on */
};

/* Insertion keeps changes of the same instant in order of their years, so
 * that the later one holds: that is how all-year daylight time is written. */
static void
insert(struct change *list, int n, struct change c)
{
	int i = n;
	for (; i > 0 && list[i - 1].at > c.at; i--)
		list[i] = list[i - 1];
	list[i] = c;
}

struct zone_period
zone_rule_period(const struct zone_rule *r, int64_t utc_secs)
{
	struct zone_period p = { INT64_MIN, INT64_MAX, r->std };
	if (!r->has_dst)
		return p;
	int64_t day = utc_secs / DAY_SECS - (utc_secs % DAY_SECS < 0);
	int year = datetime_civil((int32_t)day).year;
	struct change list[CHANGES];
	int n = 0;
	for (int y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
		struct change start = { moment(&r->start, y) - r->std, r->dst };
		struct change end = { moment(&r->end, y) - r->dst, r->std };
		insert(list, n++, start);
		insert(list, n++, end);
	}
	int next = 0;
	while (next < n && list[next].at <= utc_secs)
		next++;
	if (next > 0) {
		p.from = list[next - 1].at;
		p.offset = list[next - 1].offset;
	}
	if (next < n)
		p.until = list[next].at;
	return p;
}
