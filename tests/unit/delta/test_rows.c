#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/rows.h"
#include "proto/canon.h"
#include "tests/unit/delta/world.h"

/* Records written straight into a blob, against packed key and record one
 * after the other, value by value. */
enum { ROWS = 500, TEXT_MAX = 400 };

static const char *names[] = { "id", "site", "n", "day", "raw" };

static void
texts(struct batch *b, const char *name, enum value_type type, bool nulls)
{
	uint8_t bytes[TEXT_MAX];
	struct column_builder cb;
	struct column c = { .name = name, .role = ROLE_FIELD };

	column_builder_init(&cb, &b->arena, type, b->nrows);
	for (size_t i = 0; i < b->nrows; i++) {
		size_t len = (size_t)rand() % (i % 8 ? 12 : TEXT_MAX);
		struct value v = { .type = type, .s = { bytes, len } };
		for (size_t k = 0; k < len; k++)
			bytes[k] = (uint8_t)('a' + rand() % 26);
		v.null = nulls && rand() % 4 == 0;
		column_builder_value(&cb, &v);
	}
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
}

static void
numbers(struct batch *b, const char *name, enum value_type type, bool nulls)
{
	struct column_builder cb;
	struct column c = { .name = name, .role = ROLE_FIELD };

	column_builder_init(&cb, &b->arena, type, b->nrows);
	for (size_t i = 0; i < b->nrows; i++) {
		uint64_t bits = world_mix((uint64_t)rand());
		struct value v = { .type = type };
		v.i = (int64_t)(bits >> rand() % 64) * (rand() % 2 ? 1 : -1);
		if (type == VT_DATE)
			v.i = (int32_t)v.i;
		if (i < 2)
			v.i = type == VT_DATE ? 0 : i ? INT64_MIN : INT64_MAX;
		v.null = nulls && rand() % 4 == 0;
		column_builder_value(&cb, &v);
	}
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
}

static struct batch *
make(bool nulls)
{
	struct world_row rows[ROWS];
	for (int64_t i = 0; i < ROWS; i++)
		rows[i] = (struct world_row){ i, rand(), rand() };
	struct batch *b = world_batch(rows, ROWS, rand() % 2);
	texts(b, "site", VT_TEXT, nulls);
	numbers(b, "n", VT_INT, nulls);
	numbers(b, "day", VT_DATE, nulls);
	texts(b, "raw", VT_BYTES, nulls);
	return b;
}

static void
put_plainly(const struct rows *r, size_t row, enum record_op op, struct blob *b)
{
	struct buf key = { 0 };
	for (size_t i = 0; i < r->nkey; i++) {
		struct value v = column_value(r->key[i], row);
		canon_value(&v, &key);
	}
	blob_put(b, &(struct record){ .op = op,
			.bk = r->bk + 16 * row,
			.dh = r->dh + 32 * row,
			.mark = r->marks ? r->marks[row] : 0,
			.key = buf_span(&key) });
	buf_free(&key);
}

static void
records_are_those_of_the_plain_way(void **state)
{
	(void)state;
	srand(11);
	for (int turn = 0; turn < 40; turn++) {
		struct batch *b = make(turn % 2);
		struct strings key = { 1 + (size_t)turn % ARRAY_LEN(names),
			names };
		struct blob fast = { 0 }, plain = { 0 };
		struct buf packed = { 0 };
		struct err e = { 0 };
		struct rows r;
		assert_int_equal(rows_open(&r, b, &key, &e), 0);
		for (size_t i = 0; i < ROWS; i++) {
			enum record_op op =
			    (enum record_op)(RECORD_INSERT + rand() % 4);
			buf_clear(&packed);
			rows_key(&r, i, &packed);
			rows_put(&r, i, op, i % 2 ? &packed : NULL, &fast);
			put_plainly(&r, i, op, &plain);
		}
		struct span x = blob_finish(&fast), y = blob_finish(&plain);
		assert_true(x.len == y.len && fast.records == plain.records);
		assert_memory_equal(x.data, y.data, x.len);
		blob_free(&fast);
		blob_free(&plain);
		buf_free(&packed);
		batch_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_those_of_the_plain_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
