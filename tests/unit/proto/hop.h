#ifndef TESTS_UNIT_PROTO_HOP_H
#define TESTS_UNIT_PROTO_HOP_H
#include "proto/parcel.h"
#include "proto/share_door.h"
#include "tests/unit/proto/random_batch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Batches from peer to peer, by way of real sockets. */
struct hop {
	char dir[32], endpoint[64];
	struct sock *pull;
	struct peers peers;
	struct share_views views;
};

static inline void
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

static inline void
hop_close(struct hop *h)
{
	peers_close(&h->peers);
	sock_close(&h->pull, 0);
	share_views_free(&h->views);
	unlink(h->endpoint + strlen("ipc://"));
	share_door_remove(h->endpoint);
	assert_int_equal(rmdir(h->dir), 0);
}

static inline void
hop_wait(struct sock *s, bool send)
{
	struct sock_item item = { .sock = s, .want_send = send };
	struct err e = { 0 };
	assert_int_equal(sock_wait(&item, 1, 10000, &e), 0);
	assert_true(item.ready);
}

static inline void
hop_push(struct hop *h, struct parcel *p, const struct batch *b)
{
	struct err e = { 0 };
	int r;

	while ((r = parcel_send(p, &h->peers, b, &e)) == 0)
		hop_wait(peers_sock(&h->peers, 0), true);
	assert_int_equal(r, 1);
}

static inline void
hop_send(struct hop *h, const struct batch *b, bool *shared)
{
	struct parcel p = { 0 };

	hop_push(h, &p, b);
	*shared = p.share != NULL;
}

static inline struct frame
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

#endif
