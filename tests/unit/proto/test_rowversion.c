#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/decimal.h"
#include "proto/rowversion.h"
#include <stdlib.h>
#include <string.h>

static struct value
text_value(enum value_type t, const char *s)
{
	return (
	    struct value){ .type = t, .s = { (const uint8_t *)s, strlen(s) } };
}

static void
encode(const struct value *v, struct buf *out)
{
	buf_clear(out);
	rowversion_encode(v, out);
}

static int
sign(int v)
{
	return (v > 0) - (v < 0);
}

/* Each list is in the order of its source; every pair must compare so. */
static const struct {
	const char *label;
	enum value_type type;
	const char *up[12];
} orders[] = {
	{ "decimals", VT_DECIMAL,
	    { "-Infinity", "-100", "-12.5", "-12.45", "-12.4", "-0.001", "0",
		"0.0009", "0.001", "1", "10", "NaN" } },
	{ "integers above 2^64", VT_DECIMAL,
	    { "-18446744073709551617", "-18446744073709551616",
		"-9007199254740993", "-9007199254740992", "9007199254740992",
		"9007199254740993", "18446744073709551616",
		"18446744073709551617", "Infinity" } },
	{ "same digits, other size", VT_DECIMAL,
	    { "-1200", "-120", "-12", "-1.2", "-0.12", "-0.012", "0.012",
		"0.12", "1.2", "12", "120", "1200" } },
	{ "text", VT_TEXT, { "", "0", "00", "1", "10", "2", "a", "ab" } },
	{ "opaque", VT_OPAQUE, { "A", "B", "a" } },
};

static void
texts_and_decimals_keep_their_order(void **state)
{
	struct buf a = { 0 }, b = { 0 };
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(orders); k++) {
		print_message("  %s\n", orders[k].label);
		for (int i = 0; i < 12 && orders[k].up[i]; i++)
			for (int j = 0; j < 12 && orders[k].up[j]; j++) {
				struct value x =
				    text_value(orders[k].type, orders[k].up[i]);
				struct value y =
				    text_value(orders[k].type, orders[k].up[j]);
				encode(&x, &a);
				encode(&y, &b);
				assert_int_equal(sign(i - j),
				    sign(rowversion_compare(
					buf_span(&a), buf_span(&b))));
			}
	}
	buf_free(&a);
	buf_free(&b);
}

static void
instants_keep_their_order(void **state)
{
	static const int64_t days[] = { INT32_MIN, -1, 0, 1, INT32_MAX };
	static const int64_t micros[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	static const struct {
		enum value_type type;
		const int64_t *up;
	} kinds[] = { { VT_DATE, days }, { VT_TIMESTAMP, micros },
		{ VT_TIMESTAMPTZ, micros }, { VT_INT, micros } };
	struct buf a = { 0 }, b = { 0 };
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i + 1 < 5; i++) {
			struct value x = { .type = kinds[k].type,
				.i = kinds[k].up[i] };
			struct value y = { .type = kinds[k].type,
				.i = kinds[k].up[i + 1] };
			encode(&x, &a);
			encode(&y, &b);
			assert_true(
			    rowversion_compare(buf_span(&a), buf_span(&b)) < 0);
		}
	buf_free(&a);
	buf_free(&b);
}

/* Canonical decimals of all sizes, many of them close to each other. */
static void
random_decimal(struct buf *out)
{
	char raw[80];
	size_t n = 0;
	if (rand() % 2)
		raw[n++] = '-';
	size_t whole = 1 + (size_t)(rand() % 24);
	size_t fraction = (size_t)(rand() % 12);
	for (size_t i = 0; i < whole; i++)
		raw[n++] = (char)('0' + (rand() % 4 ? 0 : rand() % 10));
	raw[n++] = '.';
	for (size_t i = 0; i <= fraction; i++)
		raw[n++] = (char)('0' + (rand() % 4 ? 0 : rand() % 10));
	buf_clear(out);
	assert_int_equal(
	    decimal_canonical((struct span){ (uint8_t *)raw, n }, out), 0);
}

static void
random_decimals_order_and_read_back(void **state)
{
	struct buf x = { 0 }, y = { 0 }, a = { 0 }, b = { 0 }, back = { 0 };
	struct err e = { 0 };
	(void)state;
	srand(7);
	for (int i = 0; i < 50000; i++) {
		random_decimal(&x);
		random_decimal(&y);
		struct value v = { .type = VT_DECIMAL, .s = buf_span(&x) };
		struct value w = { .type = VT_DECIMAL, .s = buf_span(&y) };
		struct value r;
		encode(&v, &a);
		encode(&w, &b);
		assert_int_equal(sign(decimal_compare(v.s, w.s)),
		    sign(rowversion_compare(buf_span(&a), buf_span(&b))));
		buf_clear(&back);
		assert_int_equal(
		    rowversion_decode(buf_span(&a), &back, &r, &e), 0);
		assert_int_equal(r.s.len, x.len);
		assert_memory_equal(r.s.data, x.data, x.len);
	}
	buf_free(&x);
	buf_free(&y);
	buf_free(&a);
	buf_free(&b);
	buf_free(&back);
}

static void
numbers_are_one_kind(void **state)
{
	struct buf a = { 0 }, b = { 0 }, c = { 0 };
	struct value i = { .type = VT_INT, .i = 10 };
	struct value f = { .type = VT_FLOAT, .f = 10.0 };
	struct value d = text_value(VT_DECIMAL, "10");
	(void)state;
	encode(&i, &a);
	encode(&f, &b);
	encode(&d, &c);
	assert_int_equal(rowversion_compare(buf_span(&a), buf_span(&b)), 0);
	assert_int_equal(rowversion_compare(buf_span(&a), buf_span(&c)), 0);
	buf_free(&a);
	buf_free(&b);
	buf_free(&c);
}

static void
fixed_values_read_back(void **state)
{
	static const struct value values[] = {
		{ .type = VT_BOOL, .b = true },
		{ .type = VT_DATE, .i = -719162 },
		{ .type = VT_TIME, .i = 86400000000 },
		{ .type = VT_TIMESTAMP, .i = INT64_MIN },
		{ .type = VT_TIMESTAMPTZ, .i = 1735689600000000 },
	};
	struct buf a = { 0 }, back = { 0 };
	struct err e = { 0 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct value v;
		encode(&values[i], &a);
		assert_int_equal(
		    rowversion_decode(buf_span(&a), &back, &v, &e), 0);
		assert_int_equal(v.type, values[i].type);
		if (v.type == VT_BOOL)
			assert_true(v.b);
		else
			assert_true(v.i == values[i].i);
	}
	buf_free(&a);
	buf_free(&back);
}

static void
eight_bytes_of_sql_server_read_back(void **state)
{
	static const uint8_t raw[8] = { 0, 0, 0, 0, 0, 0, 0x1f, 0x40 };
	struct value v = { .type = VT_BYTES, .s = { raw, sizeof(raw) } }, r;
	struct buf a = { 0 }, back = { 0 };
	struct err e = { 0 };
	(void)state;
	encode(&v, &a);
	assert_int_equal(rowversion_decode(buf_span(&a), &back, &r, &e), 0);
	assert_int_equal(r.type, VT_BYTES);
	assert_int_equal(r.s.len, sizeof(raw));
	assert_memory_equal(r.s.data, raw, sizeof(raw));
	buf_free(&a);
	buf_free(&back);
}

static void
an_empty_text_is_a_version(void **state)
{
	struct value v = text_value(VT_TEXT, ""), r;
	struct buf a = { 0 }, back = { 0 };
	struct err e = { 0 };
	(void)state;
	encode(&v, &a);
	assert_int_equal(a.len, 1);
	assert_int_equal(rowversion_decode(buf_span(&a), &back, &r, &e), 0);
	assert_int_equal(r.type, VT_TEXT);
	assert_int_equal(r.s.len, 0);
	assert_non_null(r.s.data);
	buf_free(&a);
	buf_free(&back);
}

static void
no_version_is_nothing(void **state)
{
	struct buf a = { 0 };
	struct value v = { .type = VT_INT, .null = true };
	(void)state;
	rowversion_encode(&v, &a);
	assert_int_equal(a.len, 0);
	assert_true(rowversion_mark(buf_span(&a)) == 0);
	v.null = false;
	rowversion_encode(&v, &a);
	assert_true(rowversion_mark(buf_span(&a)) != 0);
	assert_true(rowversion_compare((struct span){ 0 }, buf_span(&a)) < 0);
	buf_free(&a);
}

#define RAW(s)                                                                 \
	{                                                                      \
		(const uint8_t *)(s), sizeof(s) - 1                            \
	}

static const struct {
	const char *label;
	struct span in;
} damaged[] = {
	{ "empty", RAW("") },
	{ "unknown kind", RAW("q12") },
	{ "bare number", RAW("n") },
	{ "number class 6", RAW("n\6") },
	{ "zero with a tail", RAW("n\0020") },
	{ "exponent cut short", RAW("n\3\x80\0\0") },
	{ "no digits", RAW("n\3\x80\0\0\1") },
	{ "digit that is none", RAW("n\3\x80\0\0\1x") },
	{ "leading zero", RAW("n\3\x80\0\0\00101") },
	{ "trailing zero", RAW("n\3\x80\0\0\00110") },
	{ "exponent over the limit", RAW("n\3\xff\0\0\0011") },
	{ "negative without its end", RAW("n\1\x7f\xff\xff\xfe\xce") },
	{ "date of three bytes", RAW("dabc") },
	{ "timestamp of nine bytes", RAW("sabcdefghi") },
	{ "bool 3", RAW("b\3") },
	{ "uuid of two bytes", RAW("uab") },
};

static void
damage_is_refused(void **state)
{
	struct buf back = { 0 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		struct value v;
		struct err e = { 0 };
		print_message("  %s\n", damaged[i].label);
		assert_int_equal(
		    rowversion_decode(damaged[i].in, &back, &v, &e), -1);
		assert_int_equal(e.cls, ERR_DATA);
		assert_string_equal(e.code, "bad_rowversion");
	}
	buf_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_decimals_keep_their_order),
		cmocka_unit_test(instants_keep_their_order),
		cmocka_unit_test(random_decimals_order_and_read_back),
		cmocka_unit_test(numbers_are_one_kind),
		cmocka_unit_test(fixed_values_read_back),
		cmocka_unit_test(eight_bytes_of_sql_server_read_back),
		cmocka_unit_test(an_empty_text_is_a_version),
		cmocka_unit_test(no_version_is_nothing),
		cmocka_unit_test(damage_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
