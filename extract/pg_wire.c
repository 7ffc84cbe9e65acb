#include "extract/pg_wire.h"
#include "proto/db_pg.h"
#include "proto/limits.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* RECEIVE: room for so much at least, whenever more is asked for. */
enum { RECEIVE = 128 << 10, HEAD = 5, MESSAGE_MAX = LIMIT_FRAME_BYTES };

/* A longer row is passed on as it comes; the server has none above ROW_MAX. */
enum { ROW_AT_ONCE = 16 << 20, ROW_MAX = (1 << 30) + 4 };

void
pg_wire_init(struct pg_wire *w, int fd, struct pg_copy *copy)
{
	*w = (struct pg_wire){ .fd = fd, .copy = copy };
}

void
pg_wire_free(struct pg_wire *w)
{
	buf_free(&w->in);
}

static int
lost(struct pg_wire *w, const char *what, struct err *e)
{
	w->broken = true;
	return err_retry(e, "08006", "the connection to the server: %s", what);
}

static int
bad(struct pg_wire *w, const char *what, struct err *e)
{
	w->broken = true;
	return err_retry(e, "08P01", "the server's answer %s", what);
}

/* After a call that could not go on: 0 when it can be tried again. */
static int
wait_for(struct pg_wire *w, short events, struct err *e)
{
	struct pollfd p = { .fd = w->fd, .events = events };

	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return lost(w, strerror(errno), e);
	if (poll(&p, 1, -1) < 0 && errno != EINTR)
		return lost(w, strerror(errno), e);
	return 0;
}

static int
send_all(struct pg_wire *w, struct span out, struct err *e)
{
	while (out.len) {
		ssize_t n = send(w->fd, out.data, out.len, MSG_NOSIGNAL);
		if (n < 0 && wait_for(w, POLLOUT, e) < 0)
			return -1;
		if (n > 0) {
			out.data += n;
			out.len -= (size_t)n;
		}
	}
	return 0;
}

int
pg_wire_send(struct pg_wire *w, const char *sql, struct err *e)
{
	struct buf out = { 0 };
	size_t bytes = 4 + strlen(sql) + 1;

	buf_putc(&out, 'Q');
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(&out, (uint8_t)(bytes >> shift));
	buf_put(&out, sql, strlen(sql) + 1);
	int r = send_all(w, buf_span(&out), e);
	buf_free(&out);
	return r;
}

static int
receive_more(struct pg_wire *w, struct err *e)
{
	if (w->at) {
		w->in.len -= w->at;
		memmove(w->in.data, w->in.data + w->at, w->in.len);
		w->at = 0;
	}
	buf_reserve(&w->in, RECEIVE);
	for (;;) {
		ssize_t n = recv(
		    w->fd, w->in.data + w->in.len, w->in.cap - w->in.len, 0);
		if (n > 0) {
			w->in.len += (size_t)n;
			return 0;
		}
		if (n == 0)
			return lost(w, "the server closed it", e);
		if (wait_for(w, POLLIN, e) < 0)
			return -1;
	}
}

/* The text that v's field of that code has; the message ends in a NUL. */
static const char *
error_field(struct span v, char code)
{
	const char *p = (const char *)v.data, *end = p + v.len;

	while (p < end && *p) {
		if (*p == code)
			return p + 1;
		p += strlen(p) + 1;
	}
	return NULL;
}

static int
take_error(struct pg_wire *w, struct span body, struct err *e)
{
	if (body.len < 2 || body.data[body.len - 1] || body.data[body.len - 2])
		return bad(w, "has an error that does not end", e);
	const struct db_pg_error_text t = {
		.state = error_field(body, 'C'),
		.message = error_field(body, 'M'),
		.hint = error_field(body, 'H'),
		.column = error_field(body, 'c'),
	};
	db_pg_error_of(&t, &w->why);
	w->refused = true;
	return 0;
}

/* "COPY 1000000" */
static int
take_tag(struct pg_wire *w, struct span body, struct err *e)
{
	static const char copy[] = "COPY ";
	const size_t n = sizeof(copy) - 1;

	if (body.len <= n || body.data[body.len - 1] ||
	    memcmp(body.data, copy, n) != 0)
		return bad(w, "is not about COPY", e);
	w->tuples = strtoull((const char *)body.data + n, NULL, 10);
	return 0;
}

static int
take(struct pg_wire *w, uint8_t type, struct span body, struct err *e)
{
	/* What the server says unasked may follow at once. */
	if (w->ready)
		return type == 'N' || type == 'S' || type == 'A' || type == 'E'
			   ? 0
			   : bad(w, "goes on after its end", e);
	switch (type) {
	case 'd': /* a row, or some of one */
		if (!w->copying)
			return bad(w, "begins without an announcement", e);
		return w->copy ? pg_copy_feed(w->copy, body, e) : 0;
	case 'H': /* rows are going to come */
		w->copying = true;
		return 0;
	case 'c': /* no more rows */
		w->copying = false;
		return 0;
	case 'C':
		return take_tag(w, body, e);
	case 'E':
		return take_error(w, body, e);
	case 'Z':
		w->ready = true;
		return 0;
	case 'N': /* notice, */
	case 'S': /* parameter, */
	case 'A': /* notification: nothing to do with the rows */
		return 0;
	default:
		return bad(w, "has a message of an unknown kind", e);
	}
}

/* Passes on what is there of a long row. */
static int
take_some(struct pg_wire *w, struct err *e)
{
	size_t there = w->in.len - w->at;
	size_t n = w->left < there ? (size_t)w->left : there;
	struct span piece = { w->in.data + w->at, n };

	w->at += n;
	w->left -= n;
	return take(w, 'd', piece, e);
}

/* Takes the whole messages that are there, and of long rows what there is;
 * *need: the bytes of the next. */
static int
take_all(struct pg_wire *w, size_t *need, struct err *e)
{
	for (;;) {
		*need = w->left ? 1 : HEAD;
		if (w->in.len - w->at < *need)
			return 0;
		if (w->left) {
			if (take_some(w, e) < 0)
				return -1;
			continue;
		}
		const uint8_t *p = w->in.data + w->at;
		size_t n = pg_u32(p + 1);
		if (n < 4 || n > (p[0] == 'd' ? ROW_MAX : MESSAGE_MAX))
			return bad(w, "has a length that lies", e);
		if (p[0] == 'd' && n > ROW_AT_ONCE) {
			w->at += HEAD;
			w->left = n - 4;
			continue;
		}
		*need = 1 + n;
		if (w->in.len - w->at < *need)
			return 0;
		w->at += *need;
		if (take(w, p[0], (struct span){ p + HEAD, n - 4 }, e) < 0)
			return -1;
	}
}

int
pg_wire_receive(struct pg_wire *w, struct err *e)
{
	size_t need;
	int r;

	while ((r = take_all(w, &need, e)) == 0 &&
	       (!w->ready || w->in.len != w->at)) {
		while (r == 0 && w->in.len - w->at < need)
			r = receive_more(w, e);
		if (r < 0)
			break;
	}
	/* What the server says tells more than that it hung up then. */
	if (w->refused && (r == 0 || w->broken)) {
		*e = w->why;
		return -1;
	}
	return r;
}
