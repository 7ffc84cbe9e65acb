/* The keys that say when: the schedule, and what an entity adds to it. */
#include "proto/cron.h"
#include "proto/datetime.h"
#include "proto/pipeline_spec.h"
#include "proto/spec_text.h"
#include "proto/zone.h"
#include <string.h>

enum { PRIORITY_MAX = 1000, MAINTENANCE_MAX = 1000 };

static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat" };

/* --- texts that become numbers ----------------------------------------------
 */

static bool
iso_of(const struct node *n, struct datetime_iso *t)
{
	if (n->kind != NODE_SCALAR)
		return false;
	struct span text = { (const uint8_t *)n->text, strlen(n->text) };
	return datetime_parse_iso(text, t) == 0 && !t->has_offset &&
	       !t->infinity && t->micros < MICROS_PER_DAY;
}

static void
time_read(struct spec *sp, const struct node *n, int64_t *secs)
{
	struct datetime_iso t;
	if (iso_of(n, &t) && t.has_time && !t.has_date)
		*secs = t.micros / MICROS_PER_SEC;
	else
		spec_problem(sp, n,
		    "expected a time of day from 00:00 to 23:59, found %s",
		    spec_found(sp, n));
}

static void
start_read(struct spec *sp, const struct node *n, void *owner)
{
	time_read(sp, n, &((struct window_span *)owner)->start);
}

static void
end_read(struct spec *sp, const struct node *n, void *owner)
{
	time_read(sp, n, &((struct window_span *)owner)->end);
}

static void
moment_read(struct spec *sp, const struct node *n, int64_t *secs)
{
	struct datetime_iso t;
	int64_t micros;
	if (iso_of(n, &t) && t.has_date &&
	    datetime_iso_micros(&t, &micros) == 0)
		*secs = micros / MICROS_PER_SEC;
	else
		spec_problem(sp, n,
		    "expected a local date and time such as "
		    "\"2026-03-20 22:00\", found %s",
		    spec_found(sp, n));
}

static void
from_read(struct spec *sp, const struct node *n, void *owner)
{
	moment_read(sp, n, &((struct maintenance *)owner)->from);
}

static void
to_read(struct spec *sp, const struct node *n, void *owner)
{
	moment_read(sp, n, &((struct maintenance *)owner)->to);
}

static unsigned
weekday_bit(const struct node *n)
{
	for (unsigned i = 0; i < ARRAY_LEN(weekdays); i++)
		if (n->kind == NODE_SCALAR && strcmp(n->text, weekdays[i]) == 0)
			return 1u << i;
	return 0;
}

static void
days_read(struct spec *sp, const struct node *n, void *owner)
{
	struct schedule *s = owner;
	bool list = n->kind == NODE_LIST;
	s->days = 0;
	s->days_given = true;
	for (const struct node *c = list ? n->first : n; c;
	     c = list ? c->next : NULL) {
		unsigned bit = weekday_bit(c);
		if (!bit)
			spec_problem(sp, c,
			    "expected sun, mon, tue, wed, thu, fri or sat, "
			    "found %s",
			    spec_found(sp, c));
		else if (s->days & bit)
			spec_problem(
			    sp, c, "%s is given twice", spec_found(sp, c));
		s->days |= bit;
	}
	if (list && !n->first)
		spec_problem(sp, n,
		    "expected a list of weekdays, found an "
		    "empty one: nothing would ever run");
}

static void
cron_read(struct spec *sp, const struct node *n, void *owner)
{
	struct entity *en = owner;
	struct err e = { 0 };
	const char *text = spec_text(sp, n, "a text");
	struct cron *c = arena_zalloc(sp->arena, sizeof(*c));
	if (!text)
		return;
	if (cron_parse(text, c, &e) < 0)
		spec_problem(sp, n, "%s", e.msg);
	else
		en->cron = c;
}

/* --- what must be true of them ----------------------------------------------
 */

static void
zone_check(struct spec *sp, const struct node *n, const char *name)
{
	struct zone *z = NULL;
	struct err e = { 0 };
	if (name && node_get(n, "timezone") && zone_open(name, &z, &e) < 0)
		spec_problem_key(sp, n, "timezone", "%s", e.msg);
	zone_free(&z);
}

static void
window_check(struct spec *sp, const struct node *n, void *item)
{
	zone_check(sp, n, ((struct window_span *)item)->timezone);
}

static void
maintenance_check(struct spec *sp, const struct node *n, void *item)
{
	const struct maintenance *m = item;
	if (m->from && m->to && m->from >= m->to)
		spec_problem_key(sp, n, "to", "expected a time after from");
}

static void
schedule_check(struct spec *sp, const struct node *n, void *item)
{
	struct schedule *s = item;
	zone_check(sp, n, s->timezone);
	if (!s->window.line) {
		if (s->days_given)
			spec_problem_key(sp, n, "days",
			    "only with a window: they are the days on which "
			    "it opens");
		return;
	}
	if (node_get(n, "timezone"))
		spec_problem_key(sp, n, "timezone",
		    "the window has a timezone, which holds for all of this");
	s->timezone = s->window.timezone;
}

/* --- tables ------------------------------------------------------------------
 */

#define CLOCK_SCHEMA                                                           \
	"{\"type\": \"string\", \"pattern\": "                                 \
	"\"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$\"}"
#define MOMENT_SCHEMA                                                          \
	"{\"type\": \"string\", \"pattern\": "                                 \
	"\"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:]+)?$\"}"
#define DAY_SCHEMA                                                             \
	"{\"enum\": [\"sun\", \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", "   \
	"\"sat\"]}"

static const struct spec_key window_keys[] = {
	{ .name = "start",
	    .type = KEY_CUSTOM,
	    .flags = KEY_REQUIRED,
	    .read = start_read,
	    .value = "hh:mm",
	    .schema = CLOCK_SCHEMA,
	    .help = "When it opens" },
	{ .name = "end",
	    .type = KEY_CUSTOM,
	    .flags = KEY_REQUIRED,
	    .read = end_read,
	    .value = "hh:mm",
	    .schema = CLOCK_SCHEMA,
	    .help = "When it closes; on the following day if that is not "
		    "after start. The same as start: all day" },
	{ .name = "timezone",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct window_span, timezone),
	    .preset = "UTC",
	    .help = "The IANA zone of its times, of days, of maintenance and "
		    "of every cron, such as Asia/Tehran. Where clocks skip "
		    "start or end it is the moment of the jump; where they "
		    "show it twice, the first time counts" },
	{ .name = NULL },
};

static const struct spec_table window_table = {
	.name = "window",
	.size = sizeof(struct window_span),
	.line = offsetof(struct window_span, line),
	.keys = window_keys,
	.check = window_check,
};

static const struct spec_key maintenance_keys[] = {
	{ .name = "from",
	    .type = KEY_CUSTOM,
	    .flags = KEY_REQUIRED,
	    .read = from_read,
	    .value = "date and time",
	    .schema = MOMENT_SCHEMA,
	    .help = "When it begins, in local time" },
	{ .name = "to",
	    .type = KEY_CUSTOM,
	    .flags = KEY_REQUIRED,
	    .read = to_read,
	    .value = "date and time",
	    .schema = MOMENT_SCHEMA,
	    .help = "When it is over" },
	{ .name = "reason",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED,
	    AT(struct maintenance, reason),
	    .help = "What is going on, for whoever wonders why nothing "
		    "runs" },
	{ .name = NULL },
};

static const struct spec_table maintenance_table = {
	.name = "maintenance",
	.size = sizeof(struct maintenance),
	.line = offsetof(struct maintenance, line),
	.keys = maintenance_keys,
	.check = maintenance_check,
};

static const struct spec_key schedule_keys[] = {
	{ .name = "window",
	    .type = KEY_MAP,
	    AT(struct schedule, window),
	    .table = &window_table,
	    .help = "The part of the day in which runs may go on. At its end "
		    "they come to rest, and go on when it opens next" },
	{ .name = "days",
	    .type = KEY_CUSTOM,
	    .read = days_read,
	    .value = "list of weekdays",
	    .schema =
		"{\"anyOf\": [" DAY_SCHEMA ", {\"type\": \"array\", "
		"\"minItems\": 1, \"uniqueItems\": true, \"items\": " DAY_SCHEMA
		"}]}",
	    .help = "The days on which the window opens: sun, mon, tue, wed, "
		    "thu, fri, sat. Without it, on all of them" },
	{ .name = "timezone",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct schedule, timezone),
	    .preset = "UTC",
	    .help = "Without a window: the IANA zone of maintenance and of "
		    "every cron" },
	{ .name = "maintenance",
	    .type = KEY_LIST,
	    AT(struct schedule, maintenance),
	    .other = offsetof(struct schedule, nmaintenance),
	    .max = MAINTENANCE_MAX,
	    .table = &maintenance_table,
	    .help = "Times in which nothing runs, although it could" },
	{ .name = "retry",
	    .type = KEY_TIME,
	    AT(struct schedule, retry_ms),
	    .min = 1000,
	    .max = 86400000,
	    .preset = "10m",
	    .help = "An entity whose source, target or store could not be "
		    "reached is tried again after that long, while the "
		    "window is open (synclined)" },
	{ .name = NULL },
};

const struct spec_table pipeline_schedule_table = {
	.name = "schedule",
	.size = sizeof(struct schedule),
	.keys = schedule_keys,
	.check = schedule_check,
};

static const struct spec_key when_keys[] = {
	{ .name = "every",
	    .type = KEY_TIME,
	    AT(struct entity, every_ms),
	    .min = 1000,
	    .max = INT64_C(366) * 86400000,
	    .help = "How long after it began its last run the entity is due "
		    "again (synclined). Without every and cron it is due once "
		    "a night, or once where there is no window" },
	{ .name = "cron",
	    .type = KEY_CUSTOM,
	    .read = cron_read,
	    .value = "minute hour day month weekday",
	    .schema = "{\"type\": \"string\"}",
	    .help = "When the entity is due, as in crontab(5) with its lists, "
		    "ranges, steps and names (synclined). What came while "
		    "the window was closed comes once when it opens" },
	{ .name = "priority",
	    .type = KEY_INT,
	    AT(struct entity, priority),
	    .min = -PRIORITY_MAX,
	    .max = PRIORITY_MAX,
	    .preset = "0",
	    .help = "Entities that do not depend on each other run in this "
		    "order, the highest first" },
	{ .name = NULL },
};

const struct spec_table pipeline_when_table = {
	.name = "When", .size = sizeof(struct entity), .keys = when_keys
};

void
pipeline_when_check(
    struct spec *sp, const struct node *n, const struct entity *en)
{
	if (en->every_ms && en->cron)
		spec_problem_key(sp, n, "cron",
		    "every and cron both say when it is due: one of them is "
		    "enough");
}
