/* What an assignment says about rows that are to be handled with care. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/care.h"
#include "proto/pack.h"
#include <cmocka.h>
#include <string.h>

static const struct care_span some[] = {
	{ .from = 10, .to = 20 },
	{ .from = 20, .to = 30, .piece = 4 },
	{ .from = 40,
	    .to = 41,
	    .piece = 1,
	    .why = "died",
	    .keyed = true,
	    .key = "0123456789abcde" },
};
enum { SOME = ARRAY_LEN(some) };

static void
test_there_and_back(void **state)
{
	(void)state;
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_span *v;
	size_t n;
	care_encode(some, SOME, &b);
	assert_int_equal(care_decode(buf_span(&b), &a, &v, &n, &e), 0);
	assert_int_equal(n, SOME);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(v[i].from, some[i].from);
		assert_int_equal(v[i].to, some[i].to);
		assert_int_equal(v[i].piece, some[i].piece);
		assert_int_equal(v[i].keyed, some[i].keyed);
		assert_memory_equal(v[i].key, some[i].key, KEY_HASH_BYTES);
	}
	assert_null(v[0].why);
	assert_string_equal(v[2].why, "died");
	arena_free(&a);
	buf_free(&b);
}

static void
refuse(const struct care_span *v, size_t n)
{
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_span *out;
	care_encode(v, n, &b);
	assert_int_equal(care_decode(buf_span(&b), &a, &out, &n, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	assert_string_equal(e.code, "bad_care");
	arena_free(&a);
	buf_free(&b);
}

static void
test_nonsense_is_refused(void **state)
{
	(void)state;
	const struct care_span empty = { .from = 3, .to = 3 };
	const struct care_span overlap[] = { { .from = 1, .to = 5 },
		{ .from = 4, .to = 6 } };
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_span *v;
	size_t n;
	refuse(&empty, 1);
	refuse(overlap, 2);
	pack_uint(&b, 1);
	assert_int_equal(care_decode(buf_span(&b), &a, &v, &n, &e), -1);
	arena_free(&a);
	buf_free(&b);
}

static void
test_where_batches_end(void **state)
{
	static const struct {
		uint64_t row, end;
	} rows[] = {
		{ 0, 10 },
		{ 9, 10 },
		{ 10, 20 },
		{ 19, 20 },
		{ 20, 24 },
		{ 23, 24 },
		{ 24, 28 },
		{ 28, 30 },
		{ 29, 30 },
		{ 30, 40 },
		{ 40, 41 },
		{ 41, UINT64_MAX },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    care_end(some, SOME, rows[i].row), rows[i].end);
	assert_int_equal(care_end(NULL, 0, 7), UINT64_MAX);
	assert_ptr_equal(care_find(some, SOME, 40), &some[2]);
	assert_ptr_equal(care_find(some, SOME, 20), &some[1]);
	assert_null(care_find(some, SOME, 30));
	assert_null(care_find(some, SOME, 41));
}

static void
keys_come_back(void **state)
{
	static const struct care_key keys[] = { { { 1, 2, 3 }, "it died" },
		{ { 255 }, "" } };
	struct buf b = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_key *v;
	size_t n;
	(void)state;
	care_keys_encode(keys, 2, &b);
	assert_int_equal(care_keys_decode(buf_span(&b), &a, &v, &n, &e), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_memory_equal(v[i].key, keys[i].key, KEY_HASH_BYTES);
		assert_string_equal(v[i].why, keys[i].why);
	}
	for (size_t len = 1; len < b.len; len++) {
		err_clear(&e);
		assert_int_equal(care_keys_decode((struct span){ b.data, len },
				     &a, &v, &n, &e),
		    -1);
		assert_string_equal(e.code, "bad_care");
	}
	assert_int_equal(
	    care_keys_decode((struct span){ 0 }, &a, &v, &n, &e), 0);
	assert_int_equal(n, 0);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_nonsense_is_refused),
		cmocka_unit_test(test_where_batches_end),
		cmocka_unit_test(keys_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
