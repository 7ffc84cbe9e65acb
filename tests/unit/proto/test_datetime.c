#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/datetime.h"
#include <cmocka.h>
#include <string.h>
#include <time.h>

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* Every day from -9999-01-01 to 294276-12-31, counted one by one. */
static void
days_count_like_a_calendar(void **state)
{
	(void)state;
	struct civil c = { -9999, 1, 1 };
	int32_t day = datetime_days(c);
	assert_int_equal(day, DATE_MIN);
	while (c.year <= 294276) {
		struct civil got = datetime_civil(day);
		if (got.year != c.year || got.month != c.month ||
		    got.day != c.day || datetime_days(c) != day)
			fail_msg("day %d is not %d-%d-%d", day, c.year, c.month,
			    c.day);
		day++;
		c.day++;
		if (datetime_valid(c))
			continue;
		c.day = 1;
		if (++c.month > 12) {
			c.month = 1;
			c.year++;
		}
	}
	assert_int_equal(datetime_days((struct civil){ 1970, 1, 1 }), 0);
}

static void
days_agree_with_libc(void **state)
{
	(void)state;
	for (int64_t day = -700000; day < 3000000; day += 997) {
		time_t t = (time_t)day * 86400;
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		struct civil c = datetime_civil((int32_t)day);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
	}
}

static void
valid_table(void **state)
{
	(void)state;
	static const struct {
		struct civil c;
		bool valid;
	} rows[] = {
		{ { 2024, 2, 29 }, true },
		{ { 2025, 2, 29 }, false },
		{ { 1900, 2, 29 }, false },
		{ { 2000, 2, 29 }, true },
		{ { 0, 2, 29 }, true },
		{ { 2025, 4, 31 }, false },
		{ { 2025, 0, 1 }, false },
		{ { 2025, 13, 1 }, false },
		{ { 2025, 1, 0 }, false },
		{ { -9999, 1, 1 }, true },
		{ { -10000, 12, 31 }, false },
		{ { 294276, 12, 31 }, true },
		{ { 294277, 1, 1 }, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(datetime_valid(rows[i].c), rows[i].valid);
}

enum { D = 1, T = 2, O = 4 };

static const struct {
	const char *in;
	int has; /* D, T, O; 0: refused */
	const char *out;
	int offset_secs;
} parse_rows[] = {
	{ "2025-01-15", D, "2025-01-15T00:00:00.000000", 0 },
	{ "0000-01-01", D, "0000-01-01T00:00:00.000000", 0 },
	{ "+10000-01-01", D, "+10000-01-01T00:00:00.000000", 0 },
	{ "-0044-03-15", D, "-0044-03-15T00:00:00.000000", 0 },
	{ "2025-01-15T10:30", D | T, "2025-01-15T10:30:00.000000", 0 },
	{ "2025-01-15 10:30:45", D | T, "2025-01-15T10:30:45.000000", 0 },
	{ "2025-01-15t10:30:45.5", D | T, "2025-01-15T10:30:45.500000", 0 },
	{ "2025-01-15T10:30:45,123456789", D | T, "2025-01-15T10:30:45.123456",
	    0 },
	{ "2025-01-15T24:00:00", D | T, "2025-01-16T00:00:00.000000", 0 },
	{ "2025-01-15T10:30:45Z", D | T | O, "2025-01-15T10:30:45.000000", 0 },
	{ "2025-01-15T10:30:45+03:30", D | T | O, "2025-01-15T07:00:45.000000",
	    12600 },
	{ "2025-01-15T10:30:45-0330", D | T | O, "2025-01-15T14:00:45.000000",
	    -12600 },
	{ "2025-01-15T10:30:45+00", D | T | O, "2025-01-15T10:30:45.000000",
	    0 },
	{ "1800-01-15T10:30:45+03:25:44", D | T | O,
	    "1800-01-15T07:05:01.000000", 12344 },
	{ "10:30", T, "1970-01-01T10:30:00.000000", 0 },
	{ "10:30:45.000001Z", T | O, "1970-01-01T10:30:45.000001", 0 },
	{ "24:00", T, "1970-01-02T00:00:00.000000", 0 },
	{ "infinity", 0, "infinity", 0 },
	{ "-infinity", 0, "-infinity", 0 },
	{ "", 0, NULL, 0 },
	{ "2025", 0, NULL, 0 },
	{ "20250115", 0, NULL, 0 },
	{ "20250115T", 0, NULL, 0 },
	{ "2025-1-15", 0, NULL, 0 },
	{ "2025-02-29", 0, NULL, 0 },
	{ "0000-00-00", 0, NULL, 0 },
	{ "10000-01-01", 0, NULL, 0 },
	{ "+294277-01-01", 0, NULL, 0 },
	{ "2025-01-15T", 0, NULL, 0 },
	{ "2025-01-15  10:30", 0, NULL, 0 },
	{ "2025-01-15T10", 0, NULL, 0 },
	{ "2025-01-15T10:60", 0, NULL, 0 },
	{ "2025-01-15T10:30:60", 0, NULL, 0 },
	{ "2025-01-15T24:00:00.1", 0, NULL, 0 },
	{ "2025-01-15T25:00", 0, NULL, 0 },
	{ "2025-01-15T10:30:45.", 0, NULL, 0 },
	{ "2025-01-15T10:30:45.1234567890", 0, NULL, 0 },
	{ "2025-01-15T10:30:45+3", 0, NULL, 0 },
	{ "2025-01-15T10:30:45+033", 0, NULL, 0 },
	{ "2025-01-15T10:30:45+16", 0, NULL, 0 },
	{ "2025-01-15T10:30:45Zx", 0, NULL, 0 },
	{ "2025-01-15Z", 0, NULL, 0 },
	{ "24:30", 0, NULL, 0 },
	{ "10:3", 0, NULL, 0 },
	{ "+10:30", 0, NULL, 0 },
	{ "Infinity", 0, NULL, 0 },
};

static void
parse_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parse_rows); i++) {
		struct datetime_iso t;
		int r = datetime_parse_iso(span_of(parse_rows[i].in), &t);
		print_message("  %s\n", parse_rows[i].in);
		assert_int_equal(r, parse_rows[i].out ? 0 : -1);
		if (r != 0)
			continue;
		int has = (t.has_date ? D : 0) | (t.has_time ? T : 0) |
			  (t.has_offset ? O : 0);
		assert_int_equal(has, parse_rows[i].has);
		assert_int_equal(t.offset_secs, parse_rows[i].offset_secs);
		struct buf out = { 0 };
		int64_t micros;
		assert_int_equal(datetime_iso_micros(&t, &micros), 0);
		datetime_put_timestamp(micros, &out);
		assert_string_equal(buf_str(&out), parse_rows[i].out);
		buf_free(&out);
	}
}

static void
put_table(void **state)
{
	(void)state;
	struct buf out = { 0 };
	datetime_put_date(0, &out);
	buf_putc(&out, ' ');
	datetime_put_date(DATE_INFINITY, &out);
	buf_putc(&out, ' ');
	datetime_put_date(DATE_NEG_INF, &out);
	buf_putc(&out, ' ');
	datetime_put_time(MICROS_PER_DAY, &out);
	buf_putc(&out, ' ');
	datetime_put_timestamptz(-1, &out);
	buf_putc(&out, ' ');
	datetime_put_timestamptz(MICROS_INFINITY, &out);
	assert_string_equal(buf_str(&out),
	    "1970-01-01 infinity -infinity 24:00:00.000000 "
	    "1969-12-31T23:59:59.999999Z infinity");
	buf_free(&out);
}

/* Text out and back in is the same instant, over the whole range. */
static void
round_trip(void **state)
{
	(void)state;
	int64_t first =
	    datetime_days((struct civil){ -9999, 1, 1 }) * MICROS_PER_DAY;
	int64_t last =
	    datetime_days((struct civil){ 294000, 12, 31 }) * MICROS_PER_DAY;
	for (int64_t t = first; t < last; t += INT64_C(987654321987654)) {
		struct buf out = { 0 };
		datetime_put_timestamptz(t, &out);
		struct datetime_iso iso;
		assert_int_equal(datetime_parse_iso(buf_span(&out), &iso), 0);
		int64_t back;
		assert_int_equal(datetime_iso_micros(&iso, &back), 0);
		assert_int_equal(back, t);
		assert_true(iso.has_offset);
		buf_free(&out);
	}
}

static void
instants_that_do_not_fit(void **state)
{
	(void)state;
	static const char *const rows[] = { "+294276-12-31T23:59:59",
		"+294247-01-10T04:00:54.775807", "+294247-01-10T05:00" };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct datetime_iso t;
		int64_t micros;
		assert_int_equal(datetime_parse_iso(span_of(rows[i]), &t), 0);
		assert_int_equal(datetime_iso_micros(&t, &micros), -1);
	}
}

/* No value of the width makes the writers misbehave. */
static void
extremes(void **state)
{
	(void)state;
	struct buf out = { 0 };
	datetime_put_timestamp(INT64_MAX - 1, &out);
	buf_putc(&out, ' ');
	datetime_put_timestamp(INT64_MIN + 1, &out);
	buf_putc(&out, ' ');
	datetime_put_date(INT32_MAX - 1, &out);
	buf_putc(&out, ' ');
	datetime_put_date(INT32_MIN + 1, &out);
	assert_string_equal(buf_str(&out),
	    "+294247-01-10T04:00:54.775806 -290308-12-21T19:59:05.224193 "
	    "+5881580-07-10 -5877641-06-24");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_count_like_a_calendar),
		cmocka_unit_test(days_agree_with_libc),
		cmocka_unit_test(valid_table),
		cmocka_unit_test(parse_table),
		cmocka_unit_test(put_table),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(instants_that_do_not_fit),
		cmocka_unit_test(extremes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
