/* What says when, and what can be wrong with it, in the exact words. */
#include "tests/unit/proto/pipeline_file.h"

#define AT_FILE   "p.yaml:12: schedule."
#define AT_ENTITY "p.yaml:12: entities[0]."
#define WINDOW    "window: {start: \"19:00\", end: \"07:00\"}"

static const struct pipeline_row schedule_rows[] = {
	{ "nothing in it", "schedule: {}\n", "fine\n" },
	{ "a window", "schedule: {" WINDOW ", days: [sat, sun]}\n", "fine\n" },
	{ "without quotes", "schedule: {window: {start: 19:00, end: 7:00}}\n",
	    AT_FILE "window.end: expected a time of day from 00:00 to 23:59, "
		    "found \"7:00\"\n" },
	{ "half a window", "schedule: {window: {start: \"19:00\"}}\n",
	    AT_FILE "window.end: missing: When it closes; on the following "
		    "day if that is not after start. The same as start: all "
		    "day\n" },
	{ "24 o'clock",
	    "schedule: {window: {start: \"19:00\", end: \"24:00\"}}\n",
	    AT_FILE "window.end: expected a time of day from 00:00 to 23:59, "
		    "found \"24:00\"\n" },
	{ "a list for a time",
	    "schedule: {window: {start: [], end: \"1:0\"}}\n",
	    AT_FILE "window.start: expected a time of day from 00:00 to "
		    "23:59, found a list\n" AT_FILE
		    "window.end: expected a time of day from 00:00 to 23:59, "
		    "found \"1:0\"\n" },
	{ "unknown zone",
	    "schedule: {window: {start: \"19:00\", end: \"07:00\", timezone: "
	    "../etc}}\n",
	    AT_FILE "window.timezone: \"../etc\" is not the name of a time "
		    "zone\n" },
	{ "two zones", "schedule: {timezone: UTC, " WINDOW "}\n",
	    AT_FILE "timezone: the window has a timezone, which holds for "
		    "all of this\n" },
	{ "a zone without a window", "schedule: {timezone: Asia/Tehran}\n",
	    "fine\n" },
	{ "unknown day", "schedule: {" WINDOW ", days: [mon, Tue]}\n",
	    AT_FILE "days: expected sun, mon, tue, wed, thu, fri or sat, "
		    "found \"Tue\"\n" },
	{ "twice the same day", "schedule: {" WINDOW ", days: [mon, mon]}\n",
	    AT_FILE "days: \"mon\" is given twice\n" },
	{ "one day alone", "schedule: {" WINDOW ", days: mon}\n", "fine\n" },
	{ "no day", "schedule: {" WINDOW ", days: []}\n",
	    AT_FILE "days: expected a list of weekdays, found an empty one: "
		    "nothing would ever run\n" },
	{ "days of no window", "schedule: {days: [mon]}\n",
	    AT_FILE "days: only with a window: they are the days on which it "
		    "opens\n" },
	{ "maintenance",
	    "schedule:\n  maintenance:\n"
	    "    - {from: 2026-03-20 22:00, to: 2026-03-21, reason: move}\n",
	    "fine\n" },
	{ "maintenance the wrong way",
	    "schedule:\n  maintenance:\n"
	    "    - {from: 2026-03-20 22:00, to: 2026-03-20, reason: move}\n",
	    "p.yaml:14: schedule.maintenance[0].to: expected a time after "
	    "from\n" },
	{ "maintenance in another zone",
	    "schedule:\n  maintenance:\n"
	    "    - {from: \"2026-03-20T22:00Z\", to: 2026-03-21, reason: x}\n",
	    "p.yaml:14: schedule.maintenance[0].from: expected a local date "
	    "and time such as \"2026-03-20 22:00\", found "
	    "\"2026-03-20T22:00Z\"\n" },
	{ "maintenance without a reason",
	    "schedule: {maintenance: [{from: 2026-03-20, to: 2026-03-21}]}\n",
	    AT_FILE "maintenance[0].reason: missing: What is going on, for "
		    "whoever wonders why nothing runs\n" },
	{ "retry", "schedule: {retry: 0s}\n",
	    AT_FILE "retry: expected a time such as 90s, from 1s to 1d, "
		    "found \"0s\"\n" },
};

static const struct pipeline_row entity_rows[] = {
	{ "every", "    every: 5m\n", "fine\n" },
	{ "every without a unit", "    every: 5\n",
	    AT_ENTITY "every: expected a time such as 90s, from 1s to 366d, "
		      "found \"5\"\n" },
	{ "cron", "    cron: '30 2 * * mon-fri'\n", "fine\n" },
	{ "a bad cron", "    cron: '30 25 * * *'\n",
	    AT_ENTITY "cron: expected minute, hour, day of month, month and "
		      "weekday, such as \"30 2 * * mon-fri\"; the hour is "
		      "wrong\n" },
	{ "a cron that never comes", "    cron: '0 0 30 2 *'\n",
	    AT_ENTITY "cron: no month asked for has that day: it would never "
		      "come\n" },
	{ "a list for a cron", "    cron: [1, 2]\n",
	    AT_ENTITY "cron: expected a text, found a list\n" },
	{ "both", "    every: 5m\n    cron: '* * * * *'\n",
	    "p.yaml:13: entities[0].cron: every and cron both say when it is "
	    "due: one of them is enough\n" },
};

static void
schedules(void **state)
{
	(void)state;
	pipeline_rows(PIPELINE_BASE, schedule_rows, ARRAY_LEN(schedule_rows));
}

static void
entities(void **state)
{
	(void)state;
	pipeline_rows(PIPELINE_BASE, entity_rows, ARRAY_LEN(entity_rows));
}

static void
becomes(void **state)
{
	(void)state;
	struct pipeline *p = NULL;
	struct err e = { 0 };
	pipeline_write(PIPELINE_BASE,
	    "    every: 90s\n"
	    "schedule:\n"
	    "  window: {start: \"19:00\", end: \"07:00\", timezone: "
	    "Asia/Tehran}\n"
	    "  days: [sat, sun]\n"
	    "  maintenance:\n"
	    "    - {from: 1970-01-02 00:01, to: 1970-01-03, reason: move}\n");
	assert_int_equal(pipeline_load("p.yaml", NULL, &p, NULL, &e), 0);
	const struct schedule *s = &p->schedule;
	assert_int_equal(s->window.start, 19 * 3600);
	assert_int_equal(s->window.end, 7 * 3600);
	assert_string_equal(s->timezone, "Asia/Tehran");
	assert_int_equal(s->days, 0x41);
	assert_int_equal(s->nmaintenance, 1);
	assert_int_equal(s->maintenance[0].from, 86400 + 60);
	assert_int_equal(s->maintenance[0].to, 2 * 86400);
	assert_int_equal(s->retry_ms, 600000);
	assert_int_equal(p->entities[0].every_ms, 90000);
	assert_null(p->entities[0].cron);
	pipeline_free(&p);
}

static void
without(void **state)
{
	(void)state;
	struct pipeline *p = NULL;
	struct err e = { 0 };
	pipeline_write(PIPELINE_BASE, "    cron: '5 0 * * *'\n");
	assert_int_equal(pipeline_load("p.yaml", NULL, &p, NULL, &e), 0);
	assert_int_equal(p->schedule.window.line, 0);
	assert_int_equal(p->schedule.days, SCHEDULE_ALL_DAYS);
	assert_string_equal(p->schedule.timezone, "UTC");
	assert_int_equal(p->entities[0].cron->minutes, 1 << 5);
	pipeline_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedules),
		cmocka_unit_test(entities),
		cmocka_unit_test(becomes),
		cmocka_unit_test(without),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
