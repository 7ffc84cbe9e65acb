#include "supervisor/control.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* SILENT_MS: how long whoever is to ask or to read may do neither.
 * ROUND: what is read of one client before the next one has its turn. */
enum {
	SILENT_MS = 10000,
	TICK_SECONDS = 1,
	ROUND = 16384,
	TAKEN_AT_ONCE = LIMIT_CLIENTS,
};

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
	int epoll, timer; /* the timer ticks while anybody is there */
	bool ticking;
	control_handler *handler;
	void *arg;
	struct client clients[LIMIT_CLIENTS];
};

/* What epoll knows a descriptor by: the client, or one of ours. */
static int
watch_fd(struct control *c, int fd, void *name)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = name };
	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &ev);
}

/* Whoever has an answer to read is not asked for more. */
static int
listen_or_send(struct control *c, struct client *x)
{
	bool sends = x->sent < x->out.len;
	struct epoll_event ev = { .events = sends ? EPOLLOUT : EPOLLIN,
		.data.ptr = x };
	return epoll_ctl(c->epoll, EPOLL_CTL_MOD, x->fd, &ev);
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
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int rc = control_listen(store_dir, &c->end, e);
	if (rc == 0 && (watch_fd(c, c->end.fd, &c->end) < 0 ||
			   watch_fd(c, c->timer, &c->timer) < 0))
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
	if ((x->last && !x->out.len) || listen_or_send(c, x) < 0)
		let_go(x);
}

static void
answer(struct control *c, struct client *x, struct span line)
{
	struct arena a = { 0 };
	struct control_request q;
	struct control_reply reply = { 0 };
	bool understood =
	    control_request_decode(line, &a, &q, &reply.error) == 0;
	if (understood)
		c->handler(c->arg, &x->peer, &q, &reply);
	/* A stream that is not ours is not worth a second look. */
	x->last = !understood;
	if (!reply.ok)
		x->stay = STAY_NOT;
	else if (q.order == CONTROL_WATCH)
		x->stay = STAY_WATCHING;
	else if (q.order == CONTROL_STOP)
		x->stay = STAY_TO_THE_END;
	control_reply_encode(&reply, &x->out);
	control_reply_free(&reply);
	arena_free(&a);
}

/* What there is up to the end of a line, and no further: the next request
 * stays where it is until the answer to this one is gone, so that nobody gets
 * more than one turn at a time. 1 a whole line, 0 not yet, -1 the end. */
static int
take_line(struct client *x)
{
	buf_reserve(&x->in, ROUND);
	uint8_t *at = x->in.data + x->in.len;
	ssize_t n = recv(x->fd, at, ROUND, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -1;
	const uint8_t *end = memchr(at, '\n', (size_t)n);
	size_t line = end ? (size_t)(end - at) + 1 : (size_t)n;
	if (recv(x->fd, at, line, MSG_DONTWAIT) != (ssize_t)line)
		return -1;
	x->heard_ms = clock_mono_ms();
	x->in.len += line;
	return end || x->in.len > LIMIT_REQUEST_BYTES;
}

static void
hear(struct control *c, struct client *x)
{
	int got = take_line(x);
	if (got < 0) {
		let_go(x);
		return;
	}
	/* Who stays has nothing more to say. */
	if (x->stay != STAY_NOT) {
		x->in.len = 0;
	} else if (got) {
		answer(c, x, buf_span(&x->in));
		buf_free(&x->in);
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
tick(struct control *c, bool on)
{
	const struct itimerspec every = {
		.it_value.tv_sec = on ? TICK_SECONDS : 0,
		.it_interval.tv_sec = on ? TICK_SECONDS : 0,
	};
	if (c->ticking == on)
		return;
	c->ticking = on;
	timerfd_settime(c->timer, 0, &every, NULL);
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
		if (watch_fd(c, fd, x) < 0)
			let_go(x);
		else
			tick(c, true);
	}
}

/* --- every second ---------------------------------------------------------
 */

static void
tell(struct control *c, struct client *x, const struct control_reply *what)
{
	control_reply_encode(what, &x->out);
	flush(c, x);
}

/* For those who have read the last one. */
static void
show_watchers(struct control *c)
{
	const struct control_request q = { .order = CONTROL_STATUS };
	struct control_reply picture = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		if (x->fd < 0 || x->stay != STAY_WATCHING ||
		    x->sent < x->out.len)
			continue;
		if (!picture.ok)
			c->handler(c->arg, &x->peer, &q, &picture);
		tell(c, x, &picture);
	}
	control_reply_free(&picture);
}

static void
let_silent_go(struct control *c)
{
	int64_t now = clock_mono_ms();
	bool anybody = false;
	for (size_t i = 0; i < ARRAY_LEN(c->clients); i++) {
		struct client *x = &c->clients[i];
		if (x->stay != STAY_NOT && x->sent == x->out.len)
			x->heard_ms = now; /* to be silent is its part */
		if (x->fd >= 0 && now - x->heard_ms > SILENT_MS)
			let_go(x);
		anybody |= x->fd >= 0;
	}
	tick(c, anybody);
}

static void
take_tick(struct control *c)
{
	uint64_t n;
	if (read(c->timer, &n, sizeof(n)) < 0)
		return;
	show_watchers(c);
	let_silent_go(c);
}

void
control_serve(struct control *c)
{
	struct epoll_event ready[LIMIT_CLIENTS + 2];
	int n = epoll_wait(c->epoll, ready, ARRAY_LEN(ready), 0);
	bool knock = false;
	for (int i = 0; i < n; i++) {
		struct client *x = ready[i].data.ptr;
		if (ready[i].data.ptr == &c->end)
			knock = true;
		else if (ready[i].data.ptr == &c->timer)
			take_tick(c);
		else if (x->fd >= 0 && ready[i].events & EPOLLOUT)
			flush(c, x);
		else if (x->fd >= 0)
			hear(c, x);
	}
	/* Last: what was ready above is about who was there before. */
	if (knock)
		take_clients(c);
}

void
control_close(struct control **cp)
{
	struct control *c = *cp;
	struct control_reply over = { .ok = true, .end = true };
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
	if (c->timer >= 0)
		close(c->timer);
	free(c->store_dir);
	free(c);
	*cp = NULL;
}
