/* crontab(5) expressions: what is read, what is refused, what comes next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/cron.h"
#include "proto/datetime.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static int64_t
secs_of(const char *iso)
{
	struct datetime_iso t;
	int64_t micros;
	struct span text = { (const uint8_t *)iso, strlen(iso) };
	assert_int_equal(datetime_parse_iso(text, &t), 0);
	assert_int_equal(datetime_iso_micros(&t, &micros), 0);
	return micros / MICROS_PER_SEC;
}

static void
next_of(const char *text, const char *zone, const char *after, char out[20])
{
	struct cron c;
	struct zone *z = NULL;
	struct err e = { 0 };
	struct buf b = { 0 };
	assert_int_equal(zone_open(zone, &z, &e), 0);
	if (cron_parse(text, &c, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	datetime_put_timestamp(
	    cron_next(&c, z, secs_of(after)) * MICROS_PER_SEC, &b);
	memcpy(out, b.data, 16);
	out[16] = '\0';
	buf_free(&b);
	zone_free(&z);
}

static const struct {
	const char *label, *cron, *zone, *after, *next;
} rows[] = {
	{ "every minute", "* * * * *", "UTC", "2026-06-10T10:00",
	    "2026-06-10T10:01" },
	{ "strictly after", "0 10 * * *", "UTC", "2026-06-10T10:00",
	    "2026-06-11T10:00" },
	{ "a second before", "0 10 * * *", "UTC", "2026-06-10T09:59:59",
	    "2026-06-10T10:00" },
	{ "steps", "*/20 * * * *", "UTC", "2026-06-10T10:21",
	    "2026-06-10T10:40" },
	{ "steps of a range", "10-50/20 3 * * *", "UTC", "2026-06-10T03:11",
	    "2026-06-10T03:30" },
	{ "a list", "5,1,30 3 * * *", "UTC", "2026-06-10T03:02",
	    "2026-06-10T03:05" },
	{ "a list with a range", "0 1-3,22 * * *", "UTC", "2026-06-10T03:00",
	    "2026-06-10T22:00" },
	{ "names", "0 0 * JAN-feb Mon", "UTC", "2026-03-01T00:00",
	    "2027-01-04T00:00" },
	{ "Sunday is 0", "0 0 * * 0", "UTC", "2026-06-10T00:00",
	    "2026-06-14T00:00" },
	{ "Sunday is 7", "0 0 * * 7", "UTC", "2026-06-10T00:00",
	    "2026-06-14T00:00" },
	{ "a range up to 7", "0 0 * * 6-7", "UTC", "2026-06-13T00:00",
	    "2026-06-14T00:00" },
	{ "either day", "0 0 13 * fri", "UTC", "2026-06-12T00:00",
	    "2026-06-13T00:00" },
	{ "either day, the other", "0 0 13 * fri", "UTC", "2026-06-13T00:00",
	    "2026-06-19T00:00" },
	{ "both where one has a star", "0 0 */2 * fri", "UTC",
	    "2026-06-10T00:00", "2026-06-19T00:00" },
	{ "leap years only", "0 0 29 2 *", "UTC", "2096-03-01T00:00",
	    "2104-02-29T00:00" },
	{ "the end of the year", "59 23 31 12 *", "UTC", "2026-12-31T23:59",
	    "2027-12-31T23:59" },
	{ "before 1970", "0 0 1 * *", "UTC", "1969-12-31T12:00",
	    "1970-01-01T00:00" },
	{ "a zone", "30 2 * * *", "Asia/Tehran", "2026-06-10T00:00",
	    "2026-06-10T23:00" },
	{ "a zone's day", "0 1 11 * *", "Asia/Tehran", "2026-06-10T00:00",
	    "2026-06-10T21:30" },
	/* Berlin skips 02:00 to 03:00 at 01:00 UTC on 29 March … */
	{ "skipped: at the jump", "30 2 * * *", "Europe/Berlin",
	    "2026-03-29T00:00", "2026-03-29T01:00" },
	{ "skipped: once", "10,30,50 2 * * *", "Europe/Berlin",
	    "2026-03-29T01:00", "2026-03-30T00:10" },
	{ "a rhythm over the jump", "*/30 * * * *", "Europe/Berlin",
	    "2026-03-29T00:30", "2026-03-29T01:00" },
	/* … and shows them twice on 25 October, at 00:00 and 01:00 UTC. */
	{ "repeated: the first time", "30 2 * * *", "Europe/Berlin",
	    "2026-10-25T00:00", "2026-10-25T00:30" },
	{ "repeated: not again", "30 2 * * *", "Europe/Berlin",
	    "2026-10-25T00:30", "2026-10-26T01:30" },
	{ "a rhythm in the repeated hour", "*/30 * * * *", "Europe/Berlin",
	    "2026-10-25T00:30", "2026-10-25T01:00" },
	{ "a rhythm behind it", "*/30 * * * *", "Europe/Berlin",
	    "2026-10-25T01:30", "2026-10-25T02:00" },
	{ "hours without a star have no rhythm", "*/30 0-23 * * *",
	    "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T02:00" },
};

static void
comes_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char next[20];
		next_of(rows[i].cron, rows[i].zone, rows[i].after, next);
		if (strcmp(next, rows[i].next) != 0)
			fail_msg("%s: %s", rows[i].label, next);
	}
}

static void
refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "* * * *", "* * * * * *",
		"60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
		"* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *",
		"1/5 * * * *", "1, * * * *", ",1 * * * *", "1- * * * *",
		"-1 * * * *", "a * * * *", "* * * mon *", "*x * * * *",
		"99999999999999999999 * * * *", "*/99 * * * *", "0 0 30 2 *",
		"0 0 31 4,6 *", "@daily" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct cron c;
		struct err e = { 0 };
		if (cron_parse(texts[i], &c, &e) == 0)
			fail_msg("\"%s\" was read", texts[i]);
		assert_int_equal(e.cls, ERR_CONFIG);
	}
}

/* Every day's weekday may save a day that no month has. */
static void
may_come(void **state)
{
	(void)state;
	struct cron c;
	struct err e = { 0 };
	assert_int_equal(cron_parse("0 0 30 2 mon", &c, &e), 0);
	assert_int_equal(cron_parse("\t0  0 1 1 * ", &c, &e), 0);
}

static uint64_t seed = 3;

static unsigned
random_below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* A minute that clocks show fits; what they show again, only in a rhythm.
 * Minutes that they skip fit the one after. */
static bool
fits(const struct cron *c, const struct zone *z, int64_t t)
{
	int64_t from = t - 60 + zone_offset(z, t - 60) + 60;
	int64_t local = t + zone_offset(z, t);
	int64_t first, latest;
	if (zone_local(z, local, &first, &latest) == ZONE_REPEATED &&
	    t != first && !c->any_hour)
		return false;
	for (int64_t l = from < local ? from : local; l <= local; l += 60) {
		int64_t day = l / 86400, minute = l % 86400 / 60;
		struct civil d = datetime_civil((int32_t)day);
		if ((c->minutes >> minute % 60 & 1) &&
		    (c->hours >> minute / 60 & 1) && (c->days >> d.day & 1) &&
		    (c->weekdays >> (day + 4) % 7 & 1))
			return true;
	}
	return false;
}

static void
every_minute(void **state)
{
	(void)state;
	static const char *const zones[] = { "UTC", "Europe/Berlin",
		"America/New_York", "Australia/Lord_Howe" };
	static const char *const days[] = { "2026-03-28T00:00",
		"2026-03-07T00:00", "2026-10-03T00:00", "2026-10-24T00:00",
		"2026-10-31T00:00", "2026-04-04T00:00" };
	for (int i = 0; i < 300; i++) {
		struct cron c;
		struct err e = { 0 };
		struct zone *z = NULL;
		int64_t t = secs_of(days[random_below(ARRAY_LEN(days))]);
		int64_t end = t + 3 * 86400;
		char text[64];
		bool star = random_below(2);
		assert_int_equal(
		    zone_open(zones[random_below(ARRAY_LEN(zones))], &z, &e),
		    0);
		snprintf(text, sizeof(text), "%u-59/%u %s * * %s",
		    random_below(60), 1 + random_below(59), star ? "*" : "0-5",
		    random_below(2) ? "sun" : "*");
		assert_int_equal(cron_parse(text, &c, &e), 0);
		while (t < end) {
			int64_t next = cron_next(&c, z, t), seen = t + 60;
			while (seen < end && !fits(&c, z, seen))
				seen += 60;
			if (seen < end && next != seen)
				fail_msg("%s after %lld: %lld, not %lld", text,
				    (long long)t, (long long)next,
				    (long long)seen);
			t = seen + 60 * random_below(200);
		}
		zone_free(&z);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_next),
		cmocka_unit_test(refused),
		cmocka_unit_test(may_come),
		cmocka_unit_test(every_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
