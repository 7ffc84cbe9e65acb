/* How long the night is for what there is to do; what it was not enough for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/forecast.h"
#include "tests/unit/supervisor/instant.h"
#include <cmocka.h>

#define HOUR INT64_C(3600000000)

enum { DAY = 86400 };

#define AT(day_time) "2026-06-" day_time

static const struct schedule nightly = { .window = { 19 * 3600, 7 * 3600, "UTC",
					     1 },
	.days = SCHEDULE_ALL_DAYS,
	.timezone = "UTC",
	.retry_ms = 600000 };

static struct window
window_of(const struct schedule *s)
{
	struct window w;
	struct err e = { 0 };
	assert_int_equal(window_init(&w, s, &e), 0);
	return w;
}

static void
lines_up(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		struct {
			const char *begins; /* or "": never */
			int hours;
		} in[3];
		struct {
			const char *finishes; /* or "" */
			bool late;
		} out[3];
	} rows[] = {
		{ "one behind the other",
		    { { AT("10T19:00"), 2 }, { AT("10T19:00"), 3 },
			{ AT("10T19:00"), 7 } },
		    { { AT("10T21:00"), false }, { AT("11T00:00"), false },
			{ AT("11T07:00"), false } } },
		{ "the last one is too long",
		    { { AT("10T19:00"), 2 }, { AT("10T19:00"), 3 },
			{ AT("10T19:00"), 8 } },
		    { { AT("10T21:00"), false }, { AT("11T00:00"), false },
			{ AT("11T08:00"), true } } },
		{ "no time left for the last one",
		    { { AT("10T19:00"), 20 }, { AT("10T19:00"), 1 },
			{ AT("11T19:00"), 2 } },
		    { { AT("11T15:00"), true }, { AT("11T16:00"), true },
			{ AT("11T21:00"), false } } },
		{ "as they are due",
		    { { AT("11T19:00"), 4 }, { AT("10T22:00"), 1 },
			{ AT("10T20:00"), 3 } },
		    { { AT("11T23:00"), false }, { AT("11T00:00"), false },
			{ AT("10T23:00"), false } } },
		{ "unknown, and never",
		    { { AT("10T19:00"), 0 }, { "", 3 }, { AT("10T19:00"), 1 } },
		    { { "", false }, { "", false },
			{ AT("10T20:00"), false } } },
	};
	struct window w = window_of(&nightly);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct forecast v[3] = { 0 };
		for (size_t k = 0; k < 3; k++) {
			v[k].takes = rows[i].in[k].hours * HOUR;
			if (*rows[i].in[k].begins)
				v[k].begins = micros_of(rows[i].in[k].begins);
		}
		forecast_line_up(&w, v, 3);
		for (size_t k = 0; k < 3; k++) {
			const char *want = rows[i].out[k].finishes;
			int64_t at = *want ? micros_of(want) : 0;
			if (v[k].finishes != at ||
			    v[k].late != rows[i].out[k].late)
				fail_msg("%s: %zu", rows[i].label, k);
		}
	}
	window_free(&w);
}

static struct forecast
one(const struct store_turn *turn, const struct store_pace *pace,
    const char *now)
{
	static const struct entity en = { .name = "parts" };
	struct due_facts f = { .entity = &en, .turn = *turn };
	struct window w = window_of(&nightly);
	struct forecast out = forecast_one(&w, &f, pace, micros_of(now));
	window_free(&w);
	return out;
}

static void
goes_by_earlier_runs(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		struct store_pace pace;
		uint64_t rate;
		int64_t takes;
	} rows[] = {
		{ "nothing to go by", { 0 }, 0, 0 },
		{ "the last one was larger",
		    { .runs = 2,
			.rows = 7200,
			.micros = 2 * HOUR,
			.last_rows = 5400 },
		    1, 3 * HOUR / 2 },
		{ "runs without rows", { .runs = 2, .micros = 2 * HOUR }, 0,
		    HOUR },
		{ "no time at all", { .runs = 1, .rows = 5, .last_rows = 5 }, 0,
		    1 },
		{ "half of the chunks are done",
		    { .runs = 1,
			.rows = 10,
			.micros = 1,
			.last_rows = 10,
			.chunks = 9,
			.done = 3,
			.done_rows = 36000,
			.done_micros = HOUR },
		    10, 2 * HOUR },
		{ "no chunk is done yet",
		    { .runs = 1,
			.rows = 3600,
			.micros = HOUR,
			.last_rows = 3600,
			.chunks = 9 },
		    1, HOUR },
	};
	const struct store_turn turn = { .night = STORE_NO_NIGHT };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct forecast f = one(&turn, &rows[i].pace, AT("10T20:00"));
		if (f.rows_per_second != rows[i].rate ||
		    f.takes != rows[i].takes)
			fail_msg("%s: %lld", rows[i].label, (long long)f.takes);
	}
}

static void
knows_what_is_stale(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		enum store_turn_outcome outcome;
		const char *began, *completed, *completed_night, *now;
		bool stale;
	} rows[] = {
		{ "never had a turn, by day", STORE_TURN_NONE, "", "", "",
		    AT("11T08:00"), true },
		{ "never had a turn, by night", STORE_TURN_NONE, "", "", "",
		    AT("11T06:00"), false },
		{ "done", STORE_TURN_SETTLED, AT("10T19:00"), AT("10T19:00"),
		    AT("10"), AT("11T08:00"), false },
		{ "done, the next night", STORE_TURN_SETTLED, AT("10T19:00"),
		    AT("10T19:00"), AT("10"), AT("11T20:00"), false },
		{ "missed", STORE_TURN_SETTLED, AT("09T19:00"), AT("09T19:00"),
		    AT("09"), AT("11T08:00"), true },
		{ "failed", STORE_TURN_SETTLED, AT("10T19:00"), AT("09T19:00"),
		    AT("09"), AT("10T20:00"), true },
		{ "paused", STORE_TURN_PAUSED, AT("10T19:00"), AT("09T19:00"),
		    AT("09"), AT("11T08:00"), true },
		{ "at work", STORE_TURN_RUNNING, AT("10T19:00"), AT("09T19:00"),
		    AT("09"), AT("10T20:00"), false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct store_turn t = { .since = micros_of(AT("01")),
			.outcome = rows[i].outcome,
			.night = STORE_NO_NIGHT,
			.completed_night = STORE_NO_NIGHT };
		if (*rows[i].began)
			t.began_at = micros_of(rows[i].began);
		if (*rows[i].completed) {
			t.completed_at = micros_of(rows[i].completed);
			t.completed_night =
			    secs_of(rows[i].completed_night) / DAY;
		}
		const struct store_pace pace = { 0 };
		struct forecast f = one(&t, &pace, rows[i].now);
		int64_t since = t.completed_at ? t.completed_at : t.since;
		if (f.stale != rows[i].stale ||
		    f.stale_since != (f.stale ? since : 0))
			fail_msg("%s", rows[i].label);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_up),
		cmocka_unit_test(goes_by_earlier_runs),
		cmocka_unit_test(knows_what_is_stale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
