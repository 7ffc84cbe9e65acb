#include "proto/http.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/http_request.h"
#include "proto/limits.h"
#include "proto/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 16,
	RETRY_MS = 1000,
	ACCEPTS = 8, /* in one turn */
	EVENTS = HTTP_PEERS + 1,
	DRAIN_MAX = 1 << 16, /* bytes of a body that nobody asked for */
};

/* Reads a head, writes an answer, then reads past what else comes, so that
 * closing does not throw our answer away. */
enum peer_state { PEER_READING, PEER_WRITING, PEER_DRAINING };

struct peer {
	int fd; /* -1: free */
	enum peer_state state;
	int64_t since_ms;
	struct buf in, out;
	size_t sent, drained;
};

struct http {
	struct address at;
	struct http_pages pages;
	int listener, epoll; /* listener -1: not yet */
	int64_t retry_ms;
	struct peer peers[HTTP_PEERS];
};

static const struct {
	int status;
	const char *words;
} words[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 431, "Request Header Fields Too Large" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

static const char *
status_words(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].status == status)
			return words[i].words;
	return "Error";
}

/* --- one connection -------------------------------------------------------
 */

static void
drop(struct peer *p)
{
	close(p->fd); /* leaves the epoll set by itself */
	buf_free(&p->in);
	buf_free(&p->out);
	*p = (struct peer){ .fd = -1 };
}

static void
put_answer(struct peer *p, const struct http_answer *a)
{
	buf_printf(
	    &p->out, "HTTP/1.1 %d %s\r\n", a->status, status_words(a->status));
	if (a->status == 405)
		buf_puts(&p->out, "Allow: GET\r\n");
	buf_printf(&p->out,
	    "Content-Type: %s\r\nContent-Length: %zu\r\n"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
	    a->type, a->body.len);
	buf_put(&p->out, a->body.data, a->body.len);
}

static void
answer(struct http *h, struct peer *p, const struct http_request *r)
{
	struct http_answer a = { .status = r->status,
		.type = "text/plain; charset=utf-8" };
	if (r->status == 200) {
		a.status = 404;
		h->pages.get(h->pages.ctx, r->path, &a);
	}
	if (!a.body.len)
		buf_printf(&a.body, "%s\n", status_words(a.status));
	put_answer(p, &a);
	buf_free(&a.body);
	buf_free(&p->in);
	p->state = PEER_WRITING;
}

/* As read(2), but 0 for "nothing now" and -1 for the end as for an error. */
static ssize_t
take(struct peer *p, void *into, size_t size)
{
	ssize_t n = recv(p->fd, into, size, MSG_DONTWAIT);
	if (n > 0)
		return n;
	bool later = n < 0 && (errno == EAGAIN || errno == EINTR);
	return later ? 0 : -1;
}

static int
read_head(struct http *h, struct peer *p)
{
	ssize_t n;
	do {
		buf_reserve(&p->in, LIMIT_HTTP_HEAD + 1);
		n = take(
		    p, p->in.data + p->in.len, LIMIT_HTTP_HEAD + 1 - p->in.len);
		if (n < 0)
			return -1;
		p->in.len += (size_t)n;
		struct http_request r = http_request_parse(buf_span(&p->in));
		if (r.status)
			answer(h, p, &r);
	} while (n > 0 && p->state == PEER_READING);
	return 0;
}

static int
write_answer(struct http *h, struct peer *p)
{
	while (p->sent < p->out.len) {
		ssize_t n = send(p->fd, p->out.data + p->sent,
		    p->out.len - p->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			struct epoll_event ev = { .events = EPOLLOUT,
				.data.ptr = p };
			return epoll_ctl(h->epoll, EPOLL_CTL_MOD, p->fd, &ev);
		}
		if (n < 0)
			return -1;
		p->sent += (size_t)n;
	}
	p->state = PEER_DRAINING;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };
	if (shutdown(p->fd, SHUT_WR) < 0)
		return -1;
	return epoll_ctl(h->epoll, EPOLL_CTL_MOD, p->fd, &ev);
}

static int
drain(struct peer *p)
{
	char rest[4096];
	ssize_t n;
	while ((n = take(p, rest, sizeof(rest))) > 0) {
		p->drained += (size_t)n;
		if (p->drained > DRAIN_MAX)
			return -1;
	}
	return (int)n;
}

static void
attend(struct http *h, struct peer *p)
{
	int r = 0;
	if (p->state == PEER_READING)
		r = read_head(h, p);
	if (r == 0 && p->state == PEER_WRITING)
		r = write_answer(h, p);
	if (r == 0 && p->state == PEER_DRAINING)
		r = drain(p);
	if (r < 0)
		drop(p);
}

/* --- all of them -----------------------------------------------------------
 */

/* A free place, or the oldest one's. */
static struct peer *
place(struct http *h)
{
	struct peer *oldest = &h->peers[0];
	for (size_t i = 0; i < HTTP_PEERS; i++) {
		if (h->peers[i].fd < 0)
			return &h->peers[i];
		if (h->peers[i].since_ms < oldest->since_ms)
			oldest = &h->peers[i];
	}
	drop(oldest);
	return oldest;
}

static void
welcome(struct http *h)
{
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(
		    h->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		struct peer *p = place(h);
		*p = (struct peer){ .fd = fd, .since_ms = clock_mono_ms() };
		struct epoll_event ev = { .events = EPOLLIN, .data.ptr = p };
		if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
			drop(p);
		else
			attend(h, p);
	}
}

static void
lose_patience(struct http *h)
{
	int64_t now = clock_mono_ms();
	for (size_t i = 0; i < HTTP_PEERS; i++)
		if (h->peers[i].fd >= 0 &&
		    now - h->peers[i].since_ms >= HTTP_PATIENCE_MS)
			drop(&h->peers[i]);
}

/* Bound and listening, or not at all. */
static int
listen_at(const struct address *at, int *out, struct err *e)
{
	struct sockaddr_storage to;
	socklen_t len = address_sock(at, &to);
	char name[ADDRESS_TEXT];
	int on = 1;
	int fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* What ended a moment ago must not keep its successor out. */
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&to, len) == 0 &&
	    listen(fd, BACKLOG) == 0) {
		*out = fd;
		return 0;
	}
	address_text(at, 0, name);
	err_errno(e, "cannot serve at %s", name);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
try_to_listen(struct http *h)
{
	struct err e = { 0 };
	struct epoll_event ev = { .events = EPOLLIN };
	bool first = h->retry_ms == 0;
	int64_t now = clock_mono_ms();
	if (now < h->retry_ms)
		return;
	h->retry_ms = now + RETRY_MS;
	int r = listen_at(&h->at, &h->listener, &e);
	if (r == 0 &&
	    epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->listener, &ev) < 0) {
		r = err_errno(&e, "epoll_ctl");
		close(h->listener);
		h->listener = -1;
	}
	if (r < 0 && first)
		log_err(LOG_LEVEL_WARN, "metrics are not served yet", &e);
	else if (r == 0 && !first)
		log_info("metrics are served", NULL);
}

void
http_turn(struct http *h)
{
	struct epoll_event got[EVENTS];
	if (h->listener < 0)
		try_to_listen(h);
	int n = epoll_wait(h->epoll, got, EVENTS, 0);
	for (int i = 0; i < n; i++)
		if (got[i].data.ptr)
			attend(h, got[i].data.ptr);
	for (int i = 0; i < n; i++)
		if (!got[i].data.ptr)
			welcome(h);
	lose_patience(h);
}

int64_t
http_wait_ms(const struct http *h)
{
	int64_t first = h->listener < 0 ? h->retry_ms : INT64_MAX;
	for (size_t i = 0; i < HTTP_PEERS; i++) {
		int64_t until = h->peers[i].since_ms + HTTP_PATIENCE_MS;
		if (h->peers[i].fd >= 0 && until < first)
			first = until;
	}
	if (first == INT64_MAX)
		return -1;
	int64_t left = first - clock_mono_ms();
	return left > 0 ? left : 0;
}

int
http_fd(const struct http *h)
{
	return h->epoll;
}

int
http_open(const struct address *at, const struct http_pages *pages,
    struct http **out, struct err *e)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return err_errno(e, "epoll_create1");
	struct http *h = mem_zalloc(sizeof(*h));
	*h = (struct http){
		.at = *at, .pages = *pages, .listener = -1, .epoll = epoll
	};
	for (size_t i = 0; i < HTTP_PEERS; i++)
		h->peers[i].fd = -1;
	*out = h;
	return 0;
}

void
http_close(struct http **hp)
{
	struct http *h = *hp;
	if (!h)
		return;
	for (size_t i = 0; i < HTTP_PEERS; i++)
		if (h->peers[i].fd >= 0)
			drop(&h->peers[i]);
	if (h->listener >= 0)
		close(h->listener);
	close(h->epoll);
	free(h);
	*hp = NULL;
}
