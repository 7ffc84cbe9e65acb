#include "proto/peers.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <stdlib.h>
#include <string.h>

struct peers_share {
	struct share *share;
	bool tried, offered;
};

void
peers_encode(const char *const *endpoints, size_t n, struct buf *out)
{
	pack_array(out, n);
	for (size_t i = 0; i < n; i++)
		pack_str(out, endpoints[i]);
}

static size_t
sock_count(const struct peers *p)
{
	return p->by_part ? p->n : p->n > 0;
}

void
peers_close(struct peers *p)
{
	for (size_t i = 0; p->socks && i < sock_count(p); i++)
		sock_close(&p->socks[i], 0);
	for (size_t i = 0; p->shares && i < sock_count(p); i++)
		share_free(&p->shares[i].share);
	for (size_t i = 0; i < p->n; i++)
		free(p->endpoints[i]);
	free(p->endpoints);
	free(p->socks);
	free(p->shares);
	p->endpoints = NULL;
	p->socks = NULL;
	p->shares = NULL;
	p->n = 0;
	p->changes++;
}

/* Room for n more than there are; the others stay as they are. What was made
 * ready for one peer may be another one's now. */
static int
grow(struct peers *p, size_t n, struct err *e)
{
	p->endpoints = mem_realloc(p->endpoints, n * sizeof(*p->endpoints));
	p->socks = mem_realloc(p->socks, n * sizeof(*p->socks));
	p->shares = mem_realloc(p->shares, n * sizeof(*p->shares));
	p->changes++;
	if (p->n && !p->by_part) /* of the only one there was */
		share_free(&p->shares[0].share);
	for (; p->n < n; p->n++) {
		p->endpoints[p->n] = NULL;
		p->socks[p->n] = NULL;
		p->shares[p->n] = (struct peers_share){ 0 };
		if ((p->by_part || p->n == 0) &&
		    sock_open(SOCK_PUSH, NULL, p->hwm, &p->socks[p->n], e) < 0)
			return -1;
	}
	return 0;
}

static int
replace(struct peers *p, size_t i, const char *to, struct err *e)
{
	char *old = p->endpoints[i];
	if (old && strcmp(old, to) == 0)
		return 0;
	struct sock *s = p->socks[p->by_part ? i : 0];
	struct peers_share *h = &p->shares[p->by_part ? i : 0];
	share_free(&h->share);
	*h = (struct peers_share){ 0 };
	p->changes++;
	/* A peer of its own gets a new socket: what was queued for the dead
	 * one belongs to attempts that are void by now. */
	if (old && p->by_part) {
		sock_close(&p->socks[i], 0);
		if (sock_open(SOCK_PUSH, NULL, p->hwm, &p->socks[i], e) < 0)
			return -1;
		s = p->socks[i];
	} else if (old && sock_disconnect(s, old, e) < 0) {
		return -1;
	}
	free(old);
	p->endpoints[i] = mem_strdup(to);
	return sock_connect(s, p->endpoints[i], e);
}

static int
set_all(
    struct peers *p, const msgpack_object *list, struct arena *a, struct err *e)
{
	if (list->type != MSGPACK_OBJECT_ARRAY ||
	    list->via.array.size > LIMIT_WORKERS)
		return err_data(e, "bad_message", "peers: not a list");
	size_t n = list->via.array.size;
	/* Whoever lets one go has nothing on its way to anybody. All anew: a
	 * connection that is not made yet outlives a disconnect, and takes
	 * batches with it. */
	if (n < p->n)
		peers_close(p);
	if (n > p->n && grow(p, n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const char *to;
		if (unpack_str(&list->via.array.ptr[i], a, 1024, &to) < 0)
			return err_data(e, "bad_message", "peers: not a text");
		if (replace(p, i, to, e) < 0)
			return -1;
	}
	return 0;
}

int
peers_set(struct peers *p, struct span body, struct err *e)
{
	struct unpack u;
	struct arena a = { 0 };
	if (unpack_one(body, 2, "bad_message", &u, e) < 0)
		return -1;
	int r = set_all(p, &u.root, &a, e);
	arena_free(&a);
	unpack_free(&u);
	return r;
}

struct sock *
peers_sock(struct peers *p, uint32_t part)
{
	if (!p->n)
		return NULL;
	return p->socks[p->by_part ? part % p->n : 0];
}

int
peers_share(struct peers *p, uint32_t part, struct share **share, struct err *e)
{
	*share = NULL;
	if (!p->n || (!p->by_part && p->n > 1))
		return 0;
	struct peers_share *h = &p->shares[p->by_part ? part % p->n : 0];
	if (!h->tried)
		h->share =
		    share_new(p->endpoints[p->by_part ? part % p->n : 0]);
	h->tried = true;
	if (h->share && !h->offered) {
		struct buf offer = { 0 };
		share_offer(h->share, &offer);
		int r = sock_send(peers_sock(p, part), &offer, e);
		buf_free(&offer);
		if (r < 0)
			return -1;
		h->offered = r == 1;
	}
	if (h->offered)
		*share = h->share;
	return 0;
}
