#include "proto/cron.h"
#include "proto/datetime.h"
#include <string.h>
#include <strings.h>

enum {
	DAY_SECS = 86400,
	BACK_SECS = 3 * 3600, /* clocks go back by less than that */
	/* A 29 February on a certain weekday may be 40 years away. */
	DAYS_AHEAD = 41 * 366,
};

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may",
	"jun", "jul", "aug", "sep", "oct", "nov", "dec" };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat" };

struct field {
	const char *what;
	unsigned min, max;
	const char *const *names; /* of min, min + 1, … */
	size_t nnames;
};

static const struct field fields[] = {
	{ "minute", 0, 59, NULL, 0 },
	{ "hour", 0, 23, NULL, 0 },
	{ "day of month", 1, 31, NULL, 0 },
	{ "month", 1, 12, month_names, ARRAY_LEN(month_names) },
	{ "weekday", 0, 7, weekday_names, ARRAY_LEN(weekday_names) },
};

/* --- reading ----------------------------------------------------------------
 */

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
read_number(const char **s, unsigned max, unsigned *v)
{
	if (!digit(**s))
		return false;
	for (*v = 0; digit(**s) && *v <= max; (*s)++)
		*v = *v * 10 + (unsigned)(**s - '0');
	return *v <= max;
}

static bool
read_value(const char **s, const struct field *f, unsigned *v)
{
	for (size_t i = 0; i < f->nnames; i++) {
		if (strncasecmp(*s, f->names[i], 3) != 0)
			continue;
		*s += 3;
		*v = f->min + (unsigned)i;
		return true;
	}
	return read_number(s, f->max, v) && *v >= f->min;
}

/* "*", "a" or "a-b", and perhaps "/n". */
static bool
read_item(const char **s, const struct field *f, uint64_t *set)
{
	unsigned low = f->min, high = f->max, step = 1;
	bool one = false;
	if (**s == '*') {
		(*s)++;
	} else {
		if (!read_value(s, f, &low))
			return false;
		high = low;
		one = **s != '-';
		if (!one && (++*s, !read_value(s, f, &high)))
			return false;
	}
	if (**s == '/') {
		++*s;
		if (one || !read_number(s, f->max, &step) || step == 0)
			return false;
	}
	for (unsigned v = low; v <= high; v += step)
		*set |= UINT64_C(1) << v;
	return low <= high;
}

static bool
read_field(const char **s, const struct field *f, uint64_t *set, bool *star)
{
	*set = 0;
	*s += strspn(*s, " \t");
	*star = **s == '*';
	do {
		if (!read_item(s, f, set))
			return false;
	} while (**s == ',' && *++*s);
	return **s == '\0' || **s == ' ' || **s == '\t';
}

/* Whether any month asked for has one of the days asked for. */
static bool
ever(const struct cron *c)
{
	static const unsigned lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	if (!c->any_weekday)
		return true;
	for (unsigned m = 0; m < ARRAY_LEN(lengths); m++) {
		uint64_t in = (UINT64_C(1) << (lengths[m] + 1)) - 1;
		if ((c->months >> (m + 1) & 1) && (c->days & in))
			return true;
	}
	return false;
}

int
cron_parse(const char *text, struct cron *c, struct err *e)
{
	uint64_t sets[ARRAY_LEN(fields)];
	bool stars[ARRAY_LEN(fields)];
	const char *s = text;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!read_field(&s, &fields[i], &sets[i], &stars[i]))
			return err_config(e, "cron",
			    "expected minute, hour, day of month, month and "
			    "weekday, such as \"30 2 * * mon-fri\"; the %s is "
			    "wrong",
			    fields[i].what);
	if (s[strspn(s, " \t")])
		return err_config(
		    e, "cron", "expected five fields, found more");
	*c = (struct cron){ .text = text,
		.minutes = sets[0],
		.hours = (uint32_t)sets[1],
		.days = (uint32_t)sets[2],
		.months = (uint32_t)sets[3],
		.weekdays = (uint32_t)((sets[4] | sets[4] >> 7) & 0x7f),
		.any_hour = stars[1],
		.any_day = stars[2],
		.any_weekday = stars[4] };
	return ever(c) ? 0
		       : err_config(e, "cron",
			     "no month asked for has that "
			     "day: it would never come");
}

/* --- coming next -------------------------------------------------------------
 */

static bool
fits_day(const struct cron *c, int32_t days)
{
	struct civil d = datetime_civil(days);
	/* 1970-01-01 was a Thursday. */
	unsigned weekday = (unsigned)((((int64_t)days + 4) % 7 + 7) % 7);
	bool day = c->days >> d.day & 1, week = c->weekdays >> weekday & 1;
	if (!(c->months >> d.month & 1))
		return false;
	return c->any_day || c->any_weekday ? day && week : day || week;
}

/* A search: what comes after that instant; nothing that clocks showed long
 * before it does, however far they go back. */
struct search {
	const struct cron *cron;
	const struct zone *zone;
	int64_t after, local_from, best;
};

/* What comes at that local minute, if it is before the best so far. True if
 * no later minute can come before it. */
static bool
consider(struct search *s, int64_t local)
{
	int64_t first, second;
	if (local < s->local_from)
		return false;
	bool twice =
	    zone_local(s->zone, local, &first, &second) == ZONE_REPEATED;
	first = zone_first(s->zone, local);
	bool found = first > s->after;
	if (found && first < s->best)
		s->best = first;
	if (twice && s->cron->any_hour && second > s->after && second < s->best)
		s->best = second;
	return found;
}

static void
search_day(struct search *s, int64_t day)
{
	const struct cron *c = s->cron;
	for (unsigned h = 0; h < 24; h++) {
		if (!(c->hours >> h & 1))
			continue;
		for (unsigned m = 0; m < 60; m++)
			if ((c->minutes >> m & 1) &&
			    consider(s, day * DAY_SECS + h * 3600 + m * 60))
				return;
	}
}

int64_t
cron_next(const struct cron *c, const struct zone *z, int64_t after_secs)
{
	struct search s = { c, z, after_secs,
		after_secs + zone_offset(z, after_secs) - BACK_SECS,
		INT64_MAX };
	int64_t day = s.local_from / DAY_SECS - (s.local_from < 0);
	for (int64_t i = 0; i < DAYS_AHEAD && s.best == INT64_MAX; i++)
		if (fits_day(c, (int32_t)(day + i)))
			search_day(&s, day + i);
	return s.best; /* every cron has a day within that time */
}
