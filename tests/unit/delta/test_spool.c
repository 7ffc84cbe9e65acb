#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/spool.h"
#include "tests/unit/delta/world.h"

static void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

/* Items: uint32 length, uint32 number, padding. They must come back whole and
 * in order. */
struct reading {
	uint32_t last, items;
};

static int
take(void *ctx, struct span in, struct err *e)
{
	struct reading *x = ctx;
	uint32_t head[2];
	(void)e;
	for (size_t at = 0; at < in.len; at += head[0]) {
		assert_true(in.len - at >= sizeof(head));
		memcpy(head, in.data + at, sizeof(head));
		assert_true(head[0] <= in.len - at);
		assert_true(head[1] > x->last);
		x->last = head[1];
		x->items++;
	}
	return 0;
}

static void
items_come_back_by_piece_in_order(void **state)
{
	char store[64];
	struct place p = { world_store(store), "things", 1, 4 };
	struct spool s = { 0 };
	struct err e = { 0 };
	uint32_t per_piece[256] = { 0 };
	uint8_t *item = mem_zalloc(200000);
	(void)state;
	srand(2);
	ok(spool_open(&s, &p, SPOOL_BITS_MAX, &e), &e);
	for (uint32_t i = 1; i <= 20000; i++) {
		uint32_t head[2] = { 8 + (uint32_t)rand() % 300, i };
		uint8_t bk[16];
		if (i % 1000 == 0)
			head[0] = 200000;
		world_bk(i, bk);
		memcpy(item, head, sizeof(head));
		uint32_t piece = spool_piece(&s, bk);
		per_piece[piece]++;
		ok(spool_put(&s, piece, item, head[0], &e), &e);
	}
	assert_int_equal(s.items, 20000);
	for (uint32_t i = 0; i < spool_pieces(&s); i++) {
		for (int again = 0; again < 2; again++) {
			struct reading x = { 0 };
			ok(spool_read(&s, i, take, &x, &e), &e);
			assert_int_equal(x.items, per_piece[i]);
		}
		assert_true(per_piece[i] > 0);
	}
	spool_close(&s);
	spool_close(&s);
	free(item);
	world_remove(store);
}

static void
pieces_follow_the_hash_without_the_partition(void **state)
{
	char store[64];
	struct place p = { world_store(store), "things", 2, 4 };
	struct spool s = { 0 };
	struct err e = { 0 };
	/* Partition bits 10, then 110101, then the rest. */
	uint8_t bk[16] = { 0xb5, 0xff };
	(void)state;
	ok(spool_open(&s, &p, 6, &e), &e);
	assert_int_equal(spool_piece(&s, bk), 0x35);
	spool_close(&s);
	ok(spool_open(&s, &p, 0, &e), &e);
	assert_int_equal(spool_pieces(&s), 1);
	assert_int_equal(spool_piece(&s, bk), 0);
	spool_close(&s);
	world_remove(store);
}

static void
no_file_stays_behind(void **state)
{
	char store[64], command[160];
	struct place p = { world_store(store), "things", 0, 1 };
	struct spool s = { 0 };
	struct err e = { 0 };
	(void)state;
	ok(spool_open(&s, &p, 0, &e), &e);
	ok(spool_put(&s, 0, command, sizeof(command), &e), &e);
	snprintf(
	    command, sizeof(command), "test -z \"$(find %s -type f)\"", store);
	assert_int_equal(system(command), 0);
	spool_close(&s);
	world_remove(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_back_by_piece_in_order),
		cmocka_unit_test(pieces_follow_the_hash_without_the_partition),
		cmocka_unit_test(no_file_stays_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
