#include "tests/unit/proto/hop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 60, SENT_MAX = 100000 };

/* The same bytes arrive either way, and the books of slots balance while up
 * to five frames are kept, more than there are slots. */
static void
batches_arrive_as_they_were_encoded(void **state)
{
	struct hop h;
	struct frame kept[5] = { 0 };
	size_t ways[2] = { 0 };

	(void)state;
	srand(5);
	hop_open(&h);
	for (int i = 0; i < ROUNDS; i++) {
		struct batch *b = random_batch();
		struct buf want = { 0 };
		bool shared;
		batch_encode(b, &want);
		assert_true(want.len <= batch_frame_max(b));
		hop_send(&h, b, &shared);
		struct frame f = hop_receive(&h);
		assert_int_equal(f.bytes.len, want.len);
		assert_memory_equal(f.bytes.data, want.data, want.len);
		ways[shared]++;
		size_t at = (size_t)rand() % ARRAY_LEN(kept);
		frame_free(&kept[at]);
		if (rand() % 2)
			kept[at] = f;
		else
			frame_free(&f);
		buf_free(&want);
		batch_free(&b);
	}
	assert_true(ways[false] > 5);
	assert_true(ways[true] > 5);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		frame_free(&kept[i]);
	hop_close(&h);
}

static void
fill_the_way(struct hop *h, const struct batch *little)
{
	struct parcel p = { 0 };
	struct err e = { 0 };
	int r, sent = 0;

	while ((r = parcel_send(&p, &h->peers, little, &e)) == 1 &&
	       ++sent < SENT_MAX)
		p = (struct parcel){ 0 };
	assert_int_equal(r, 0);
	parcel_drop(&p, &h->peers);
}

/* The way is full of others when the big one comes. It may have been emptied a
 * little, into the kernel, before that: then all is received, and once more. */
static struct parcel
has_to_wait(struct hop *h, const struct batch *big, const struct batch *little)
{
	struct err e = { 0 };

	for (int i = 0; i < 100; i++) {
		struct parcel p = { 0 };
		fill_the_way(h, little);
		int r = parcel_send(&p, &h->peers, big, &e);
		if (r == 0)
			return p;
		assert_int_equal(r, 1);
		for (size_t len = 0; len != p.bytes;) {
			struct frame f = hop_receive(h);
			len = f.bytes.len;
			frame_free(&f);
		}
	}
	fail_msg("it never has to wait");
	return (struct parcel){ 0 };
}

/* A slot is the peer's that it was chosen for: when that one is replaced, the
 * batch is written again. */
static void
a_new_peer_gets_the_batch_anew(void **state)
{
	struct hop a, b;
	struct parcel p = { 0 };
	struct err e = { 0 };
	struct buf body = { 0 };
	struct batch *big = random_batch(), *little = batch_new();
	bool shared = false;

	(void)state;
	while (batch_frame_max(big) < SHARE_MIN_BYTES) {
		batch_free(&big);
		big = random_batch();
	}
	hop_open(&a);
	hop_open(&b);
	for (int i = 0; i < 100 && !shared; i++) {
		hop_send(&a, big, &shared);
		struct frame f = hop_receive(&a);
		frame_free(&f);
	}
	assert_true(shared);
	p = has_to_wait(&a, big, little);
	assert_non_null(p.share);
	peers_encode(&(const char *){ b.endpoint }, 1, &body);
	assert_int_equal(peers_set(&a.peers, buf_span(&body), &e), 0);
	hop_push(&a, &p, big);
	struct buf want = { 0 };
	batch_encode(big, &want);
	struct frame f = hop_receive(&b);
	assert_int_equal(f.bytes.len, want.len);
	assert_memory_equal(f.bytes.data, want.data, want.len);
	frame_free(&f);
	buf_free(&want);
	buf_free(&body);
	batch_free(&big);
	batch_free(&little);
	hop_close(&a);
	hop_close(&b);
}

/* As long as somebody is patient the socket does not get a large one, and has
 * to, if that is over. */
static void
a_large_batch_waits_for_a_slot(void **state)
{
	enum { HOUR_MS = 3600000 };
	struct hop h;
	struct batch *b = large_batch();
	struct frame kept[SHARE_SLOTS_FEW];
	struct parcel p = { 0 };
	struct err e = { 0 };
	bool shared = false;

	(void)state;
	hop_open(&h);
	while (!shared) { /* the offer has to arrive first */
		hop_send(&h, b, &shared);
		kept[0] = hop_receive(&h);
		frame_free(&kept[0]);
	}
	h.peers.patience_ms = HOUR_MS;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		hop_send(&h, b, &shared);
		assert_true(shared);
		kept[i] = hop_receive(&h);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(parcel_send(&p, &h.peers, b, &e), 0);
		assert_non_null(p.full);
	}
	frame_free(&kept[1]);
	share_wait(p.full, HOUR_MS);
	hop_push(&h, &p, b);
	assert_non_null(p.share);
	assert_null(p.full);
	kept[1] = hop_receive(&h);
	h.peers.patience_ms = 0;
	hop_send(&h, b, &shared);
	assert_false(shared);
	struct frame f = hop_receive(&h);
	frame_free(&f);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		frame_free(&kept[i]);
	batch_free(&b);
	hop_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches_arrive_as_they_were_encoded),
		cmocka_unit_test(a_new_peer_gets_the_batch_anew),
		cmocka_unit_test(a_large_batch_waits_for_a_slot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
