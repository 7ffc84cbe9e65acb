#include "proto/stage_impl.h"
#include "tests/unit/proto/hop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 40, MANY = 1 << 30 };

/* What feeds it is the hop's receiving side. */
static struct stage
stage_of(const struct hop *h)
{
	return (struct stage){ .pull = h->pull, .shared = h->views };
}

/* The next batch that is one, which has been sent. */
static struct frame
next(struct stage *st)
{
	struct frame f = { 0 };
	struct err e = { 0 };
	int r;

	while ((r = stage_ahead_next(st, &f, &e)) != STAGE_AHEAD_BATCH) {
		assert_true(r >= 0);
		if (r == 0)
			hop_wait(st->pull, false);
	}
	return f;
}

/* Large ones through shared memory and little ones, taken early or not: they
 * come as they were sent, and a slot is never kept. */
static void
they_come_in_order(void **state)
{
	struct hop h;
	size_t early = 0;

	(void)state;
	srand(7);
	hop_open(&h);
	struct stage st = stage_of(&h);
	for (int i = 0; i < ROUNDS; i++) {
		struct buf want[3] = { 0 };
		for (size_t k = 0; k < ARRAY_LEN(want); k++) {
			struct batch *b = random_batch();
			bool shared;
			batch_encode(b, &want[k]);
			hop_send(&h, b, &shared);
			batch_free(&b);
			hop_wait(h.pull, false);
			if (rand() % 4)
				stage_take_ahead(&st, MANY);
		}
		early += st.ahead.shelf.bytes > 0;
		for (size_t k = 0; k < ARRAY_LEN(want); k++) {
			struct frame f = next(&st);
			assert_int_equal(f.bytes.len, want[k].len);
			assert_memory_equal(
			    f.bytes.data, want[k].data, want[k].len);
			frame_free(&f);
			buf_free(&want[k]);
		}
		assert_int_equal(st.ahead.shelf.bytes, 0);
	}
	assert_true(early > 0);
	h.views = st.shared;
	hop_close(&h);
}

static void
no_more_than_there_is_room_for(void **state)
{
	struct hop h;
	struct batch *b = large_batch();
	bool shared;

	(void)state;
	hop_open(&h);
	struct stage st = stage_of(&h);
	hop_send(&h, b, &shared);
	hop_wait(h.pull, false);
	stage_take_ahead(&st, 0);
	assert_int_equal(st.ahead.shelf.bytes, 0);
	while (!st.ahead.shelf.bytes)
		stage_take_ahead(&st, 1);
	size_t one = st.ahead.shelf.bytes;
	hop_send(&h, b, &shared);
	hop_wait(h.pull, false);
	stage_take_ahead(&st, one);
	assert_int_equal(st.ahead.shelf.bytes, one);
	shelf_free(&st.ahead.shelf);
	assert_int_equal(st.ahead.shelf.bytes, 0);
	struct frame f = next(&st);
	frame_free(&f);
	stage_take_ahead(&(struct stage){ 0 }, MANY);
	batch_free(&b);
	h.views = st.shared;
	hop_close(&h);
}

/* The batches in front of it are good. */
static void
trouble_comes_in_its_turn(void **state)
{
	static const char lie[] = "\x85\xa5share, or not";
	struct hop h;
	struct batch *b = large_batch();
	struct buf message = { 0 };
	struct frame f = { 0 };
	struct err e = { 0 };
	bool shared;

	(void)state;
	hop_open(&h);
	struct stage st = stage_of(&h);
	hop_send(&h, b, &shared);
	while (!st.ahead.shelf.bytes) {
		hop_wait(h.pull, false);
		stage_take_ahead(&st, MANY);
	}
	buf_puts(&message, lie);
	while (sock_send(peers_sock(&h.peers, 0), &message, &e) == 0)
		hop_wait(peers_sock(&h.peers, 0), true);
	hop_wait(h.pull, false);
	stage_take_ahead(&st, MANY);
	assert_string_equal(st.ahead.trouble.code, "bad_ticket");
	assert_int_equal(stage_ahead_next(&st, &f, &e), STAGE_AHEAD_BATCH);
	frame_free(&f);
	assert_int_equal(stage_ahead_next(&st, &f, &e), -1);
	assert_string_equal(e.code, "bad_ticket");
	batch_free(&b);
	h.views = st.shared;
	hop_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_come_in_order),
		cmocka_unit_test(no_more_than_there_is_room_for),
		cmocka_unit_test(trouble_comes_in_its_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
