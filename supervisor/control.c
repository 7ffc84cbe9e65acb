#include "supervisor/control.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/log.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* SILENT_MS: how long whoever is to ask or to read may do neither.
 * ROUND: what is read of one client before the next one has its turn. */
enum { SILENT_MS = 10000, ROUND = 16384, TAKEN_AT_ONCE = 64 };

enum stay { STAY_NOT, STAY_WATCHING, STAY_TO_THE_END };

struct client {
	int fd; /* -1: a free slot */
	struct control_peer peer;
	enum stay stay;
	bool last; /* goes once out is sent */
	int64_t heard_ms;
	struct buf in, out;
	size_t sent; /* of out */
};

struct control {
	char *store_dir;
	struct control_end end;
	int epoll;
	control_handler *handler;
	void *arg;
	struct client clients[LIMIT_CLIENTS];
};

static struct client *const no_client = NULL; /* epoll's name of the socket */

static int
watch_fd(struct control *c, int op, int fd, struct client *x)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = x };
	/* Whoever has an answer to read is not asked for more. */
	if (x && x->sent < x->out.len)
		ev.events = EPOLLOUT;
	return epoll_ctl(c->epoll, op, fd, &ev);
}

int
control_open(const char *store_dir, control_handler *handler, void *arg,
    struct control **out, struct err *e)
{
	struct control *c = mem_zalloc(sizeof(*c));
	c->store_dir = mem_strdup(store_dir);
	c->handler = handler;
	c->arg = arg;
	c->end.fd = -1;
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++)
		c->clients[i].fd = -1;
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	int rc = c->epoll < 0 ? err_errno(e, "epoll")
			      : control_listen(store_dir, &c->end, e);
	if (rc == 0 && watch_fd(c, EPOLL_CTL_ADD, c->end.fd, no_client) < 0)
		rc = err_errno(e, "control socket");
	if (rc < 0)
		control_close(&c);
	*out = c;
	return rc;
}

int
control_fd(const struct control *c)
{
	return c->epoll;
}

static void
let_go(struct client *x)
{
	if (x->fd < 0)
		return;
	close(x->fd);
	buf_free(&x->in);
	buf_free(&x->out);
	*x = (struct client){ .fd = -1 };
}

/* As much as the client takes. */
static void
flush(struct control *c, struct client *x)
{
	while (x->sent < x->out.len) {
		ssize_t n = send(x->fd, x->out.data + x->sent,
		    x->out.len - x->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			let_go(x);
			return;
		}
		x->sent += (size_t)n;
		x->heard_ms = clock_mono_ms();
	}
	if (x->sent == x->out.len) {
		buf_free(&x->out);
		x->sent = 0;
	}
	if ((x->last && !x->out.len) ||
	    watch_fd(c, EPOLL_CTL_MOD, x->fd, x) < 0)
		let_go(x);
}

static void
answer(struct control *c, struct client *x, struct span line)
{
	struct arena a = { 0 };
	struct control_request q;
	struct control_reply reply = { .ok = true };
	bool understood =
	    control_request_decode(line, &a, &q, &reply.error) == 0;
	if (understood)
		c->handler(c->arg, &x->peer, &q, &reply);
	else
		reply.ok = false;
	if (!reply.ok)
		/* A stream that is not ours is not worth a second look. */
		x->last = !understood;
	else if (q.order == CONTROL_WATCH)
		x->stay = STAY_WATCHING;
	else if (q.order == CONTROL_STOP)
		x->stay = STAY_TO_THE_END;
	control_reply_encode(&reply, &x->out);
	json_decref(reply.status);
	arena_free(&a);
}

/* A line at a time: the next one waits until the answer is gone. */
static void
take_line(struct control *c, struct client *x)
{
	const uint8_t *end =
	    x->in.len ? memchr(x->in.data, '\n', x->in.len) : NULL;
	if (!end && x->in.len <= LIMIT_REQUEST_BYTES)
		return;
	size_t n = end ? (size_t)(end - x->in.data) : x->in.len;
	answer(c, x, (struct span){ x->in.data, n });
	n += end != NULL;
	memmove(x->in.data, x->in.data + n, x->in.len - n);
	x->in.len -= n;
}

static void
hear(struct control *c, struct client *x)
{
	if (x->in.len <= LIMIT_REQUEST_BYTES) {
		buf_reserve(&x->in, ROUND);
		ssize_t n =
		    recv(x->fd, x->in.data + x->in.len, ROUND, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		if (n <= 0) {
			let_go(x);
			return;
		}
		x->in.len += (size_t)n;
	}
	/* Who stays has nothing more to say. */
	if (x->stay != STAY_NOT)
		x->in.len = 0;
	x->heard_ms = clock_mono_ms();
	while (x->fd >= 0 && x->sent == x->out.len && !x->last) {
		size_t before = x->in.len;
		take_line(c, x);
		if (x->in.len == before)
			break;
		flush(c, x);
	}
}

/* --- who comes -------------------------------------------------------------
 */

/* A free place, or that of whoever has been silent the longest. */
static struct client *
place(struct control *c)
{
	struct client *oldest = &c->clients[0];
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		if (x->fd < 0)
			return x;
		if (x->heard_ms < oldest->heard_ms)
			oldest = x;
	}
	let_go(oldest);
	return oldest;
}

static void
refuse(int fd, const struct control_peer *peer)
{
	struct buf line = { 0 };
	struct control_reply no = { 0 };
	err_config(&no.error, "not_allowed",
	    "only the user that synclined runs as, and root, may talk to it");
	log_warn("a client was refused", "uid", log_u64(peer->uid), NULL);
	control_reply_encode(&no, &line);
	send(fd, line.data, line.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	buf_free(&line);
	close(fd);
}

static void
take_clients(struct control *c)
{
	for (int i = 0; i < TAKEN_AT_ONCE; i++) {
		struct control_peer peer = { 0 };
		int fd = accept4(
		    c->end.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		if (!control_peer_may(fd, &peer)) {
			refuse(fd, &peer);
			continue;
		}
		struct client *x = place(c);
		*x = (struct client){
			.fd = fd, .peer = peer, .heard_ms = clock_mono_ms()
		};
		if (watch_fd(c, EPOLL_CTL_ADD, fd, x) < 0)
			let_go(x);
	}
}

static void
let_silent_go(struct control *c)
{
	int64_t now = clock_mono_ms();
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		bool may_be = x->stay != STAY_NOT && x->sent == x->out.len;
		if (x->fd >= 0 && !may_be && now - x->heard_ms > SILENT_MS)
			let_go(x);
	}
}

void
control_serve(struct control *c)
{
	struct epoll_event ready[LIMIT_CLIENTS + 1];
	int n = epoll_wait(c->epoll, ready, ARRAY_LEN(ready), 0);
	bool knock = false;
	for (int i = 0; i < n; i++) {
		struct client *x = ready[i].data.ptr;
		if (x == no_client)
			knock = true;
		else if (x->fd >= 0 && ready[i].events & EPOLLOUT)
			flush(c, x);
		else if (x->fd >= 0)
			hear(c, x);
	}
	/* Last: what was ready above is about who was there before. */
	if (knock)
		take_clients(c);
	let_silent_go(c);
}

/* --- who stays -------------------------------------------------------------
 */

bool
control_watched(const struct control *c)
{
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++)
		if (c->clients[i].stay == STAY_WATCHING)
			return true;
	return false;
}

static void
tell(struct control *c, struct client *x, const struct control_reply *what)
{
	control_reply_encode(what, &x->out);
	flush(c, x);
}

void
control_show(struct control *c, struct json_t *status)
{
	const struct control_reply picture = { .ok = true, .status = status };
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		if (x->stay == STAY_WATCHING && x->sent == x->out.len)
			tell(c, x, &picture);
	}
}

void
control_close(struct control **cp)
{
	struct control *c = *cp;
	const struct control_reply over = {
		.ok = true, .end = true, .text = "synclined has ended"
	};
	if (!c)
		return;
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		if (x->fd >= 0 && x->stay != STAY_NOT)
			tell(c, x, &over);
		let_go(x);
	}
	control_unlisten(c->store_dir, &c->end);
	if (c->epoll >= 0)
		close(c->epoll);
	free(c->store_dir);
	free(c);
	*cp = NULL;
}
