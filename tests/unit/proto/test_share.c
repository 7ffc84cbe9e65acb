#include "proto/parcel.h"
#include "proto/share.h"
#include "proto/share_impl.h"
#include "tests/unit/identity/rows.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* Both sides are this process: it may open its own descriptors. */

static struct frame
frame_of(struct buf *b)
{
	struct frame f = { .bytes = buf_span(b), .owner = b->data };
	*b = (struct buf){ 0 };
	return f;
}

static void
offer(struct share *s, struct share_views *v)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	share_offer(s, &out);
	struct frame f = frame_of(&out);
	assert_int_equal(share_receive(v, &f, &e), 0);
	assert_null(f.owner);
}

/* n bytes of value x, by way of a slot. */
static struct frame
pass(struct share *s, struct share_views *v, size_t n, uint8_t x)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	uint32_t slot;

	uint8_t *at = share_slot(s, &slot);
	assert_non_null(at);
	memset(at, x, n);
	share_ticket(s, slot, n, &out);
	struct frame f = frame_of(&out);
	assert_int_equal(share_receive(v, &f, &e), 1);
	assert_int_equal(f.bytes.len, n);
	assert_int_equal(f.bytes.data[0], x);
	assert_int_equal(f.bytes.data[n - 1], x);
	return f;
}

static void
nothing_is_shared_with_who_has_not_mapped_it(void **state)
{
	struct share *s = share_new();
	uint32_t slot;

	(void)state;
	assert_non_null(s);
	assert_null(share_slot(s, &slot));
	share_free(&s);
	assert_null(s);
}

static void
slots_come_back_when_frames_are_freed(void **state)
{
	struct share *s = share_new();
	struct share_views v = { 0 };
	struct frame f[SHARE_SLOTS];
	uint32_t slot;

	(void)state;
	offer(s, &v);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < SHARE_SLOTS; i++)
			f[i] = pass(s, &v, SHARE_SLOT_BYTES, (uint8_t)(i + 1));
		assert_null(share_slot(s, &slot));
		for (size_t i = 0; i < SHARE_SLOTS; i++) {
			assert_int_equal(f[i].bytes.data[77], i + 1);
			frame_free(&f[i]);
		}
	}
	assert_non_null(share_slot(s, &slot));
	share_return(s, slot);
	share_views_free(&v);
	share_free(&s);
}

static void
a_frame_outlives_both_sides(void **state)
{
	struct share *s = share_new();
	struct share_views v = { 0 };

	(void)state;
	offer(s, &v);
	struct frame f = pass(s, &v, 5000, 'x');
	share_free(&s);
	share_views_free(&v);
	for (size_t i = 0; i < f.bytes.len; i++)
		assert_int_equal(f.bytes.data[i], 'x');
	frame_free(&f);
}

static void
two_senders_are_told_apart(void **state)
{
	struct share *a = share_new(), *b = share_new();
	struct share_views v = { 0 };

	(void)state;
	offer(a, &v);
	offer(b, &v);
	struct frame fa = pass(a, &v, 100, 'a'), fb = pass(b, &v, 100, 'b');
	assert_int_equal(fa.bytes.data[50], 'a');
	frame_free(&fa);
	frame_free(&fb);
	share_views_free(&v);
	share_free(&a);
	share_free(&b);
}

/* A ticket like share_ticket's, with what may be wrong with it. */
static int
receive_ticket(struct share_views *v, uint64_t fd, uint64_t token,
    uint64_t slot, uint64_t bytes)
{
	char text[128];
	struct buf out = { 0 };
	struct err e = { 0 };
	const struct {
		const char *key;
		uint64_t v;
	} pairs[] = { { "share", SHARE_VERSION }, { "pid", (uint64_t)getpid() },
		{ "fd", fd }, { "token", token }, { "slot", slot },
		{ "bytes", bytes } };

	buf_putc(&out, 0x80 | ARRAY_LEN(pairs));
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		snprintf(text, sizeof(text), "%c%s\xcf",
		    (char)(0xa0 | strlen(pairs[i].key)), pairs[i].key);
		buf_puts(&out, text);
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_putc(&out, (uint8_t)(pairs[i].v >> shift));
	}
	struct frame f = frame_of(&out);
	int r = share_receive(v, &f, &e);
	if (r < 0)
		assert_string_equal(e.code, "bad_ticket");
	frame_free(&f);
	return r;
}

static void
tickets_that_lie_are_refused(void **state)
{
	struct share_views v = { 0 };

	(void)state;
	int fd = memfd_create("t", MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, (off_t)SHARE_BYTES), 0);
	assert_int_equal(pwrite(fd, &(uint64_t){ 9 }, 8, 0), 8);
	const uint64_t n = (uint64_t)fd;
	/* Not sealed, not there, no such token: offers that are not taken. */
	assert_int_equal(receive_ticket(&v, n, 9, 0, 0), 0);
	assert_null(v.head);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(receive_ticket(&v, 100000, 9, 0, 0), 0);
	assert_int_equal(receive_ticket(&v, n, 8, 0, 0), 0);
	assert_null(v.head);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 10), -1);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 0), 0);
	assert_non_null(v.head);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 10), 1);
	assert_int_equal(receive_ticket(&v, n, 8, 0, 10), -1);
	assert_int_equal(receive_ticket(&v, n, 9, SHARE_SLOTS, 10), -1);
	assert_int_equal(
	    receive_ticket(&v, n, 9, 0, (uint64_t)SHARE_SLOT_BYTES + 1), -1);
	close(fd);
	share_views_free(&v);
}

static void
memory_of_another_size_is_not_mapped(void **state)
{
	struct share_views v = { 0 };

	(void)state;
	int fd = memfd_create("t", MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, SHARE_HEAD_BYTES), 0);
	assert_int_equal(pwrite(fd, &(uint64_t){ 9 }, 8, 0), 8);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(receive_ticket(&v, (uint64_t)fd, 9, 0, 0), 0);
	assert_null(v.head);
	close(fd);
}

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
hop_send(struct hop *h, const struct batch *b, bool *shared)
{
	struct parcel p = { 0 };
	struct err e = { 0 };
	int r;

	while ((r = parcel_send(&p, &h->peers, b, &e)) == 0)
		hop_wait(peers_sock(&h->peers, 0), true);
	assert_int_equal(r, 1);
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
	while ((r = parcel_send(&p, &a.peers, big, &e)) == 0)
		hop_wait(peers_sock(&a.peers, 0), true);
	assert_int_equal(r, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_shared_with_who_has_not_mapped_it),
		cmocka_unit_test(slots_come_back_when_frames_are_freed),
		cmocka_unit_test(a_frame_outlives_both_sides),
		cmocka_unit_test(two_senders_are_told_apart),
		cmocka_unit_test(tickets_that_lie_are_refused),
		cmocka_unit_test(memory_of_another_size_is_not_mapped),
		cmocka_unit_test(batches_arrive_as_they_were_encoded),
		cmocka_unit_test(a_new_peer_gets_the_batch_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
