#include "supervisor/proc_talk.h"
#include "proto/log.h"
#include "proto/peers.h"

int
proc_send(struct procs *ps, const struct proc *p, const struct message *m,
    struct err *e)
{
	struct buf out = { 0 };
	message_encode(m, &out);
	int r = sock_send_to(ps->conf.router, p->address, &out, e);
	buf_free(&out);
	return r < 0 ? -1 : 0;
}

int
procs_send_all(
    struct procs *ps, enum proc_kind k, const struct message *m, struct err *e)
{
	for (size_t i = 0; i < procs_count(ps, k); i++)
		if (proc_send(ps, procs_get(ps, k, (unsigned)i), m, e) < 0)
			return -1;
	return 0;
}

void
procs_error(struct procs *ps, struct proc *p, const struct message *m)
{
	struct err e = { 0 };
	switch (m->cls) {
	case ERR_CONFIG:
	case ERR_DATA:
		err_config(&p->error, m->code ? m->code : "", "%s",
		    m->text ? m->text : "");
		break;
	case ERR_NONE:
	case ERR_RETRY:
		err_retry(&p->error, m->code ? m->code : "", "%s",
		    m->text ? m->text : "");
		break;
	case ERR_BUG:
		err_bug(&p->error, "%s", m->text ? m->text : "");
		break;
	}
	/* It waits for this before it exits, so that its words arrive. */
	if (proc_send(ps, p, &(struct message){ .kind = MSG_EXIT }, &e) < 0)
		log_err(LOG_LEVEL_WARN, "cannot answer a failing stage", &e);
}

static int
connect_kind(
    struct procs *ps, enum proc_kind from, enum proc_kind to, struct err *e)
{
	const char *endpoints[LIMIT_WORKERS];
	size_t n = procs_count(ps, to);
	for (size_t i = 0; i < n; i++)
		endpoints[i] = procs_get(ps, to, (unsigned)i)->endpoint;
	struct buf body = { 0 };
	peers_encode(endpoints, n, &body);
	struct message m = { .kind = MSG_PEERS, .body = buf_span(&body) };
	int r = procs_send_all(ps, from, &m, e);
	buf_free(&body);
	return r;
}

int
procs_connect(struct procs *ps, bool resolver, struct err *e)
{
	ps->resolver = resolver;
	enum proc_kind changes_to = resolver ? PROC_RESOLVER : PROC_LOAD;
	if (connect_kind(ps, PROC_EXTRACT, PROC_NORMALIZE, e) < 0 ||
	    connect_kind(ps, PROC_NORMALIZE, PROC_IDENTITY, e) < 0 ||
	    connect_kind(ps, PROC_IDENTITY, PROC_DELTA, e) < 0 ||
	    connect_kind(ps, PROC_DELTA, changes_to, e) < 0)
		return -1;
	return resolver ? connect_kind(ps, PROC_RESOLVER, PROC_LOAD, e) : 0;
}
