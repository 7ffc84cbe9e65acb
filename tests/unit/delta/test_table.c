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
		struct entry *en = table_put(&t, bk);
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
		table_put(&t, bk)->chunk = (uint32_t)i;
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
	table_put(&t, bk)->chunk = 7;
	table_reserve(&t, 100000);
	size_t slots = t.slots;
	assert_true(table_find(&t, bk)->chunk == 7);
	for (int64_t i = 10; i < 100000; i++) {
		world_bk(i, bk);
		table_put(&t, bk);
	}
	assert_int_equal(t.slots, slots);
	table_free(&t);
}

/* Every 64th key of the random test starts at one of four slots. */
static void
test_key(uint32_t k, uint8_t bk[16])
{
	world_bk(k, bk);
	if (k % 64 == 0)
		memset(bk + 8, (int)(k / 64 % 4), 4);
}

/* Keys in an order of their own or that of the entries, now and then another,
 * against an array that says what was put last; with and without entries that
 * no index knew, and a reservation. */
static void
putting_is_finding_or_adding(void **state)
{
	enum { N = 160000, KEYS = N / 2 };
	static uint32_t last[KEYS];
	uint8_t bk[16];
	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		struct table t = { 0 };
		uint32_t k = 0;
		size_t n = 0;
		memset(last, 0, sizeof(last));
		if (kind & 1)
			table_reserve(&t, kind & 2 ? N / 8 : N);
		for (; kind & 4 && n < KEYS / 2; n++) {
			test_key((uint32_t)n, bk);
			table_append(&t, bk)->chunk = last[n] = 1;
		}
		srand(kind + 1);
		for (uint32_t i = 2; i <= N; i++) {
			k = rand() % 100 < 90 && kind & 2 ? k + 1
							  : (uint32_t)rand();
			k %= KEYS;
			test_key(k, bk);
			struct entry *got = table_put(&t, bk);
			assert_int_equal(got->chunk, last[k]);
			assert_memory_equal(got->bk, bk, 16);
			assert_ptr_equal(got, table_find(&t, bk));
			n += last[k] == 0;
			got->chunk = last[k] = i;
		}
		assert_int_equal(t.n, n);
		for (k = 0; k < KEYS; k++) {
			test_key(k, bk);
			const struct entry *en = table_find(&t, bk);
			assert_int_equal(en ? en->chunk : 0, last[k]);
		}
		table_free(&t);
	}
}

/* A source that is read in the order of the entries needs no index. */
static void
keys_in_order_are_found_without_an_index(void **state)
{
	enum { N = 100000 };
	struct table t = { 0 };
	uint8_t bk[16];
	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		world_bk(i, bk);
		table_append(&t, bk)->chunk = i;
	}
	for (uint32_t i = 0; i < N; i++) {
		world_bk(i, bk);
		assert_int_equal(table_put(&t, bk)->chunk, i);
	}
	assert_true(t.slots == 0 && t.strays == 0);
	table_free(&t);
}

static void
add_in_order(struct table *t, uint32_t n)
{
	uint8_t bk[16];
	for (uint32_t i = 0; i < n; i++) {
		world_bk(i, bk);
		table_append(t, bk)->chunk = i;
	}
}

static void
find_in_order(struct table *t, uint32_t from, uint32_t to)
{
	uint8_t bk[16];
	for (uint32_t i = from; i < to; i++) {
		world_bk(i, bk);
		assert_int_equal(table_find(t, bk)->chunk, i);
	}
}

/* … and one that is read from its last rows on, then the first ones, neither.
 */
static void
the_end_first_needs_no_index(void **state)
{
	enum { N = 100000, END = N - N / 16 };
	struct table t = { 0 };
	(void)state;
	add_in_order(&t, N);
	find_in_order(&t, END, N);
	find_in_order(&t, 0, END);
	assert_int_equal(t.strays, 2);
	assert_true(t.slots == 0 && t.sought <= N);
	table_free(&t);
}

/* Rows that are left out cost a step each, not an index. */
static void
gaps_need_no_index(void **state)
{
	enum { N = 50000 };
	struct table t = { 0 };
	(void)state;
	add_in_order(&t, N);
	for (uint32_t i = 0; i + 100 <= N; i += 100)
		find_in_order(&t, i, i + 99);
	assert_true(t.slots == 0 && t.sought < N / 20);
	table_free(&t);
}

/* What would be sought for too long gets one, and so does a new key. */
static void
disorder_needs_an_index(void **state)
{
	enum { N = 50000 };
	uint8_t bk[16];
	(void)state;
	for (int new = 0; new < 2; new ++) {
		struct table t = { 0 };
		add_in_order(&t, N);
		for (uint32_t i = N; !new &&i-- > 0;)
			find_in_order(&t, i, i + 1);
		world_bk(N, bk);
		assert_true(table_put(&t, bk)->chunk == 0);
		assert_true(t.slots > 0 && t.n == N + 1);
		assert_true(t.sought <= N + 1);
		find_in_order(&t, 0, N);
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
	world_bk(0, bk);
	table_put(&t, bk);
	size_t slots = t.slots, full = slots - slots / 5;
	for (size_t i = 0; i < full; i++) {
		world_bk((int64_t)i, bk);
		table_put(&t, bk);
	}
	world_bk(0, bk);
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
		cmocka_unit_test(keys_in_order_are_found_without_an_index),
		cmocka_unit_test(the_end_first_needs_no_index),
		cmocka_unit_test(gaps_need_no_index),
		cmocka_unit_test(disorder_needs_an_index),
		cmocka_unit_test(putting_what_is_there_never_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
