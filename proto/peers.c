#include "proto/peers.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/wire.h"
#include <stdlib.h>
#include <string.h>

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
	for (size_t i = 0; i < p->n; i++)
		free(p->endpoints[i]);
	free(p->endpoints);
	free(p->socks);
	*p = (struct peers){ .by_part = p->by_part, .hwm = p->hwm };
}

static int
start(struct peers *p, size_t n, struct err *e)
{
	p->n = n;
	p->endpoints = mem_zalloc(n * sizeof(*p->endpoints));
	p->socks = mem_zalloc(n * sizeof(*p->socks));
	for (size_t i = 0; i < sock_count(p); i++)
		if (sock_open(SOCK_PUSH, NULL, p->hwm, &p->socks[i], e) < 0)
			return -1;
	return 0;
}

static int
replace(struct peers *p, size_t i, struct span to, struct err *e)
{
	char *old = p->endpoints[i];
	if (old && strlen(old) == to.len && memcmp(old, to.data, to.len) == 0)
		return 0;
	struct sock *s = p->socks[p->by_part ? i : 0];
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
	p->endpoints[i] = mem_zalloc(to.len + 1);
	memcpy(p->endpoints[i], to.data, to.len);
	return sock_connect(s, p->endpoints[i], e);
}

int
peers_set(struct peers *p, struct span body, struct err *e)
{
	struct wire w;
	uint32_t n;
	wire_init(&w, body);
	if (wire_array(&w, LIMIT_WORKERS, &n, e) < 0)
		return -1;
	if (n != p->n) {
		peers_close(p);
		if (start(p, n, e) < 0)
			return -1;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct span s;
		if (wire_name(&w, 1024, &s, e) < 0 || replace(p, i, s, e) < 0)
			return -1;
	}
	return wire_done(&w, e);
}

struct sock *
peers_sock(struct peers *p, uint32_t part)
{
	if (!p->n)
		return NULL;
	return p->socks[p->by_part ? part % p->n : 0];
}
