/* When an entity is due: row by row, the clock is the row's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/due.h"
#include "tests/unit/supervisor/instant.h"
#include <cmocka.h>
#include <stdlib.h>

enum { DAY = 86400 };

#define AT(day_time) "2026-06-" day_time
#define NONE         STORE_TURN_NONE
#define RUNNING      STORE_TURN_RUNNING
#define SETTLED      STORE_TURN_SETTLED
#define PAUSED       STORE_TURN_PAUSED
#define AGAIN        STORE_TURN_AGAIN

struct row {
	const char *label;
	const char *every_or_cron; /* "90m", a cron, or "" */
	enum store_turn_outcome outcome;
	const char *began; /* of the last turn; it took ten minutes. Or "" */
	const char *night; /* of the last turn, or "" */
	const char *now, *due; /* or "never" */
};

/* A window from 19:00 to 07:00 UTC; known since noon of the 1st. */
static const struct row nightly[] = {
	{ "never ran, closed", "", NONE, "", "", AT("10T12:00"),
	    AT("10T19:00") },
	{ "never ran, open", "", NONE, "", "", AT("10T20:00"), AT("10T20:00") },
	{ "done tonight", "", SETTLED, AT("10T19:00"), AT("10"), AT("10T20:00"),
	    AT("11T19:00") },
	{ "done tonight, next morning", "", SETTLED, AT("10T19:00"), AT("10"),
	    AT("11T08:00"), AT("11T19:00") },
	{ "done last night", "", SETTLED, AT("10T19:00"), AT("10"),
	    AT("11T19:00"), AT("11T19:00") },
	{ "missed one, by day", "", SETTLED, AT("09T19:00"), AT("09"),
	    AT("11T08:00"), AT("11T19:00") },
	{ "missed five: at once", "", SETTLED, AT("05T19:00"), AT("05"),
	    AT("11T03:00"), AT("11T03:00") },
	{ "… and once", "", SETTLED, AT("11T03:00"), AT("10"), AT("11T03:30"),
	    AT("11T19:00") },
	{ "paused last night", "", PAUSED, AT("10T19:00"), AT("10"),
	    AT("11T08:00"), AT("11T19:00") },
	{ "paused tonight", "", PAUSED, AT("10T19:00"), AT("10"),
	    AT("10T21:00"), AT("10T21:00") },
	{ "died tonight", "", RUNNING, AT("10T19:00"), AT("10"), AT("10T19:05"),
	    AT("10T19:05") },
	{ "the source was away", "", AGAIN, AT("10T19:00"), AT("10"),
	    AT("10T19:11"), AT("10T19:20") },
	{ "the source was away at the end", "", AGAIN, AT("11T06:45"), AT("10"),
	    AT("11T06:56"), AT("11T19:00") },
	{ "by hand, by day", "", SETTLED, AT("10T12:00"), AT("09"),
	    AT("10T13:00"), AT("10T19:00") },
	{ "a turn from the future", "", SETTLED, AT("20T19:00"), AT("20"),
	    AT("10T20:00"), AT("10T20:00") },
	{ "every: never ran", "90m", NONE, "", "", AT("10T20:00"),
	    AT("10T20:00") },
	{ "every: not yet", "90m", SETTLED, AT("10T19:00"), AT("10"),
	    AT("10T20:00"), AT("10T20:30") },
	{ "every: the window closes before", "90m", SETTLED, AT("11T06:00"),
	    AT("10"), AT("11T06:30"), AT("11T19:00") },
	{ "every: missed", "90m", SETTLED, AT("09T19:00"), AT("09"),
	    AT("10T20:00"), AT("10T20:00") },
	{ "every: a turn from the future", "90m", SETTLED, AT("20T19:00"),
	    AT("20"), AT("10T20:00"), AT("10T20:00") },
	{ "every: paused", "90m", PAUSED, AT("10T19:00"), AT("10"),
	    AT("10T19:30"), AT("10T19:30") },
	{ "every: away", "5h", AGAIN, AT("10T19:00"), AT("10"), AT("10T19:11"),
	    AT("10T19:20") },
	{ "cron: never ran, missed since", "0 22 * * *", NONE, "", "",
	    AT("10T20:00"), AT("10T20:00") },
	{ "cron: not yet", "0 22 * * *", SETTLED, AT("09T22:00"), AT("09"),
	    AT("10T20:00"), AT("10T22:00") },
	{ "cron: missed while closed", "0 12 * * *", SETTLED, AT("09T22:00"),
	    AT("09"), AT("10T14:00"), AT("10T19:00") },
	{ "cron: comes while closed", "0 12 * * *", SETTLED, AT("10T22:00"),
	    AT("10"), AT("10T23:00"), AT("11T19:00") },
	{ "cron: missed many, once", "*/5 * * * *", SETTLED, AT("10T06:59"),
	    AT("09"), AT("10T19:00"), AT("10T19:00") },
	{ "cron: … and the next", "*/5 * * * *", SETTLED, AT("10T19:00"),
	    AT("10"), AT("10T19:03"), AT("10T19:05") },
	{ "cron: a turn from the future", "0 22 * * *", SETTLED, AT("20T22:00"),
	    AT("20"), AT("10T20:00"), AT("10T22:00") },
};

/* No window at all. */
static const struct row always[] = {
	{ "once", "", NONE, "", "", AT("10T12:00"), AT("10T12:00") },
	{ "once in this life", "", SETTLED, AT("09T12:00"), "", AT("10T12:00"),
	    AT("10T12:00") },
	{ "every", "90m", SETTLED, AT("10T12:00"), "", AT("10T13:00"),
	    AT("10T13:30") },
	{ "cron", "0 22 * * *", SETTLED, AT("10T12:00"), "", AT("10T13:00"),
	    AT("10T22:00") },
	{ "away", "", AGAIN, AT("10T12:00"), "", AT("10T12:11"),
	    AT("10T12:11") },
};

static void
facts_init(
    const struct row *r, struct due_facts *f, struct entity *en, struct cron *c)
{
	struct err e = { 0 };
	const char *rule = r->every_or_cron;
	*en = (struct entity){ .name = "parts" };
	if (strchr(rule, ' ')) {
		assert_int_equal(cron_parse(rule, c, &e), 0);
		en->cron = c;
	} else if (*rule) {
		en->every_ms = strtoll(rule, NULL, 10) *
			       (strchr(rule, 'h') ? 3600000 : 60000);
	}
	int64_t began = *r->began ? micros_of(r->began) : 0;
	*f = (struct due_facts){ .entity = en,
		.turn = { .since = micros_of(AT("01T12:00")),
		    .outcome = r->outcome,
		    .began_at = began,
		    .ended_at = began ? began + INT64_C(600000000) : 0,
		    .night = *r->night ? secs_of(r->night) / DAY
				       : STORE_NO_NIGHT } };
}

static int64_t
due_of(const struct row *r, const struct schedule *s, bool served)
{
	struct due_facts f;
	struct entity en;
	struct cron c;
	struct window w;
	struct err e = { 0 };
	facts_init(r, &f, &en, &c);
	f.served = served;
	assert_int_equal(window_init(&w, s, &e), 0);
	int64_t now = micros_of(r->now), due = due_at(&w, &f, now);
	struct window_state at = window_at(&w, now);
	if (due_now(&w, &at, &f, now) != (due == now))
		fail_msg("%s: due now and at another time", r->label);
	window_free(&w);
	return due;
}

static void
check(const struct row *rows, size_t n, const struct schedule *s)
{
	for (size_t i = 0; i < n; i++) {
		int64_t due = due_of(&rows[i], s, false);
		int64_t want = micros_of(rows[i].due);
		if (due != want)
			fail_msg("%s: %lld minutes off", rows[i].label,
			    (long long)((due - want) / 60000000));
	}
}

static void
in_a_window(void **state)
{
	(void)state;
	const struct schedule s = { .window = { 19 * 3600, 7 * 3600, "UTC", 1 },
		.days = SCHEDULE_ALL_DAYS,
		.timezone = "UTC",
		.retry_ms = 600000 };
	check(nightly, ARRAY_LEN(nightly), &s);
}

static void
without_a_window(void **state)
{
	(void)state;
	const struct schedule s = {
		.days = SCHEDULE_ALL_DAYS, .timezone = "UTC", .retry_ms = 600000
	};
	check(always, ARRAY_LEN(always), &s);
	assert_true(due_of(&always[1], &s, true) == WINDOW_NEVER);
}

/* What is due while it is closed for maintenance waits until that is over. */
static void
maintenance(void **state)
{
	(void)state;
	struct maintenance m = { secs_of(AT("10T13:15")),
		secs_of(AT("10T18:00")), "move", 1 };
	const struct schedule s = { .days = SCHEDULE_ALL_DAYS,
		.timezone = "UTC",
		.maintenance = &m,
		.nmaintenance = 1 };
	assert_true(due_of(&always[2], &s, false) == micros_of(AT("10T18:00")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_window),
		cmocka_unit_test(without_a_window),
		cmocka_unit_test(maintenance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
