#include "proto/schema.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/limits.h"
#include "proto/pack.h"
#include <cmocka.h>

static struct schema_column columns[] = {
	{ "order_no", VT_TEXT, "character varying(12)", 12, -1, true, false,
	    false, false },
	{ "qty", VT_DECIMAL, "numeric(14,3)", 14, 3, false, true, false,
	    false },
	{ "total", VT_OPAQUE, "interval", -1, -1, false, false, true, false },
	{ "id \"x\"", VT_INT, "bigint", -1, -1, true, true, false, true },
};
static const struct schema sample = { ARRAY_LEN(columns), columns };

static void
check_column(const struct schema_column *a, const struct schema_column *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->type_name, b->type_name);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->precision, b->precision);
	assert_int_equal(a->scale, b->scale);
	assert_int_equal(a->not_null, b->not_null);
	assert_int_equal(a->has_default, b->has_default);
	assert_int_equal(a->generated, b->generated);
	assert_int_equal(a->identity, b->identity);
}

static void
test_round_trip(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	struct arena a = { 0 };
	struct schema s = { 0 };
	struct err e = { 0 };
	schema_encode(&sample, &wire);
	assert_int_equal(schema_decode(buf_span(&wire), &a, &s, &e), 0);
	assert_int_equal(s.ncols, sample.ncols);
	for (size_t i = 0; i < s.ncols; i++)
		check_column(&s.cols[i], &sample.cols[i]);
	arena_free(&a);
	buf_free(&wire);
}

static void
test_empty_and_unnamed_type(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	struct arena a = { 0 };
	struct schema s = { 9, NULL };
	struct err e = { 0 };
	schema_encode(&(struct schema){ 0 }, &wire);
	assert_int_equal(schema_decode(buf_span(&wire), &a, &s, &e), 0);
	assert_int_equal(s.ncols, 0);

	struct schema_column c = { .name = "a", .type = VT_INT };
	buf_clear(&wire);
	schema_encode(&(struct schema){ 1, &c }, &wire);
	assert_int_equal(schema_decode(buf_span(&wire), &a, &s, &e), 0);
	assert_string_equal(s.cols[0].type_name, "");
	arena_free(&a);
	buf_free(&wire);
}

static void
test_find(void **state)
{
	(void)state;
	assert_ptr_equal(schema_find(&sample, "qty"), &columns[1]);
	assert_null(schema_find(&sample, "QTY"));
	assert_null(schema_find(&(struct schema){ 0 }, "qty"));
}

static void
test_same_rows(void **state)
{
	(void)state;
	static const struct schema_column base[] = {
		{ .name = "a", .type = VT_INT, .type_name = "bigint" },
		{ .name = "b", .type = VT_OPAQUE, .type_name = "interval" },
	};
	static const struct {
		const char *label;
		struct schema_column cols[2];
		size_t n;
		bool same;
	} rows[] = {
		{ "equal", { base[0], base[1] }, 2, true },
		{ "other names of the same type",
		    { { .name = "a", .type = VT_INT, .precision = 3 },
			base[1] },
		    2, true },
		{ "fewer", { base[0] }, 1, false },
		{ "another order", { base[1], base[0] }, 2, false },
		{ "another name", { { .name = "A", .type = VT_INT }, base[1] },
		    2, false },
		{ "another type", { { .name = "a", .type = VT_TEXT }, base[1] },
		    2, false },
		{ "another opaque type",
		    { base[0], { .name = "b",
				   .type = VT_OPAQUE,
				   .type_name = "point" } },
		    2, false },
		{ "no opaque type",
		    { base[0], { .name = "b", .type = VT_OPAQUE } }, 2, false },
	};
	struct schema_column was[2] = { base[0], base[1] };
	const struct schema a = { 2, was };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct schema_column cols[2];
		memcpy(cols, rows[i].cols, sizeof(cols));
		const struct schema b = { rows[i].n, cols };
		if (schema_same_rows(&a, &b) != rows[i].same ||
		    schema_same_rows(&b, &a) != rows[i].same)
			fail_msg("%s", rows[i].label);
	}
}

/* Whatever is cut off or changed, decoding ends with an error, not a guess. */
static void
test_every_cut_is_refused(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	schema_encode(&sample, &wire);
	for (size_t n = 0; n < wire.len; n++) {
		struct arena a = { 0 };
		struct schema s = { 0 };
		struct err e = { 0 };
		struct span in = { wire.data, n };
		assert_int_equal(schema_decode(in, &a, &s, &e), -1);
		assert_int_equal(e.cls, ERR_DATA);
		assert_string_equal(e.code, "bad_schema");
		arena_free(&a);
	}
	buf_free(&wire);
}

/* One column as it should be, but for one pair. */
static void
put_column(struct buf *out, const char *key, void (*put)(struct buf *))
{
	static const char *const keys[] = { "name", "type", "type_name",
		"precision", "scale", "not_null", "has_default", "generated",
		"identity" };
	pack_array(out, 1);
	pack_map(out, ARRAY_LEN(keys));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		pack_str(out, keys[i]);
		if (key && strcmp(keys[i], key) == 0)
			put(out);
		else if (i == 0 || i == 2)
			pack_str(out, "a");
		else if (i == 1 || i == 3 || i == 4)
			pack_uint(out, 1);
		else
			pack_bool(out, true);
	}
}

static void
put_nil(struct buf *b)
{
	pack_nil(b);
}
static void
put_empty(struct buf *b)
{
	pack_str(b, "");
}
static void
put_nul_inside(struct buf *b)
{
	pack_strn(b, "a\0b", 3);
}
static void
put_long(struct buf *b)
{
	char s[LIMIT_NAME_BYTES + 1];
	memset(s, 'n', sizeof(s));
	pack_strn(b, s, sizeof(s));
}
static void
put_type_count(struct buf *b)
{
	pack_uint(b, VT_COUNT);
}
static void
put_minus_two(struct buf *b)
{
	pack_int(b, -2);
}
static void
put_huge(struct buf *b)
{
	pack_uint(b, UINT64_C(1) << 31);
}
static void
put_one(struct buf *b)
{
	pack_uint(b, 1);
}

static const struct {
	const char *label, *key;
	void (*put)(struct buf *);
} bad_pairs[] = {
	{ "nil name", "name", put_nil },
	{ "empty name", "name", put_empty },
	{ "NUL in a name", "name", put_nul_inside },
	{ "long name", "name", put_long },
	{ "unknown type", "type", put_type_count },
	{ "negative type", "type", put_minus_two },
	{ "long type name", "type_name", put_long },
	{ "precision below -1", "precision", put_minus_two },
	{ "huge precision", "precision", put_huge },
	{ "nil scale", "scale", put_nil },
	{ "number as flag", "not_null", put_one },
	{ "nil as flag", "identity", put_nil },
};

static int
decode(struct buf *wire, struct err *e)
{
	struct arena a = { 0 };
	struct schema s = { 0 };
	*e = (struct err){ 0 };
	int rc = schema_decode(buf_span(wire), &a, &s, e);
	arena_free(&a);
	buf_clear(wire);
	return rc;
}

static void
test_bad_pairs(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	struct err e;
	put_column(&wire, NULL, NULL);
	assert_int_equal(decode(&wire, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad_pairs); i++) {
		put_column(&wire, bad_pairs[i].key, bad_pairs[i].put);
		if (decode(&wire, &e) == 0)
			fail_msg("%s was accepted", bad_pairs[i].label);
		assert_string_equal(e.msg, "column 1 of a schema is malformed");
	}
	buf_free(&wire);
}

static void
test_bad_keys(void **state)
{
	(void)state;
	struct buf wire = { 0 };
	struct err e;
	static const char *const twice[] = { "name", "name", "type_name",
		"precision", "scale", "not_null", "has_default", "generated",
		"identity" };
	pack_array(&wire, 1);
	pack_map(&wire, 9);
	for (size_t i = 0; i < 9; i++) {
		pack_str(&wire, twice[i]);
		if (i < 3)
			pack_str(&wire, "a");
		else if (i < 5)
			pack_uint(&wire, 1);
		else
			pack_bool(&wire, false);
	}
	assert_int_equal(decode(&wire, &e), -1);

	pack_array(&wire, 1); /* a key that is missing */
	pack_map(&wire, 1);
	pack_str(&wire, "name");
	pack_str(&wire, "a");
	assert_int_equal(decode(&wire, &e), -1);

	pack_map(&wire, 0); /* not a list */
	assert_int_equal(decode(&wire, &e), -1);

	pack_array(&wire, LIMIT_COLUMNS + 1);
	for (int i = 0; i <= LIMIT_COLUMNS; i++)
		pack_nil(&wire);
	assert_int_equal(decode(&wire, &e), -1);
	assert_string_equal(
	    e.msg, "a schema must be an array of at most 1664 columns");
	buf_free(&wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_and_unnamed_type),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_same_rows),
		cmocka_unit_test(test_every_cut_is_refused),
		cmocka_unit_test(test_bad_pairs),
		cmocka_unit_test(test_bad_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
