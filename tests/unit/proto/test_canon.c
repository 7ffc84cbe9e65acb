#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/canon.h"
#include <string.h>

#define TEXT(s)                                                                \
	{                                                                      \
		(const uint8_t *)(s), sizeof(s) - 1                            \
	}

/* One row per type: the value, its encoding, what it reads back as. */
static const struct {
	const char *label;
	struct value v;
	struct span encoded;
	enum value_type back;
} rows[] = {
	{ "bool true", { .type = VT_BOOL, .b = true }, TEXT("b\1\1"), VT_BOOL },
	{ "bool false", { .type = VT_BOOL }, TEXT("b\1\0"), VT_BOOL },
	{ "int", { .type = VT_INT, .i = -42 }, TEXT("n\3-42"), VT_DECIMAL },
	{ "float", { .type = VT_FLOAT, .f = 10.5 }, TEXT("n\00410.5"),
	    VT_DECIMAL },
	{ "float -0", { .type = VT_FLOAT, .f = -0.0 }, TEXT("n\0010"),
	    VT_DECIMAL },
	{ "decimal", { .type = VT_DECIMAL, .s = TEXT("-0.05") },
	    TEXT("n\5-0.05"), VT_DECIMAL },
	{ "text", { .type = VT_TEXT, .s = TEXT("a|b") }, TEXT("t\3a|b"),
	    VT_TEXT },
	{ "empty text", { .type = VT_TEXT, .s = TEXT("") }, TEXT("t\0"),
	    VT_TEXT },
	{ "bytes", { .type = VT_BYTES, .s = TEXT("\0\xff") }, TEXT("x\2\0\xff"),
	    VT_BYTES },
	{ "date", { .type = VT_DATE, .i = -1 }, TEXT("d\4\xff\xff\xff\xff"),
	    VT_DATE },
	{ "time", { .type = VT_TIME, .i = 258 }, TEXT("c\10\2\1\0\0\0\0\0\0"),
	    VT_TIME },
	{ "timestamp", { .type = VT_TIMESTAMP, .i = 1 },
	    TEXT("s\10\1\0\0\0\0\0\0\0"), VT_TIMESTAMP },
	{ "timestamptz infinity", { .type = VT_TIMESTAMPTZ, .i = INT64_MAX },
	    TEXT("z\10\xff\xff\xff\xff\xff\xff\xff\x7f"), VT_TIMESTAMPTZ },
	{ "uuid", { .type = VT_UUID, .uuid = "0123456789abcde" },
	    TEXT("u\020"
		 "0123456789abcde\0"),
	    VT_UUID },
	{ "json", { .type = VT_JSON, .s = TEXT("{}") }, TEXT("j\2{}"),
	    VT_JSON },
	{ "opaque", { .type = VT_OPAQUE, .s = TEXT("1 mon") },
	    TEXT("o\0051 mon"), VT_OPAQUE },
};

static void
values_encode_and_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 }, again = { 0 };
		struct value v;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		canon_value(&rows[i].v, &out);
		assert_int_equal(out.len, rows[i].encoded.len);
		assert_memory_equal(out.data, rows[i].encoded.data, out.len);
		assert_int_equal(canon_unpack(buf_span(&out), &v, 1, &e), 0);
		assert_int_equal(v.type, rows[i].back);
		assert_false(v.null);
		canon_value(&v, &again);
		assert_int_equal(again.len, out.len);
		assert_memory_equal(again.data, out.data, out.len);
		buf_free(&out);
		buf_free(&again);
	}
}

static const struct {
	const char *label;
	struct span in;
	size_t n;
} damaged[] = {
	{ "nothing", TEXT(""), 1 },
	{ "second value missing", TEXT("t\1a"), 2 },
	{ "one byte too many", TEXT("t\1ab"), 1 },
	{ "unknown tag", TEXT("q\1a"), 1 },
	{ "length past the end", TEXT("t\5ab"), 1 },
	{ "length never ends", TEXT("t\x80\x80"), 1 },
	{ "length over 64 bit",
	    TEXT("t\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), 1 },
	{ "bool of two bytes", TEXT("b\2\1\1"), 1 },
	{ "bool 2", TEXT("b\1\2"), 1 },
	{ "date of three bytes", TEXT("d\3abc"), 1 },
	{ "time of nine bytes", TEXT("c\11abcdefghi"), 1 },
	{ "uuid of one byte", TEXT("u\1a"), 1 },
	{ "empty number", TEXT("n\0"), 1 },
	{ "number with letters", TEXT("n\0031x3"), 1 },
	{ "leading zero", TEXT("n\00201"), 1 },
	{ "minus zero", TEXT("n\2-0"), 1 },
	{ "trailing zero", TEXT("n\0031.0"), 1 },
	{ "bare point", TEXT("n\0021."), 1 },
	{ "two points", TEXT("n\0051.2.3"), 1 },
	{ "bare minus", TEXT("n\1-"), 1 },
};

static void
damage_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		struct value v[2];
		struct err e = { 0 };
		print_message("  %s\n", damaged[i].label);
		assert_int_equal(
		    canon_unpack(damaged[i].in, v, damaged[i].n, &e), -1);
		assert_int_equal(e.cls, ERR_DATA);
		assert_string_equal(e.code, "bad_key");
	}
}

static void
canonical_numbers_are_taken(void **state)
{
	static const char *const good[] = { "0", "1", "-1", "0.5", "-0.5", "10",
		"100.001", "NaN", "Infinity", "-Infinity" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct buf b = { 0 };
		struct value v;
		struct err e = { 0 };
		size_t n = strlen(good[i]);
		buf_putc(&b, 'n');
		buf_put_uleb(&b, n);
		buf_puts(&b, good[i]);
		assert_int_equal(canon_unpack(buf_span(&b), &v, 1, &e), 0);
		assert_int_equal(v.s.len, n);
		assert_memory_equal(v.s.data, good[i], n);
		buf_free(&b);
	}
}

static void
composite_keys_keep_their_order(void **state)
{
	struct buf b = { 0 };
	struct value v[3];
	struct err e = { 0 };
	(void)state;
	for (size_t i = 0; i < 3; i++)
		canon_value(&rows[i * 6].v, &b);
	assert_int_equal(canon_unpack(buf_span(&b), v, 3, &e), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(v[i].type, rows[i * 6].back);
	assert_int_equal(canon_unpack((struct span){ 0 }, v, 0, &e), 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_encode_and_read_back),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(canonical_numbers_are_taken),
		cmocka_unit_test(composite_keys_keep_their_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
