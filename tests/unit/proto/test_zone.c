#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/datetime.h"
#include "proto/zone.h"
#include "proto/zone_rule.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static uint64_t seed = 7;

static uint64_t
random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int64_t
secs_of(const char *iso)
{
	struct datetime_iso t;
	int64_t micros;
	assert_int_equal(datetime_parse_iso(span_of(iso), &t), 0);
	assert_int_equal(datetime_iso_micros(&t, &micros), 0);
	return micros / MICROS_PER_SEC;
}

static struct zone *
open_zone(const char *name)
{
	struct zone *z = NULL;
	struct err e = { 0 };
	if (zone_open(name, &z, &e) < 0)
		fail_msg("%s", e.msg);
	return z;
}

static void
local_table(void **state)
{
	(void)state;
	static const struct {
		const char *zone, *local;
		enum zone_fit fit;
		const char *earliest, *latest;
	} rows[] = {
		{ "UTC", "2025-01-15T10:30", ZONE_UNIQUE, "2025-01-15T10:30",
		    "2025-01-15T10:30" },
		{ "Asia/Tehran", "2025-01-15T10:30", ZONE_UNIQUE,
		    "2025-01-15T07:00", "2025-01-15T07:00" },
		{ "Asia/Tehran", "2021-09-21T23:30", ZONE_REPEATED,
		    "2021-09-21T19:00", "2021-09-21T20:00" },
		{ "Europe/Berlin", "2025-10-26T02:30", ZONE_REPEATED,
		    "2025-10-26T00:30", "2025-10-26T01:30" },
		{ "Europe/Berlin", "2025-10-26T03:00", ZONE_UNIQUE,
		    "2025-10-26T02:00", "2025-10-26T02:00" },
		{ "Europe/Berlin", "2025-10-26T02:00", ZONE_REPEATED,
		    "2025-10-26T00:00", "2025-10-26T01:00" },
		{ "Europe/Berlin", "2025-03-30T02:30", ZONE_SKIPPED,
		    "2025-03-30T01:30", "2025-03-30T01:30" },
		{ "Europe/Berlin", "2025-03-30T02:00", ZONE_SKIPPED,
		    "2025-03-30T01:00", "2025-03-30T01:00" },
		{ "Europe/Berlin", "2025-03-30T03:00", ZONE_UNIQUE,
		    "2025-03-30T01:00", "2025-03-30T01:00" },
		/* the rule in the footer, long after the last transition */
		{ "Europe/Berlin", "2500-10-31T02:30", ZONE_REPEATED,
		    "2500-10-31T00:30", "2500-10-31T01:30" },
		{ "Europe/Berlin", "2500-03-28T02:30", ZONE_SKIPPED,
		    "2500-03-28T01:30", "2500-03-28T01:30" },
		{ "Europe/Berlin", "2500-07-01T12:00", ZONE_UNIQUE,
		    "2500-07-01T10:00", "2500-07-01T10:00" },
		{ "Australia/Lord_Howe", "2030-01-01T12:00", ZONE_UNIQUE,
		    "2030-01-01T01:00", "2030-01-01T01:00" },
		/* a whole day that Samoa never had */
		{ "Pacific/Apia", "2011-12-30T12:00", ZONE_SKIPPED,
		    "2011-12-30T22:00", "2011-12-30T22:00" },
		{ "Asia/Kathmandu", "1980-01-01T00:00", ZONE_UNIQUE,
		    "1979-12-31T18:30", "1979-12-31T18:30" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct zone *z = open_zone(rows[i].zone);
		int64_t early, late;
		print_message("  %s %s\n", rows[i].zone, rows[i].local);
		assert_int_equal(
		    zone_local(z, secs_of(rows[i].local), &early, &late),
		    rows[i].fit);
		assert_int_equal(early, secs_of(rows[i].earliest));
		assert_int_equal(late, secs_of(rows[i].latest));
		zone_free(&z);
	}
}

static const char *const zones[] = { "Europe/Berlin", "Asia/Tehran",
	"America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
	"Pacific/Apia", "Africa/Casablanca", "Europe/Dublin",
	"America/St_Johns", "Antarctica/Troll", "Asia/Gaza", "Pacific/Chatham",
	"America/Nuuk", "Asia/Kolkata" };

/* The C library reads the same files with other code. */
static void
offsets_agree_with_libc(void **state)
{
	(void)state;
	int64_t first = secs_of("1850-01-01"), last = secs_of("2400-01-01");
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		struct zone *z = open_zone(zones[i]);
		for (int n = 0; n < 3000; n++) {
			int64_t t = first + (int64_t)(random_u64() %
						      (uint64_t)(last - first));
			struct tm tm;
			time_t tt = (time_t)t;
			assert_non_null(localtime_r(&tt, &tm));
			if (zone_offset(z, t) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, libc %ld", zones[i],
				    (long long)t, zone_offset(z, t),
				    tm.tm_gmtoff);
		}
		zone_free(&z);
	}
}

/*
 * Every instant's local time reads back as that instant, its twin, or both;
 * and a time is unique, repeated or skipped exactly as counting the instants
 * around it second by second (here: by quarter hours) says.
 */
static void
local_is_the_inverse(void **state)
{
	(void)state;
	enum { QUARTER = 900, AROUND = 30 * 4 };
	int64_t first = secs_of("1930-01-01"), last = secs_of("2100-01-01");
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		struct zone *z = open_zone(zones[i]);
		for (int n = 0; n < 4000; n++) {
			int64_t t = first + (int64_t)(random_u64() %
						      (uint64_t)(last - first));
			t -= t % QUARTER;
			int64_t local = t + zone_offset(z, t);
			int64_t early, late;
			enum zone_fit fit = zone_local(z, local, &early, &late);
			assert_int_not_equal(fit, ZONE_SKIPPED);
			assert_true(early == t || late == t);
			int count = 0;
			for (int64_t u = local - AROUND * QUARTER;
			     u <= local + AROUND * QUARTER; u += QUARTER)
				count += u + zone_offset(z, u) == local;
			if (count) /* whole quarters from UTC */
				assert_int_equal(fit,
				    count > 1 ? ZONE_REPEATED : ZONE_UNIQUE);
		}
		zone_free(&z);
	}
}

static void
rule_table(void **state)
{
	(void)state;
	static const struct {
		const char *rule;
		bool good;
		const char *at;
		int32_t offset;
	} rows[] = {
		{ "UTC0", true, "2030-01-01", 0 },
		{ "<+0330>-3:30", true, "2030-01-01", 12600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", true, "2030-07-01", 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", true, "2030-01-01", 3600 },
		{ "EST5EDT,M3.2.0,M11.1.0", true, "2030-03-10T06:59", -18000 },
		{ "EST5EDT,M3.2.0,M11.1.0", true, "2030-03-10T07:00", -14400 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", true, "2030-07-01", 3600 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", true, "2030-01-01", 0 },
		/* daylight time all year, as RFC 8536 writes it */
		{ "EST5EDT,0/0,J365/25", true, "2030-01-01T04:59", -14400 },
		{ "EST5EDT,0/0,J365/25", true, "2030-01-01T05:00", -14400 },
		{ "EST5EDT,0/0,J365/25", true, "2030-12-31T23:59", -14400 },
		{ "AAA0BBB,J60,J300", true, "2028-03-01T01:59", 0 },
		{ "AAA0BBB,J60,J300", true, "2028-03-01T02:00", 3600 },
		{ "AAA0BBB,59,J300", true, "2028-02-29T02:00", 3600 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, "2030-03-31T00:59",
		    -7200 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, "2030-03-31T01:00",
		    -3600 },
		{ "", false, NULL, 0 },
		{ "UTC", false, NULL, 0 },
		{ "U0", false, NULL, 0 },
		{ "<UTC0", false, NULL, 0 },
		{ "CET-1CEST", false, NULL, 0 },
		{ "CET-1CEST,M3.5.0", false, NULL, 0 },
		{ "CET-1CEST,M13.5.0,M10.5.0", false, NULL, 0 },
		{ "CET-1CEST,M3.0.0,M10.5.0", false, NULL, 0 },
		{ "CET-1CEST,M3.5.7,M10.5.0", false, NULL, 0 },
		{ "CET-1CEST,J0,J5", false, NULL, 0 },
		{ "CET-1CEST,M3.5.0/200,M10.5.0", false, NULL, 0 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3x", false, NULL, 0 },
		{ "CET-99", false, NULL, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct zone_rule r;
		print_message("  %s\n", rows[i].rule);
		assert_int_equal(zone_rule_parse(span_of(rows[i].rule), &r),
		    rows[i].good ? 0 : -1);
		if (!rows[i].good)
			continue;
		int64_t t = secs_of(rows[i].at);
		struct zone_period p = zone_rule_period(&r, t);
		assert_int_equal(p.offset, rows[i].offset);
		assert_true(p.from <= t && t < p.until);
	}
}

static void
unknown_zones(void **state)
{
	(void)state;
	static const char *const names[] = { "", "Mars/Olympus",
		"../../etc/passwd", "/etc/localtime", "Europe/", "Europe",
		"zone.tab", "right/UTC; rm" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *z = NULL;
		struct err e = { 0 };
		assert_int_equal(zone_open(names[i], &z, &e), -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_null(z);
	}
}

static void
damaged_files(void **state)
{
	(void)state;
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	assert_non_null(f);
	uint8_t good[8192];
	size_t n = fread(good, 1, sizeof(good), f);
	fclose(f);
	struct zone *z = NULL;
	struct err e = { 0 };
	assert_int_equal(zone_parse((struct span){ good, n }, &z, &e), 0);
	zone_free(&z);
	for (size_t cut = 0; cut < n; cut++) {
		struct span part = { good, cut };
		assert_int_equal(zone_parse(part, &z, &e), -1);
	}
	/* Any flipped byte: parsed or refused, never a stray read. */
	for (size_t i = 0; i < n; i++) {
		uint8_t *copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, good, n);
		copy[i] ^= (uint8_t)(1 + random_u64() % 255);
		if (zone_parse((struct span){ copy, n }, &z, &e) == 0) {
			int64_t early, late;
			zone_local(
			    z, secs_of("2025-03-30T02:30"), &early, &late);
			zone_free(&z);
		}
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_table),
		cmocka_unit_test(offsets_agree_with_libc),
		cmocka_unit_test(local_is_the_inverse),
		cmocka_unit_test(rule_table),
		cmocka_unit_test(unknown_zones),
		cmocka_unit_test(damaged_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
