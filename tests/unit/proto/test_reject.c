#include "proto/reject.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/limits.h"
#include "proto/pack.h"
#include <cmocka.h>

#define SPAN(s)                                                                \
	{                                                                      \
		(const uint8_t *)(s), sizeof(s) - 1                            \
	}

static const struct reject list[] = {
	{ "normalize", "qty", "number", "bad_number", "\"1,5\" is no number",
	    { 0 }, { 0 }, { 0 },
	    SPAN("\x81\xa1q\x92\4\xc4\x03"
		 "1,5") },
	{ "load", "", "", "23505", "duplicate key", SPAN("t\1A"),
	    SPAN("0123456789abcdef"), SPAN("\1\0\5"), SPAN("\x80") },
};

static void
check_span(struct span a, struct span b)
{
	assert_int_equal(a.len, b.len);
	if (a.len)
		assert_memory_equal(a.data, b.data, a.len);
}

static void
test_list_round_trip(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct reject *out;
	size_t n;
	reject_list_encode(list, 2, &wire);
	assert_int_equal(
	    reject_list_decode(buf_span(&wire), &a, &out, &n, &e), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(out[i].stage, list[i].stage);
		assert_string_equal(out[i].field, list[i].field);
		assert_string_equal(out[i].layer, list[i].layer);
		assert_string_equal(out[i].code, list[i].code);
		assert_string_equal(out[i].message, list[i].message);
		check_span(out[i].key, list[i].key);
		check_span(out[i].bk_hash, list[i].bk_hash);
		check_span(out[i].version, list[i].version);
		check_span(out[i].original, list[i].original);
	}
	arena_free(&a);
	buf_free(&wire);
}

static int
decode_list(struct buf *wire)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct reject *out;
	size_t n;
	int rc = reject_list_decode(buf_span(wire), &a, &out, &n, &e);
	if (rc < 0) {
		assert_int_equal(e.cls, ERR_DATA);
		assert_string_equal(e.code, "bad_reject");
	}
	arena_free(&a);
	buf_clear(wire);
	return rc;
}

static void
test_every_cut_is_refused(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	reject_list_encode(list, 2, &wire);
	for (size_t n = wire.len; n-- > 0;) {
		struct buf cut = { 0 };
		buf_put(&cut, wire.data, n);
		assert_int_equal(decode_list(&cut), -1);
		buf_free(&cut);
	}
	buf_free(&wire);
}

/* A list of one, with what stage and code must be, and one pair more. */
static void
begin_one(struct buf *out, size_t more)
{
	pack_array(out, 1);
	pack_map(out, 2 + more);
	pack_str(out, "stage");
	pack_str(out, "load");
	pack_str(out, "code");
	pack_str(out, "23505");
}

static void
test_list_shapes(void **state)
{
	(void)state;
	struct buf w = { 0 };
	begin_one(&w, 0);
	assert_int_equal(decode_list(&w), 0);

	begin_one(&w, 1); /* 15 bytes are no hash */
	pack_str(&w, "bk_hash");
	pack_bin(&w, "123456789012345", 15);
	assert_int_equal(decode_list(&w), -1);

	begin_one(&w, 1); /* nor are 17 */
	pack_str(&w, "bk_hash");
	pack_bin(&w, "12345678901234567", 17);
	assert_int_equal(decode_list(&w), -1);

	begin_one(&w, 1);
	pack_str(&w, "colour");
	pack_str(&w, "red");
	assert_int_equal(decode_list(&w), -1);

	begin_one(&w, 1); /* twice */
	pack_str(&w, "code");
	pack_str(&w, "23505");
	assert_int_equal(decode_list(&w), -1);

	begin_one(&w, 1); /* an empty value is left out, never written */
	pack_str(&w, "field");
	pack_str(&w, "");
	assert_int_equal(decode_list(&w), -1);

	begin_one(&w, 1); /* bytes are not text */
	pack_str(&w, "field");
	pack_bin(&w, "a", 1);
	assert_int_equal(decode_list(&w), -1);

	pack_array(&w, 1); /* neither stage nor code */
	pack_map(&w, 0);
	assert_int_equal(decode_list(&w), -1);

	pack_array(&w, LIMIT_BATCH_ROWS + 1);
	for (int i = 0; i <= LIMIT_BATCH_ROWS; i++)
		pack_nil(&w);
	assert_int_equal(decode_list(&w), -1);
	buf_free(&w);
}

static const struct row_value row[] = {
	{ "b", NULL, { VT_BOOL, false, .b = true } },
	{ "i", NULL, { VT_INT, false, .i = INT64_MIN } },
	{ "j", NULL, { VT_INT, false, .i = INT64_MAX } },
	{ "n", NULL, { VT_DECIMAL, false, .s = SPAN("-12.5") } },
	{ "f", NULL, { VT_FLOAT, false, .f = 0.1 } },
	{ "t", NULL, { VT_TEXT, false, .s = SPAN("\xff\0x") } },
	{ "x", NULL, { VT_BYTES, false, .s = SPAN("\0\1") } },
	{ "d", NULL, { VT_DATE, false, .i = INT32_MIN } },
	{ "c", NULL, { VT_TIME, false, .i = INT64_C(86400000000) } },
	{ "s", NULL, { VT_TIMESTAMP, false, .i = -1 } },
	{ "z", NULL, { VT_TIMESTAMPTZ, false, .i = INT64_MAX } },
	{ "u", NULL, { VT_UUID, false, .uuid = "0123456789abcde" } },
	{ "js", NULL, { VT_JSON, false, .s = SPAN("{\"a\":1}") } },
	{ "o", "inet", { VT_OPAQUE, false, .s = SPAN("10.0.0.1/8") } },
	{ "null", "inet", { VT_OPAQUE, true, .i = 0 } },
	{ "empty", NULL, { VT_TEXT, false, .s = { 0 } } },
};

static void
test_row_round_trip(void **state)
{
	(void)state;
	struct buf wire = { 0 }, again = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct row_value *out;
	size_t n;
	row_encode(row, ARRAY_LEN(row), &wire);
	assert_int_equal(row_decode(buf_span(&wire), &a, &out, &n, &e), 0);
	assert_int_equal(n, ARRAY_LEN(row));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(out[i].name, row[i].name);
		assert_int_equal(out[i].value.type, row[i].value.type);
		assert_int_equal(out[i].value.null, row[i].value.null);
	}
	assert_int_equal(out[1].value.i, INT64_MIN);
	assert_true(out[4].value.f == 0.1);
	check_span(out[5].value.s, row[5].value.s);
	assert_memory_equal(out[11].value.uuid, row[11].value.uuid, 16);
	assert_string_equal(out[13].type_name, "inet");
	assert_null(out[0].type_name);
	row_encode(out, n, &again);
	check_span(buf_span(&again), buf_span(&wire));
	buf_free(&again);
	arena_free(&a);
	buf_free(&wire);
}

/* Each is one column "a" whose [type, value] is these bytes. */
static const struct {
	const char *label, *bytes;
	size_t n;
	bool good;
} cells[] = {
#define CELL(l, s, ok)                                                         \
	{                                                                      \
		l, s, sizeof(s) - 1, ok                                        \
	}
	CELL("int", "\x92\1\5", true),
	CELL("int above INT64_MAX",
	    "\x92\1\xcf\xff\xff\xff\xff\xff\xff\xff\xff", false),
	CELL("int as float", "\x92\1\xcb\0\0\0\0\0\0\0\0", false),
	CELL("date beyond int32", "\x92\6\xcf\0\0\0\0\x80\0\0\0", false),
	CELL("date below int32", "\x92\6\xd3\xff\xff\xff\xff\x7f\xff\xff\xff",
	    false),
	CELL("float as float32", "\x92\3\xca\0\0\0\0", false),
	CELL("bool as number", "\x92\0\1", false),
	CELL("short uuid", "\x92\x0a\xc4\x01z", false),
	CELL("text as str", "\x92\4\xa1z", false),
	CELL("text", "\x92\4\xc4\1z", true),
	CELL("unknown type", "\x92\x0d\1", false),
	CELL("no type", "\x91\1", false),
	CELL("four items", "\x94\1\1\xa1t\1", false),
	CELL("type name is a number", "\x93\1\1\1", false),
	CELL("not a pair", "\1", false),
	CELL("array as value", "\x92\1\x90", false),
};

static void
test_row_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		struct buf wire = { 0 };
		struct arena a = { 0 };
		struct err e = { 0 };
		struct row_value *out;
		size_t n;
		buf_put(&wire,
		    "\x81\xa1"
		    "a",
		    3);
		buf_put(&wire, cells[i].bytes, cells[i].n);
		int rc = row_decode(buf_span(&wire), &a, &out, &n, &e);
		if (rc != (cells[i].good ? 0 : -1))
			fail_msg("%s: returned %d", cells[i].label, rc);
		if (rc < 0)
			assert_string_equal(e.code, "bad_row");
		arena_free(&a);
		buf_free(&wire);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_round_trip),
		cmocka_unit_test(test_every_cut_is_refused),
		cmocka_unit_test(test_list_shapes),
		cmocka_unit_test(test_row_round_trip),
		cmocka_unit_test(test_row_cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
