#ifndef PROTO_SOCK_H
#define PROTO_SOCK_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ZeroMQ sockets by the roles the pipeline has; the only file that calls
 * zmq_*. High-water mark, linger and limits are always set here. A
 * successful send means no more than "queued here".
 */
struct sock;

enum sock_role {
	SOCK_PULL,   /* binds; batches in */
	SOCK_PUSH,   /* connects; batches out, only to peers that are there */
	SOCK_DEALER, /* connects; control of a stage */
	SOCK_ROUTER, /* binds; control of the supervisor */
};

/* identity: DEALER only, its address at the ROUTER; else NULL. hwm: messages
 * per peer. An ipc:// path is created by a binding socket, for us alone. */
int sock_open(enum sock_role role, const char *identity, int hwm,
    struct sock **out, struct err *e) MUST_CHECK;
/* Unsent messages get linger_ms to leave. NULL-safe; clears the pointer. */
void sock_close(struct sock **s, int linger_ms);

int sock_bind(struct sock *s, const char *endpoint, struct err *e) MUST_CHECK;
int sock_connect(
    struct sock *s, const char *endpoint, struct err *e) MUST_CHECK;
int sock_disconnect(
    struct sock *s, const char *endpoint, struct err *e) MUST_CHECK;

/* 1 sent, 0 would block, -1 error. On 1 *b was taken: zmq frees it later. */
int sock_send(struct sock *s, struct buf *b, struct err *e) MUST_CHECK;
/* To one peer of a ROUTER; as above; a peer that is gone is 1: dropped. */
int sock_send_to(struct sock *s, const char *identity, struct buf *b,
    struct err *e) MUST_CHECK;

/* 1 and a frame, 0 nothing there, -1 error. */
int sock_recv(struct sock *s, struct frame *f, struct err *e) MUST_CHECK;
/* Of a ROUTER; from holds the peer's identity (at most 63 bytes). */
int sock_recv_from(
    struct sock *s, char from[64], struct frame *f, struct err *e) MUST_CHECK;

/*
 * Waits until one of the items is ready or timeout_ms (-1: for ever) passed.
 * An item is a socket or a descriptor; ready is filled. A signal that a
 * handler took ends the wait with nothing ready.
 */
struct sock_item {
	struct sock *sock; /* or NULL and fd */
	int fd;
	bool want_send; /* sock only: wait for room instead of input */
	bool ready;
};
int sock_wait(struct sock_item *items, size_t n, int64_t timeout_ms,
    struct err *e) MUST_CHECK;

#endif
