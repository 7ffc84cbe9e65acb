#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/table.h"
#include "tests/unit/delta/world.h"

static void
an_empty_table_finds_nothing(void **state)
{
	struct table t = { 0 };
	uint8_t bk[16];
	(void)state;
	world_bk(1, bk);
	assert_null(table_find(&t, bk));
	table_prefetch_slot(&t, bk);
	table_prefetch_entry(&t, bk);
	table_free(&t);
}

static void
what_was_added_is_found_while_it_grows(void **state)
{
	enum { N = 200000 };
	struct table t = { 0 };
	uint8_t bk[16];
	(void)state;
	for (int64_t i = 0; i < N; i++) {
		world_bk(i, bk);
		assert_null(table_find(&t, bk));
		struct entry *en = table_add(&t, bk);
		assert_int_equal(en->flags, 0);
		assert_true(en->chunk == 0);
		en->chunk = (uint32_t)i;
	}
	assert_int_equal(t.n, N);
	for (int64_t i = 0; i < N; i++) {
		world_bk(i, bk);
		struct entry *en = table_find(&t, bk);
		assert_non_null(en);
		assert_true(en->chunk == (uint32_t)i);
		assert_ptr_equal(en, table_at(&t, (size_t)i));
	}
	world_bk(N, bk);
	assert_null(table_find(&t, bk));
	table_free(&t);
}

static void
keys_of_one_slot_are_kept_apart(void **state)
{
	struct table t = { 0 };
	uint8_t bk[16] = { 0 };
	(void)state;
	/* Only the first byte differs: all start at the same slot. */
	for (int i = 0; i < 200; i++) {
		bk[0] = (uint8_t)i;
		table_add(&t, bk)->chunk = (uint32_t)i;
	}
	for (int i = 0; i < 200; i++) {
		bk[0] = (uint8_t)i;
		assert_true(table_find(&t, bk)->chunk == (uint32_t)i);
	}
	bk[0] = 200;
	assert_null(table_find(&t, bk));
	table_free(&t);
}

static void
memory_stays_under_72_bytes_an_entry(void **state)
{
	(void)state;
	for (uint64_t n = 10000; n < UINT64_C(400000000); n += n / 7 + 1)
		assert_true(table_bytes(n) <= 72 * n + 65536);
}

static void
reserving_keeps_what_is_there(void **state)
{
	struct table t = { 0 };
	uint8_t bk[16];
	(void)state;
	world_bk(5, bk);
	table_add(&t, bk)->chunk = 7;
	table_reserve(&t, 100000);
	size_t slots = t.slots;
	assert_true(table_find(&t, bk)->chunk == 7);
	for (int64_t i = 10; i < 100000; i++) {
		world_bk(i, bk);
		table_add(&t, bk);
	}
	assert_int_equal(t.slots, slots);
	table_free(&t);
}

/* table_put against a look-up and an addition, on keys that come again, some
 * of one slot, with and without a reservation. */
static void
putting_is_finding_or_adding(void **state)
{
	enum { N = 300000 };
	(void)state;
	for (size_t reserved = 0; reserved <= N; reserved += N / 3) {
		struct table plain = { 0 }, t = { 0 };
		if (reserved)
			table_reserve(&t, reserved);
		srand((unsigned)reserved + 1);
		for (int i = 0; i < N; i++) {
			uint8_t bk[16];
			world_bk(rand() % (N / 2), bk);
			if (rand() % 512 == 0)
				memset(bk + 8, rand() % 4, 4);
			struct entry *want = table_find(&plain, bk);
			if (!want)
				want = table_add(&plain, bk);
			struct entry *got = table_put(&t, bk);
			assert_true(want->chunk == got->chunk);
			assert_memory_equal(got->bk, bk, 16);
			assert_ptr_equal(got, table_find(&t, bk));
			want->chunk = got->chunk = (uint32_t)i;
		}
		assert_true(t.n == plain.n);
		for (size_t i = 0; i < t.n; i++)
			assert_memory_equal(table_at(&t, i),
			    table_at(&plain, i), sizeof(struct entry));
		table_free(&plain);
		table_free(&t);
	}
}

/* A table that is filled exactly to its capacity does not grow when a key of
 * it is put again. */
static void
putting_what_is_there_never_grows(void **state)
{
	struct table t = { 0 };
	uint8_t bk[16];
	(void)state;
	table_reserve(&t, 3000);
	size_t slots = t.slots, full = slots - slots / 5;
	for (size_t i = 0; i < full; i++) {
		world_bk((int64_t)i, bk);
		table_put(&t, bk);
	}
	table_put(&t, bk);
	assert_true(t.n == full && t.slots == slots);
	table_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(what_was_added_is_found_while_it_grows),
		cmocka_unit_test(keys_of_one_slot_are_kept_apart),
		cmocka_unit_test(memory_stays_under_72_bytes_an_entry),
		cmocka_unit_test(reserving_keeps_what_is_there),
		cmocka_unit_test(putting_is_finding_or_adding),
		cmocka_unit_test(putting_what_is_there_never_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
