/* The window, told apart from a slow look at every minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/window.h"
#include "tests/unit/supervisor/instant.h"
#include <cmocka.h>

enum { DAY = 86400, MINUTE = 60 };

static uint64_t seed = 11;

static int64_t
random_below(int64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

enum { SPAN_MINUTES = 14 * 1440 };

/* Knows nothing but what clocks show: walks forward from two days before and
 * opens and closes as it meets start and end. */
static void
walk(const struct schedule *s, const struct zone *z, int64_t from,
    int64_t night[SPAN_MINUTES])
{
	int64_t shown = INT64_MIN, close_at = 0, now = WINDOW_NO_NIGHT;
	for (int64_t i = -3 * 1440; i < SPAN_MINUTES; i++) {
		int64_t t = from + i * MINUTE;
		int64_t local = t + zone_offset(z, t);
		/* What clocks show again was already. */
		int64_t before = shown == INT64_MIN ? local - MINUTE : shown;
		for (int64_t l = before + MINUTE; l <= local; l += MINUTE) {
			int64_t day = l / DAY, of_day = l % DAY;
			if (now != WINDOW_NO_NIGHT && l == close_at)
				now = WINDOW_NO_NIGHT;
			if (of_day != s->window.start ||
			    !(s->days >> (day + 4) % 7 & 1))
				continue;
			now = day;
			close_at = day * DAY + s->window.end;
			if (s->window.end <= s->window.start)
				close_at += DAY;
		}
		shown = local > before ? local : before;
		bool works = false;
		for (size_t k = 0; k < s->nmaintenance; k++)
			works = works ||
				(zone_first(z, s->maintenance[k].from) <= t &&
				    t < zone_first(z, s->maintenance[k].to));
		if (i >= 0)
			night[i] = works ? WINDOW_NO_NIGHT : now;
	}
}

static void
compare(const struct window *w, int64_t from, const int64_t *night)
{
	for (int64_t i = 0; i < SPAN_MINUTES; i += 1 + random_below(60)) {
		int64_t t = (from + i * MINUTE) * MICROS_PER_SEC;
		bool open = night[i] != WINDOW_NO_NIGHT;
		struct window_state s = window_at(w, t);
		if (s.open != open || (open && s.night != night[i]))
			fail_msg("%s %lld..%lld days %x at %lld: %s",
			    w->schedule->timezone,
			    (long long)w->schedule->window.start,
			    (long long)w->schedule->window.end,
			    w->schedule->days, (long long)(from + i * MINUTE),
			    s.open ? "open" : "closed");
		int64_t j = i;
		while (
		    j < SPAN_MINUTES && (night[j] != WINDOW_NO_NIGHT) == open)
			j++;
		int64_t turns = s.open ? s.closes : s.opens;
		int64_t seen = (from + j * MINUTE) * MICROS_PER_SEC;
		if (j < SPAN_MINUTES ? turns != seen : turns < seen)
			fail_msg("%s at %lld: turns at %lld, not %lld",
			    w->schedule->timezone,
			    (long long)(from + i * MINUTE),
			    (long long)(turns / MICROS_PER_SEC),
			    (long long)(seen / MICROS_PER_SEC));
	}
}

static void
every_minute(void **state)
{
	(void)state;
	static const char *const zones[] = { "UTC", "Europe/Berlin",
		"Asia/Tehran", "America/New_York", "Australia/Lord_Howe",
		"Asia/Kathmandu", "America/Santiago" };
	static int64_t night[SPAN_MINUTES];
	for (int i = 0; i < 400; i++) {
		const char *zone = zones[random_below(ARRAY_LEN(zones))];
		/* Around the days on which clocks change. */
		static const char *const around[] = { "2026-03-22",
			"2026-03-02", "2026-10-18", "2026-10-26", "2021-09-15",
			"2022-03-14", "2026-04-01", "2026-09-01" };
		int64_t from = secs_of(around[random_below(ARRAY_LEN(around))]);
		struct maintenance m = { from + random_below(SPAN_MINUTES) * 60,
			0, "", 1 };
		m.to = m.from + 60 * (1 + random_below(3000));
		struct schedule s = { .window = { random_below(1440) * 60,
					  random_below(1440) * 60, zone, 1 },
			.days = 1 + (unsigned)random_below(127),
			.timezone = zone,
			.maintenance = &m,
			.nmaintenance = (size_t)random_below(2) };
		if (random_below(6) == 0)
			s.window.end = s.window.start;
		if (random_below(2) == 0)
			s.window.start = s.window.start % 7200 + 3600;
		struct window w;
		struct err e = { 0 };
		assert_int_equal(window_init(&w, &s, &e), 0);
		walk(&s, w.zone, from, night);
		compare(&w, from, night);
		window_free(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_minute) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
