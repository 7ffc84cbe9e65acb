#include "proto/stage_impl.h"
#include "tests/unit/proto/hop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 30, BATCHES = 24, MANY = 1 << 30 };

/* It feeds the hop's receiving side. */
static struct stage
stage_of(const struct hop *h)
{
	struct stage st = { .peers = h->peers };
	stage_meter_init(&st.meter, "delta", false);
	return st;
}

static void
stage_gone(struct stage *st, struct hop *h)
{
	stage_later_free(st);
	assert_false(stage_later_any(st));
	assert_int_equal(st->later.shelf.bytes, 0);
	stage_meter_free(&st->meter);
	h->peers = st->peers;
	hop_close(h);
}

/* want may be NULL: whatever it is. */
static bool
received(struct hop *h, const struct buf *want)
{
	struct frame f = { 0 };
	struct err e = { 0 };

	if (sock_recv(h->pull, &f, &e) != 1)
		return false;
	int r = share_receive(&h->views, &f, &e);
	assert_true(r >= 0);
	if (r == 0)
		return false;
	assert_true(!want || f.bytes.len == want->len);
	if (want)
		assert_memory_equal(f.bytes.data, want->data, want->len);
	frame_free(&f);
	return true;
}

/* Whoever sends never waits, the receiver takes them now and then: all come, as
 * they were sent. */
static void
they_go_in_order(void **state)
{
	struct hop h;
	struct err e = { 0 };
	size_t most = 0;

	(void)state;
	srand(11);
	hop_open(&h);
	struct stage st = stage_of(&h);
	for (int i = 0; i < ROUNDS; i++) {
		struct buf want[BATCHES] = { 0 };
		size_t taken = 0;
		for (size_t k = 0; k < BATCHES; k++) {
			struct batch *b =
			    rand() % 3 ? random_batch() : large_batch();
			batch_encode(b, &want[k]);
			assert_int_equal(stage_later_put(&st, &b, MANY, &e), 1);
			assert_null(b);
			if (st.later.shelf.bytes > most)
				most = st.later.shelf.bytes;
			while (rand() % 4 == 0 && taken < k)
				taken += received(&h, &want[taken]);
		}
		while (taken < BATCHES) {
			int r = stage_later_flush(&st, &e);
			assert_int_equal(r, !stage_later_any(&st));
			taken += received(&h, &want[taken]);
		}
		assert_int_equal(stage_later_flush(&st, &e), 1);
		for (size_t k = 0; k < BATCHES; k++)
			buf_free(&want[k]);
	}
	assert_true(most > 0);
	stage_gone(&st, &h);
}

static size_t
kept(const struct stage *st)
{
	const struct stage_later *l = &st->later;
	return l->shelf.bytes + (l->head ? l->head_bytes : 0);
}

/* No more is kept than there is room for, and what is not kept stays the
 * sender's. */
static void
no_more_than_there_is_room_for(void **state)
{
	enum { ROOM = 4 << 20 };
	struct hop h;
	struct err e = { 0 };
	struct batch *b;
	int r;

	(void)state;
	hop_open(&h);
	struct stage st = stage_of(&h);
	do {
		b = large_batch();
		r = stage_later_put(&st, &b, ROOM, &e);
		assert_true(kept(&st) <= ROOM);
	} while (r == 1);
	assert_int_equal(r, 0);
	assert_non_null(b);
	assert_true(kept(&st) + batch_frame_max(b) > ROOM);
	assert_int_equal(stage_later_put(&st, &b, 0, &e), 0);
	assert_int_equal(stage_later_flush(&st, &e), 0);
	batch_free(&b);
	stage_gone(&st, &h);
}

/* The supervisor sees who waits, also while he works. */
static void
the_board_says_that_one_waits(void **state)
{
	struct hop h;
	struct err e = { 0 };
	struct board board = { .doing = BOARD_IDLE };

	(void)state;
	hop_open(&h);
	struct stage st = stage_of(&h);
	st.board = &board;
	while (!stage_later_any(&st)) {
		struct batch *b = large_batch();
		assert_int_equal(board.doing, BOARD_IDLE);
		assert_int_equal(stage_later_put(&st, &b, MANY, &e), 1);
	}
	assert_int_equal(board.doing, BOARD_WAITING);
	while (stage_later_flush(&st, &e) == 0)
		(void)received(&h, NULL);
	assert_int_equal(board.doing, BOARD_WORKING);
	stage_gone(&st, &h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_go_in_order),
		cmocka_unit_test(no_more_than_there_is_room_for),
		cmocka_unit_test(the_board_says_that_one_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
