#include "proto/sock.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include "proto/pool.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

struct sock {
	void *zmq;
};

/* One context per process; made by the first socket, ended with the last. */
static struct {
	void *zmq;
	size_t sockets;
} context;

enum {
	/* A peer that binds late is found at once: at zmq's default of 100 ms
	 * a one-row run was seen to wait that long. */
	RECONNECT_FIRST_MS = 2,
	RECONNECT_MAX_MS = 200,
};

static int
fail(struct err *e, const char *what, const char *where)
{
	int saved = errno;
	err_retry(e, "zmq", "%s %s: %s", what, where, zmq_strerror(saved));
	return -1;
}

static int
set_int(struct sock *s, int option, int value, struct err *e)
{
	if (zmq_setsockopt(s->zmq, option, &value, sizeof(value)) < 0)
		return fail(e, "zmq_setsockopt", "");
	return 0;
}

static int
set_options(struct sock *s, enum sock_role role, const char *identity, int hwm,
    struct err *e)
{
	int64_t max = role == SOCK_PULL || role == SOCK_PUSH
			  ? LIMIT_FRAME_BYTES
			  : LIMIT_CONTROL_BYTES;
	/* From supervisor to stage nothing may be dropped, and a ROUTER drops
	 * at its mark; the run protocol bounds that direction. */
	int send_hwm = role == SOCK_ROUTER ? 0 : hwm;
	int recv_hwm = role == SOCK_DEALER ? 0 : hwm;
	if (set_int(s, ZMQ_SNDHWM, send_hwm, e) < 0 ||
	    set_int(s, ZMQ_RCVHWM, recv_hwm, e) < 0 ||
	    set_int(s, ZMQ_LINGER, 0, e) < 0 ||
	    set_int(s, ZMQ_RECONNECT_IVL, RECONNECT_FIRST_MS, e) < 0 ||
	    set_int(s, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS, e) < 0)
		return -1;
	if (zmq_setsockopt(s->zmq, ZMQ_MAXMSGSIZE, &max, sizeof(max)) < 0)
		return fail(e, "zmq_setsockopt", "");
	/* Never queue for a peer that is not there: it may never come back. */
	if (role == SOCK_PUSH && set_int(s, ZMQ_IMMEDIATE, 1, e) < 0)
		return -1;
	/* A restarted stage takes its address over from its dead self. */
	if (role == SOCK_ROUTER && set_int(s, ZMQ_ROUTER_HANDOVER, 1, e) < 0)
		return -1;
	if (identity && zmq_setsockopt(s->zmq, ZMQ_ROUTING_ID, identity,
			    strlen(identity)) < 0)
		return fail(e, "zmq_setsockopt", identity);
	return 0;
}

int
sock_open(enum sock_role role, const char *identity, int hwm, struct sock **out,
    struct err *e)
{
	static const int types[] = {
		[SOCK_PULL] = ZMQ_PULL,
		[SOCK_PUSH] = ZMQ_PUSH,
		[SOCK_DEALER] = ZMQ_DEALER,
		[SOCK_ROUTER] = ZMQ_ROUTER,
	};
	if (!context.zmq)
		context.zmq = zmq_ctx_new();
	struct sock *s = mem_zalloc(sizeof(*s));
	s->zmq = zmq_socket(context.zmq, types[role]);
	if (!s->zmq) {
		free(s);
		return fail(e, "zmq_socket", "");
	}
	context.sockets++;
	if (set_options(s, role, identity, hwm, e) < 0) {
		sock_close(&s, 0);
		return -1;
	}
	*out = s;
	return 0;
}

void
sock_close(struct sock **sp, int linger_ms)
{
	struct sock *s = *sp;
	if (!s)
		return;
	zmq_setsockopt(s->zmq, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	zmq_close(s->zmq);
	free(s);
	*sp = NULL;
	if (--context.sockets == 0) {
		zmq_ctx_term(context.zmq);
		context.zmq = NULL;
	}
}

int
sock_bind(struct sock *s, const char *endpoint, struct err *e)
{
	if (zmq_bind(s->zmq, endpoint) < 0)
		return fail(e, "cannot bind", endpoint);
	if (strncmp(endpoint, "ipc://", 6) == 0 &&
	    chmod(endpoint + 6, 0600) < 0)
		return err_errno(e, "chmod %s", endpoint + 6);
	return 0;
}

int
sock_connect(struct sock *s, const char *endpoint, struct err *e)
{
	if (zmq_connect(s->zmq, endpoint) < 0)
		return fail(e, "cannot connect to", endpoint);
	return 0;
}

int
sock_disconnect(struct sock *s, const char *endpoint, struct err *e)
{
	if (zmq_disconnect(s->zmq, endpoint) < 0 && errno != ENOENT)
		return fail(e, "cannot disconnect from", endpoint);
	return 0;
}

/* The bytes of a message that zmq has taken, or that it never will. */
struct handoff {
	struct buf bytes;
	bool ours;
};

static void
release_bytes(void *data, void *hint)
{
	struct handoff *h = hint;
	(void)data;
	if (!h->ours)
		pool_give(&h->bytes);
	free(h);
}

static int
send_bytes(struct sock *s, struct buf *b, struct err *e)
{
	struct handoff *h = mem_zalloc(sizeof(*h));
	h->bytes = *b;
	zmq_msg_t m;
	if (zmq_msg_init_data(&m, b->data, b->len, release_bytes, h) < 0) {
		free(h);
		return fail(e, "zmq_msg_init_data", "");
	}
	int r;
	do
		r = zmq_msg_send(&m, s->zmq, ZMQ_DONTWAIT);
	while (r < 0 && errno == EINTR);
	if (r >= 0) {
		*b = (struct buf){ 0 };
		return 1;
	}
	int saved = errno;
	h->ours = true;
	zmq_msg_close(&m);
	errno = saved;
	return saved == EAGAIN ? 0 : fail(e, "zmq_msg_send", "");
}

int
sock_send(struct sock *s, struct buf *b, struct err *e)
{
	return send_bytes(s, b, e);
}

int
sock_send_to(struct sock *s, const char *identity, struct buf *b, struct err *e)
{
	int r = zmq_send(
	    s->zmq, identity, strlen(identity), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	if (r < 0)
		return errno == EAGAIN ? 0 : fail(e, "zmq_send", identity);
	return send_bytes(s, b, e);
}

static void
release_message(void *owner)
{
	zmq_msg_close(owner);
	free(owner);
}

/* 1 and a message in a new *m, 0 nothing there, -1 error. */
static int
receive(struct sock *s, zmq_msg_t **m, struct err *e)
{
	zmq_msg_t *got = mem_alloc(sizeof(*got));
	zmq_msg_init(got);
	int r;
	do
		r = zmq_msg_recv(got, s->zmq, ZMQ_DONTWAIT);
	while (r < 0 && errno == EINTR);
	if (r >= 0) {
		*m = got;
		return 1;
	}
	free(got);
	return errno == EAGAIN ? 0 : fail(e, "zmq_msg_recv", "");
}

static void
frame_of(zmq_msg_t *m, struct frame *f)
{
	*f = (struct frame){
		.bytes = { zmq_msg_data(m), zmq_msg_size(m) },
		.owner = m,
		.release = release_message,
	};
}

int
sock_recv(struct sock *s, struct frame *f, struct err *e)
{
	zmq_msg_t *m;
	int r = receive(s, &m, e);
	if (r == 1)
		frame_of(m, f);
	return r;
}

int
sock_recv_from(struct sock *s, char from[64], struct frame *f, struct err *e)
{
	zmq_msg_t *id, *body;
	int r = receive(s, &id, e);
	if (r != 1)
		return r;
	size_t n = zmq_msg_size(id);
	bool fits = n < 64 && zmq_msg_more(id);
	if (fits) {
		memcpy(from, zmq_msg_data(id), n);
		from[n] = '\0';
	}
	release_message(id);
	if (!fits)
		return err_data(e, "bad_message", "peer with a bad address");
	r = receive(s, &body, e);
	if (r != 1)
		return err_data(e, "bad_message", "address without a message");
	frame_of(body, f);
	return 1;
}

int
sock_wait(struct sock_item *items, size_t n, int64_t timeout_ms, struct err *e)
{
	zmq_pollitem_t poll[16];
	if (n > ARRAY_LEN(poll))
		return err_bug(e, "sock_wait on %zu items", n);
	for (size_t i = 0; i < n; i++) {
		poll[i] = (zmq_pollitem_t){
			.socket = items[i].sock ? items[i].sock->zmq : NULL,
			.fd = items[i].fd,
			.events = items[i].want_send ? ZMQ_POLLOUT : ZMQ_POLLIN,
		};
		items[i].ready = false;
	}
	int r = zmq_poll(poll, (int)n, (long)timeout_ms);
	if (r < 0)
		return errno == EINTR ? 0 : fail(e, "zmq_poll", "");
	for (size_t i = 0; i < n; i++)
		items[i].ready = poll[i].revents != 0;
	return 0;
}
