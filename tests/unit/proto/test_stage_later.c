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
		assert_true(stage_later_bytes(&st) <= ROOM);
	} while (r == 1);
	assert_int_equal(r, 0);
	assert_non_null(b);
	assert_true(
	    stage_later_bytes(&st) + shelf_cost(batch_frame_max(b)) > ROOM);
	assert_int_equal(stage_later_put(&st, &b, 0, &e), 0);
	assert_int_equal(stage_later_flush(&st, &e), 0);
	/* What came ahead takes of the same room. */
	st.ahead.shelf.bytes = 1 << 30;
	assert_int_equal(stage_later_put(&st, &b, 1 << 29, &e), 0);
	batch_free(&b);
	stage_gone(&st, &h);
}

/* The chunk of the batch that came; 0: none did. */
static uint32_t
chunk_received(struct hop *h)
{
	struct frame f = { 0 };
	struct batch *b = NULL;
	struct err e = { 0 };

	if (sock_recv(h->pull, &f, &e) != 1)
		return 0;
	int r = share_receive(&h->views, &f, &e);
	assert_true(r >= 0);
	if (r == 0)
		return 0;
	assert_int_equal(batch_decode_frame(&f, &b, &e), 0);
	uint32_t chunk = b->chunk;
	frame_free(&f);
	batch_free(&b);
	return chunk;
}

/* A newer attempt at a chunk is announced: older batches of it that are kept
 * are not sent, whether one of them is the next or not; the others are. */
static void
what_is_void_is_not_sent(void **state)
{
	enum { N = 16 };
	(void)state;
	for (uint32_t first = 1; first <= 2; first++) {
		struct hop h;
		struct err e = { 0 };
		size_t sent = 0, came[3] = { 0 };
		hop_open(&h);
		struct stage st = stage_of(&h);
		for (uint32_t i = 0; i < N; i++) {
			struct batch *b = large_batch();
			b->chunk = 1 + (i + first) % 2;
			b->attempt = 1;
			assert_int_equal(stage_later_put(&st, &b, MANY, &e), 1);
			sent += !stage_later_any(&st);
		}
		assert_true(sent < N / 2);
		assert_int_equal(stage_later_fence(&st, 7, 9, &e), 0);
		assert_int_equal(stage_later_fence(&st, 1, 2, &e), 0);
		assert_int_equal(stage_later_fence(&st, 1, 1, &e), 0);
		struct batch *again = large_batch();
		again->chunk = 1;
		again->attempt = 2;
		assert_int_equal(stage_later_put(&st, &again, MANY, &e), 1);
		while (came[2] < N / 2 || stage_later_any(&st) || !came[1]) {
			assert_true(stage_later_flush(&st, &e) >= 0);
			came[chunk_received(&h)]++;
		}
		assert_int_equal(came[2], N / 2);
		/* Half of all, but for what was on its way, and the new one. */
		assert_true(came[1] < N / 2 - 1);
		/* In another run the number is another chunk's. */
		struct batch *b = large_batch();
		b->chunk = 1;
		b->attempt = 1;
		assert_int_equal(stage_later_put(&st, &b, MANY, &e), 1);
		size_t before = came[1];
		while (came[1] == before) {
			assert_true(stage_later_flush(&st, &e) >= 0);
			came[chunk_received(&h)]++;
		}
		stage_gone(&st, &h);
	}
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
		cmocka_unit_test(what_is_void_is_not_sent),
		cmocka_unit_test(the_board_says_that_one_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
