#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/decimal.h"
#include "proto/limits.h"
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static uint64_t seed = 42;

static uint64_t
random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static const struct {
	const char *in, *out; /* out NULL: refused */
} canonical_rows[] = {
	{ "0", "0" },
	{ "-0", "0" },
	{ "-0.000", "0" },
	{ "0e99999999999999999999", "0" },
	{ "+7", "7" },
	{ "00123", "123" },
	{ "10", "10" },
	{ "10.0", "10" },
	{ "1e1", "10" },
	{ "100e-1", "10" },
	{ "1200e-1", "120" },
	{ ".5", "0.5" },
	{ "5.", "5" },
	{ "-.050", "-0.05" },
	{ "1.50E-2", "0.015" },
	{ "12.34e1", "123.4" },
	{ "12.34e2", "1234" },
	{ "12.34e5", "1234000" },
	{ "0.00012e3", "0.12" },
	{ "0.00012e+5", "12" },
	{ "123.456e-5", "0.00123456" },
	{ "9007199254740993.0", "9007199254740993" },
	{ "nan", "NaN" },
	{ "NAN", "NaN" },
	{ "inf", "Infinity" },
	{ "+Infinity", "Infinity" },
	{ "-iNf", "-Infinity" },
	{ "", NULL },
	{ "+", NULL },
	{ ".", NULL },
	{ "-.", NULL },
	{ "e5", NULL },
	{ "1e", NULL },
	{ "1e+", NULL },
	{ "1.2.3", NULL },
	{ "--1", NULL },
	{ "1 ", NULL },
	{ " 1", NULL },
	{ "0x10", NULL },
	{ "-nan", NULL },
	{ "infinit", NULL },
	{ "1e147456", NULL },
	{ "1e-147457", NULL },
	{ "1e9223372036854775808", NULL },
	{ "1e-99999999999999999999999", NULL },
};

static void
canonical_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(canonical_rows); i++) {
		struct buf out = { 0 };
		int r = decimal_canonical(span_of(canonical_rows[i].in), &out);
		print_message("  %s\n", canonical_rows[i].in);
		assert_int_equal(r, canonical_rows[i].out ? 0 : -1);
		assert_string_equal(buf_str(&out),
		    canonical_rows[i].out ? canonical_rows[i].out : "");
		buf_free(&out);
	}
}

static void
canonical_keeps_limit(void **state)
{
	(void)state;
	struct buf out = { 0 };
	assert_int_equal(decimal_canonical(span_of("1e147455"), &out), 0);
	assert_int_equal(out.len, LIMIT_DECIMAL_DIGITS);
	buf_clear(&out);
	assert_int_equal(decimal_canonical(span_of("1e-147456"), &out), 0);
	assert_int_equal(out.len, LIMIT_DECIMAL_DIGITS + 2);
	buf_free(&out);
}

static void
i64_round_trip(void **state)
{
	(void)state;
	static const int64_t edges[] = { 0, 1, -1, 9, 10, 99, 100, -100,
		INT64_MAX, INT64_MIN, INT64_MIN + 1 };
	for (size_t i = 0; i < 20000; i++) {
		int64_t v =
		    i < ARRAY_LEN(edges)
			? edges[i]
			: (int64_t)(random_u64() >> (random_u64() & 63));
		if (i & 1)
			v = (int64_t)(0 - (uint64_t)v);
		char text[DECIMAL_I64_MAX], want[32];
		size_t n = decimal_from_i64(v, text);
		snprintf(want, sizeof(want), "%lld", (long long)v);
		assert_int_equal(n, strlen(want));
		assert_memory_equal(text, want, n);
		int64_t back;
		struct span s = { (const uint8_t *)text, n };
		assert_int_equal(decimal_to_i64(s, &back), 0);
		assert_int_equal(back, v);
	}
}

static void
i64_refusals(void **state)
{
	(void)state;
	static const char *const rows[] = { "9223372036854775808",
		"-9223372036854775809", "99999999999999999999", "0.5", "NaN",
		"Infinity", "-Infinity", "-", "" };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t v;
		assert_int_equal(decimal_to_i64(span_of(rows[i]), &v), -1);
	}
}

static void
double_table(void **state)
{
	(void)state;
	static const struct {
		double v;
		const char *text;
	} rows[] = {
		{ 0.0, "0" },
		{ -0.0, "0" },
		{ 0.1, "0.1" },
		{ -2.5, "-2.5" },
		{ 10.5, "10.5" },
		{ 0.3, "0.3" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 1e15, "1000000000000000" },
		{ 9007199254740993.0, "9007199254740992" },
		{ 1e23, "100000000000000000000000" },
		{ 123456.789, "123456.789" },
		{ 0.000001, "0.000001" },
		{ 1e-7, "0.0000001" },
		{ 1.5e-12, "0.0000000000015" },
		{ 0x1p-44, "0.00000000000005684341886080802" },
		{ 100000000000000.5, "100000000000000.5" },
		{ 3.141592653589793, "3.141592653589793" },
		{ INFINITY, "Infinity" },
		{ -INFINITY, "-Infinity" },
		{ NAN, "NaN" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[DECIMAL_DOUBLE_MAX + 1];
		text[decimal_from_double(rows[i].v, text)] = '\0';
		assert_string_equal(text, rows[i].text);
		double back;
		assert_int_equal(decimal_to_double(span_of(text), &back), 0);
		if (!isnan(back))
			assert_true(back == rows[i].v);
	}
	char text[DECIMAL_DOUBLE_MAX + 1];
	text[decimal_from_double(5e-324, text)] = '\0';
	assert_int_equal(strlen(text), 326);
	assert_int_equal(text[325], '5');
}

/* Random bit patterns and short decimals: reads back, and one digit fewer
 * does not. */
static void
double_property(void **state)
{
	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		uint64_t bits = random_u64();
		double v;
		memcpy(&v, &bits, sizeof(v));
		if (i & 1)
			v = (double)(int64_t)(bits >> 24) / pow(10, i % 12);
		if (isnan(v) || isinf(v))
			continue;
		char text[DECIMAL_DOUBLE_MAX + 1];
		text[decimal_from_double(v, text)] = '\0';
		assert_true(strtod(text, NULL) == v);
		double back;
		assert_int_equal(decimal_to_double(span_of(text), &back), 0);
		assert_true(back == v);
		/* glibc's own shortest of the same number */
		int p = 0;
		char want[40];
		do
			snprintf(want, sizeof(want), "%.*e", p, v);
		while (strtod(want, NULL) != v && ++p < 17);
		struct buf canon = { 0 };
		assert_int_equal(decimal_canonical(span_of(want), &canon), 0);
		assert_true(strlen(text) <= canon.len);
		buf_free(&canon);
	}
}

static void
double_overflow(void **state)
{
	(void)state;
	struct buf canon = { 0 };
	double v;
	assert_int_equal(decimal_canonical(span_of("1e999"), &canon), 0);
	assert_int_equal(decimal_to_double(buf_span(&canon), &v), -1);
	buf_clear(&canon);
	assert_int_equal(decimal_canonical(span_of("1e-1200"), &canon), 0);
	assert_int_equal(decimal_to_double(buf_span(&canon), &v), 0);
	assert_true(v == 0);
	buf_free(&canon);
	assert_int_equal(decimal_to_double(span_of("-Infinity"), &v), 0);
	assert_true(isinf(v) && v < 0);
	assert_int_equal(decimal_to_double(span_of(""), &v), -1);
}

static void
digits_table(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t whole, fraction;
	} rows[] = {
		{ "0", 0, 0 },
		{ "0.05", 0, 2 },
		{ "-12.5", 2, 1 },
		{ "100", 3, 0 },
		{ "NaN", 0, 0 },
		{ "-Infinity", 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t whole, fraction;
		decimal_digits(span_of(rows[i].in), &whole, &fraction);
		assert_int_equal(whole, rows[i].whole);
		assert_int_equal(fraction, rows[i].fraction);
	}
}

static void
round_table(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		size_t scale;
		enum decimal_round how;
		const char *out;
	} rows[] = {
		{ "2.345", 2, DECIMAL_HALF_UP, "2.35" },
		{ "-2.345", 2, DECIMAL_HALF_UP, "-2.35" },
		{ "2.345", 2, DECIMAL_HALF_EVEN, "2.34" },
		{ "2.355", 2, DECIMAL_HALF_EVEN, "2.36" },
		{ "2.3451", 2, DECIMAL_HALF_EVEN, "2.35" },
		{ "2.345", 2, DECIMAL_EXACT, NULL },
		{ "2.34", 2, DECIMAL_EXACT, "2.34" },
		{ "999.995", 2, DECIMAL_HALF_UP, "1000" },
		{ "0.5", 0, DECIMAL_HALF_UP, "1" },
		{ "0.5", 0, DECIMAL_HALF_EVEN, "0" },
		{ "1.5", 0, DECIMAL_HALF_EVEN, "2" },
		{ "-0.4", 0, DECIMAL_HALF_UP, "0" },
		{ "-0.04", 1, DECIMAL_HALF_UP, "0" },
		{ "9.99", 1, DECIMAL_HALF_UP, "10" },
		{ "1.201", 2, DECIMAL_HALF_UP, "1.2" },
		{ "1.001", 2, DECIMAL_HALF_UP, "1" },
		{ "NaN", 0, DECIMAL_EXACT, "NaN" },
		{ "-Infinity", 0, DECIMAL_EXACT, "-Infinity" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		buf_puts(&out, "#"); /* appends, never overwrites */
		int r = decimal_round(
		    span_of(rows[i].in), rows[i].scale, rows[i].how, &out);
		assert_int_equal(r, rows[i].out ? 0 : -1);
		assert_string_equal(
		    buf_str(&out) + 1, rows[i].out ? rows[i].out : "");
		buf_free(&out);
	}
}

/* Rounding and comparing against integer arithmetic on thousandths. */
static void
round_property(void **state)
{
	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		int64_t milli = (int64_t)(random_u64() % 2000001) - 1000000;
		char text[32];
		snprintf(text, sizeof(text), "%lldE-3", (long long)milli);
		struct buf canon = { 0 }, out = { 0 };
		assert_int_equal(decimal_canonical(span_of(text), &canon), 0);
		assert_int_equal(
		    decimal_round(buf_span(&canon), 1, DECIMAL_HALF_UP, &out),
		    0);
		int64_t mag = milli < 0 ? -milli : milli;
		int64_t tenths = (mag + 50) / 100;
		if (milli < 0)
			tenths = -tenths;
		snprintf(text, sizeof(text), "%lldE-1", (long long)tenths);
		struct buf want = { 0 };
		assert_int_equal(decimal_canonical(span_of(text), &want), 0);
		assert_string_equal(buf_str(&out), buf_str(&want));
		int c = decimal_compare(buf_span(&canon), buf_span(&want));
		int64_t diff = milli - tenths * 100;
		assert_int_equal((c > 0) - (c < 0), (diff > 0) - (diff < 0));
		buf_free(&canon);
		buf_free(&out);
		buf_free(&want);
	}
}

static void
compare_order(void **state)
{
	(void)state;
	static const char *const ascending[] = { "-Infinity", "-100", "-12.5",
		"-12.05", "-1", "-0.5", "-0.05", "0", "0.05", "0.5", "0.51",
		"1", "9", "10", "99.99", "100", "Infinity", "NaN" };
	for (size_t i = 0; i < ARRAY_LEN(ascending); i++) {
		for (size_t j = 0; j < ARRAY_LEN(ascending); j++) {
			int c = decimal_compare(
			    span_of(ascending[i]), span_of(ascending[j]));
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_table),
		cmocka_unit_test(canonical_keeps_limit),
		cmocka_unit_test(i64_round_trip),
		cmocka_unit_test(i64_refusals),
		cmocka_unit_test(double_table),
		cmocka_unit_test(double_property),
		cmocka_unit_test(double_overflow),
		cmocka_unit_test(digits_table),
		cmocka_unit_test(round_table),
		cmocka_unit_test(round_property),
		cmocka_unit_test(compare_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
