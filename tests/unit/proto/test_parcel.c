#include "proto/parcel.h"
#include "proto/share_door.h"
#include "tests/unit/identity/rows.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- batches by way of real sockets ----------------------------------------
 */

enum { ROWS_MAX = 9000, COLS_MAX = 12, ROUNDS = 60, SENT_MAX = 100000 };

static struct batch *
random_batch(void)
{
	static struct value values[ROWS_MAX];
	static const size_t sizes[] = { 1, 50, 3000, ROWS_MAX };
	struct batch *b = batch_new();
	size_t ncols = 1 + (size_t)rand() % COLS_MAX;
	char name[16];

	b->entity = "orders";
	b->nrows = sizes[(size_t)rand() % ARRAY_LEN(sizes)];
	for (size_t c = 0; c < ncols; c++) {
		for (size_t i = 0; i < b->nrows; i++) {
			size_t n = (size_t)rand() % 24;
			uint8_t *p = arena_alloc(&b->arena, n + 1);
			memset(p, 'a' + rand() % 26, n);
			values[i] = (struct value){ .type = VT_TEXT,
				.null = rand() % 9 == 0,
				.s = { p, n } };
		}
		snprintf(name, sizeof(name), "c%zu", c);
		rows_add(b, arena_strdup(&b->arena, name), VT_TEXT, values,
		    b->nrows);
	}
	return b;
}

struct hop {
	char dir[32], endpoint[64];
	struct sock *pull;
	struct peers peers;
	struct share_views views;
};

static void
hop_open(struct hop *h)
{
	struct err e = { 0 };
	struct buf body = { 0 };

	*h = (struct hop){ .dir = "/tmp/share.XXXXXX",
		.peers = { .by_part = true, .hwm = 1 } };
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->endpoint, sizeof(h->endpoint), "ipc://%s/to", h->dir);
	assert_int_equal(sock_open(SOCK_PULL, NULL, 1, &h->pull, &e), 0);
	assert_int_equal(sock_bind(h->pull, h->endpoint, &e), 0);
	share_views_open(&h->views, h->endpoint, SHARE_SLOTS_FEW);
	peers_encode(&(const char *){ h->endpoint }, 1, &body);
	assert_int_equal(peers_set(&h->peers, buf_span(&body), &e), 0);
	buf_free(&body);
}

static void
hop_close(struct hop *h)
{
	peers_close(&h->peers);
	sock_close(&h->pull, 0);
	share_views_free(&h->views);
	unlink(h->endpoint + strlen("ipc://"));
	share_door_remove(h->endpoint);
	assert_int_equal(rmdir(h->dir), 0);
}

static void
hop_wait(struct sock *s, bool send)
{
	struct sock_item item = { .sock = s, .want_send = send };
	struct err e = { 0 };
	assert_int_equal(sock_wait(&item, 1, 10000, &e), 0);
	assert_true(item.ready);
}

static void
hop_push(struct hop *h, struct parcel *p, const struct batch *b)
{
	struct err e = { 0 };
	int r;

	while ((r = parcel_send(p, &h->peers, b, &e)) == 0)
		hop_wait(peers_sock(&h->peers, 0), true);
	assert_int_equal(r, 1);
}

static void
hop_send(struct hop *h, const struct batch *b, bool *shared)
{
	struct parcel p = { 0 };

	hop_push(h, &p, b);
	*shared = p.share != NULL;
}

static struct frame
hop_receive(struct hop *h)
{
	struct frame f = { 0 };
	struct err e = { 0 };
	int r = 0;

	while (r == 0) {
		while ((r = sock_recv(h->pull, &f, &e)) == 0)
			hop_wait(h->pull, false);
		assert_int_equal(r, 1);
		r = share_receive(&h->views, &f, &e);
	}
	assert_int_equal(r, 1);
	return f;
}

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
	/* The way is full of others when the big one comes: it has to wait. */
	int r, sent = 0;
	while ((r = parcel_send(&p, &a.peers, little, &e)) == 1 &&
	       ++sent < SENT_MAX)
		p = (struct parcel){ 0 };
	assert_int_equal(r, 0);
	parcel_drop(&p, &a.peers);
	assert_int_equal(parcel_send(&p, &a.peers, big, &e), 0);
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

static struct batch *
large_batch(void)
{
	struct batch *b = random_batch();

	while (batch_frame_max(b) < SHARE_WAIT_BYTES ||
	       batch_frame_max(b) > SHARE_SLOT_BYTES) {
		batch_free(&b);
		b = random_batch();
	}
	return b;
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
