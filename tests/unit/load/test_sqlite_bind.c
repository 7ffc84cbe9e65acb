#include "load/sqlite_bind.h"
#include "tests/unit/load/rig.h"
#include <sqlite3.h>

/* Values that are text only once they are bound, two to a statement. */
enum { ROWS = 2000 };

static uint64_t
roll(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *seed >> 20;
}

static struct value
any(enum value_type type, uint64_t *seed)
{
	struct value v = { .type = type, .null = roll(seed) % 6 == 0 };
	if (type == VT_UUID)
		for (size_t i = 0; i < sizeof(v.uuid); i++)
			v.uuid[i] = (uint8_t)roll(seed);
	else if (type == VT_TIME)
		v.i = (int64_t)(roll(seed) % UINT64_C(86400000000));
	else if (type == VT_DATE)
		v.i = (int64_t)(roll(seed) % 40000) - 20000;
	else
		v.i = (int64_t)(roll(seed) % UINT64_C(4000000000000000)) -
		      INT64_C(2000000000000000);
	return v;
}

static void
expect_text(struct sqlite3_stmt *st, int i, const struct value *v)
{
	struct buf want = { 0 };
	if (v->null) {
		assert_int_equal(sqlite3_column_type(st, i), SQLITE_NULL);
		return;
	}
	value_text(v, &want);
	assert_int_equal(sqlite3_column_type(st, i), SQLITE_TEXT);
	assert_string_equal(
	    (const char *)sqlite3_column_text(st, i), buf_str(&want));
	buf_free(&want);
}

static void
round_trip(struct sqlite3_stmt *st, const enum value_type type[2])
{
	struct sqlite_slot slots[2] = { { .as = SQLITE_AS_TEXT },
		{ .as = SQLITE_AS_TEXT } };
	struct arena a = { 0 };
	uint64_t seed = 20250303;
	for (size_t r = 0; r < ROWS; r++) {
		struct value v[2];
		struct column c[2] = { 0 };
		for (int i = 0; i < 2; i++) {
			struct column_builder cb;
			v[i] = any(type[i], &seed);
			column_builder_init(&cb, &a, type[i], 1);
			column_builder_value(&cb, &v[i]);
			column_builder_finish(&cb, &c[i]);
			assert_int_equal(
			    sqlite_bind_value(st, i + 1, &slots[i], &c[i], 0),
			    SQLITE_OK);
		}
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		expect_text(st, 0, &v[0]);
		expect_text(st, 1, &v[1]);
		sqlite3_reset(st);
		arena_reset(&a);
	}
	buf_free(&slots[0].text);
	buf_free(&slots[1].text);
	arena_free(&a);
}

static void
binds_what_value_text_says(void **state)
{
	(void)state;
	static const enum value_type types[][2] = {
		{ VT_TIMESTAMP, VT_TIMESTAMPTZ },
		{ VT_DATE, VT_UUID },
		{ VT_TIME, VT_INT },
	};
	struct sqlite3 *db;
	struct sqlite3_stmt *st;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "SELECT ?1, ?2", -1, &st, NULL), SQLITE_OK);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		round_trip(st, types[i]);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds_what_value_text_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
