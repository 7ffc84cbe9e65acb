#ifndef PROTO_PEERS_H
#define PROTO_PEERS_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/share.h"
#include "proto/sock.h"
#include <stdbool.h>

/*
 * The way downstream: one socket shared by all peers, or one socket per
 * peer, so that a partition's rows stay in order on one path.
 */
struct peers {
	bool by_part;
	int hwm;
	int64_t patience_ms; /* how long a large batch waits for a slot */
	size_t n;            /* peers */
	char **endpoints;    /* n, owned */
	struct sock **socks; /* n if by_part, else 1 */
	struct peers_share *shares; /* as socks */
	uint64_t changes;           /* a peer was replaced, or all were */
};

/* The list changed: body is MSG_PEERS' array of endpoints. Connections that
 * stay are kept, with what waits on them; all are made anew if the list has
 * become shorter: then nothing may be on its way. */
int peers_set(struct peers *p, struct span body, struct err *e) MUST_CHECK;
void peers_close(struct peers *p);

/* The socket a part leaves by; NULL before the first peers_set. */
struct sock *peers_sock(struct peers *p, uint32_t part);

/* The memory shared with the peer at that socket, once it was offered. NULL:
 * several peers share the socket, or there is none to be had. */
int peers_share(struct peers *p, uint32_t part, struct share **share,
    struct err *e) MUST_CHECK;

/* The message body, for the supervisor. */
void peers_encode(const char *const *endpoints, size_t n, struct buf *out);

#endif
