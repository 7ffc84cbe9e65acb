#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H
#include "proto/address.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * A small HTTP server for GET of a few pages, inside the loop of its process:
 * one descriptor to wait for, no thread, no call that blocks. Whoever connects
 * may be hostile: HTTP_PEERS connections at most, the oldest gives way to a
 * new one, each has HTTP_PATIENCE_MS from its first byte to our last, and a
 * head of LIMIT_HTTP_HEAD bytes. Every answer ends its connection.
 *
 * Listening is part of a turn: an address that is taken is tried again every
 * second, because a night does not fail for want of somebody to watch it.
 */
enum { HTTP_PEERS = 8, HTTP_PATIENCE_MS = 5000 };

struct http_answer {
	int status; /* 200, 404, 503 */
	const char *type;
	struct buf body; /* empty: the status in words */
};

struct http_pages {
	/* Fills the answer to a GET of path; 404 stands there already. */
	void (*get)(void *ctx, const char *path, struct http_answer *a);
	void *ctx;
};

struct http;
int http_open(const struct address *at, const struct http_pages *pages,
    struct http **out, struct err *e) MUST_CHECK;
void http_close(struct http **h); /* NULL-safe; clears the pointer */

int http_fd(const struct http *h); /* readable: http_turn has work */
/* Whatever can be done now, without waiting. */
void http_turn(struct http *h);
/* Until http_turn is due all the same, for somebody's patience; -1: never. */
int64_t http_wait_ms(const struct http *h);

#endif
