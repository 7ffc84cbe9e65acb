/* Who is fed changes while batches are on their way: none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/peers.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 4, WAIT_MS = 20000 };

struct world {
	char folder[64];
	struct peers peers;
	struct sock *pull[MOST];
	char endpoint[MOST][96];
};

static void
world_open(struct world *w, bool by_part)
{
	struct err e = { 0 };
	*w = (struct world){ .peers = { .by_part = by_part, .hwm = 1 } };
	snprintf(w->folder, sizeof(w->folder), "/tmp/peers-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	for (size_t i = 0; i < MOST; i++) {
		snprintf(w->endpoint[i], sizeof(w->endpoint[i]), "ipc://%s/%zu",
		    w->folder, i);
		assert_int_equal(
		    sock_open(SOCK_PULL, NULL, 1, &w->pull[i], &e), 0);
		assert_int_equal(sock_bind(w->pull[i], w->endpoint[i], &e), 0);
	}
}

static void
world_close(struct world *w)
{
	peers_close(&w->peers);
	for (size_t i = 0; i < MOST; i++) {
		sock_close(&w->pull[i], 0);
		unlink(w->endpoint[i] + strlen("ipc://"));
	}
	rmdir(w->folder);
}

static void
feed(struct world *w, size_t n)
{
	struct err e = { 0 };
	struct buf body = { 0 };
	const char *to[MOST];
	for (size_t i = 0; i < n; i++)
		to[i] = w->endpoint[i];
	peers_encode(to, n, &body);
	assert_int_equal(peers_set(&w->peers, buf_span(&body), &e), 0);
	assert_int_equal(w->peers.n, n);
	buf_free(&body);
}

static void
send(struct world *w, uint32_t part, const char *text)
{
	struct err e = { 0 };
	struct buf b = { 0 };
	struct sock *s = peers_sock(&w->peers, part);
	struct sock_item item = { .sock = s, .want_send = true };
	int r;
	buf_puts(&b, text);
	while ((r = sock_send(s, &b, &e)) == 0) {
		assert_int_equal(sock_wait(&item, 1, WAIT_MS, &e), 0);
		assert_true(item.ready);
	}
	assert_int_equal(r, 1);
}

static void
expect(struct world *w, size_t i, const char *text)
{
	struct err e = { 0 };
	struct frame f = { 0 };
	struct sock_item item = { .sock = w->pull[i] };
	assert_int_equal(sock_wait(&item, 1, WAIT_MS, &e), 0);
	if (!item.ready)
		fail_msg("\"%s\" does not come", text);
	assert_int_equal(sock_recv(w->pull[i], &f, &e), 1);
	assert_int_equal(f.bytes.len, strlen(text));
	assert_memory_equal(f.bytes.data, text, f.bytes.len);
	frame_free(&f);
}

static void
test_one_more_loses_nothing(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, true);
	feed(&w, 2);
	send(&w, 0, "a");
	send(&w, 1, "b");
	feed(&w, 4);
	send(&w, 2, "c");
	send(&w, 7, "d");
	expect(&w, 0, "a");
	expect(&w, 1, "b");
	expect(&w, 2, "c");
	expect(&w, 3, "d");
	feed(&w, 1);
	send(&w, 7, "e");
	expect(&w, 0, "e");
	world_close(&w);
}

static void
test_the_same_for_any_peer(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, false);
	feed(&w, 1);
	send(&w, 0, "a");
	feed(&w, 2);
	expect(&w, 0, "a");
	feed(&w, 1);
	for (int i = 0; i < 3; i++) {
		send(&w, 5, (const char *[]){ "b", "c", "d" }[i]);
		expect(&w, 0, (const char *[]){ "b", "c", "d" }[i]);
	}
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_more_loses_nothing),
		cmocka_unit_test(test_the_same_for_any_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
