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

/* Whom a stage feeds; PROC_KINDS: nobody. */
static enum proc_kind
fed_by(const struct procs *ps, enum proc_kind k)
{
	switch (k) {
	case PROC_EXTRACT:
		return PROC_NORMALIZE;
	case PROC_NORMALIZE:
		return PROC_IDENTITY;
	case PROC_IDENTITY:
		return PROC_DELTA;
	case PROC_DELTA:
		return ps->resolver ? PROC_RESOLVER : PROC_LOAD;
	case PROC_RESOLVER:
		return ps->resolver ? PROC_LOAD : PROC_KINDS;
	case PROC_LOAD:
	case PROC_KINDS:
		break;
	}
	return PROC_KINDS;
}

enum proc_kind
procs_feeder(const struct procs *ps, enum proc_kind k)
{
	for (int i = 0; i < PROC_KINDS; i++)
		if (fed_by(ps, (enum proc_kind)i) == k)
			return (enum proc_kind)i;
	return PROC_KINDS;
}

int
proc_connect(struct procs *ps, const struct proc *p, bool answer, struct err *e)
{
	const char *endpoints[LIMIT_WORKERS];
	enum proc_kind to = fed_by(ps, p->kind);
	if (to == PROC_KINDS)
		return 0;
	size_t n = procs_count(ps, to);
	for (size_t i = 0; i < n; i++)
		endpoints[i] = procs_get(ps, to, (unsigned)i)->endpoint;
	struct buf body = { 0 };
	peers_encode(endpoints, n, &body);
	struct message m = {
		.kind = MSG_PEERS, .flag = answer, .body = buf_span(&body)
	};
	int r = proc_send(ps, p, &m, e);
	buf_free(&body);
	return r;
}

int
procs_connect(struct procs *ps, bool resolver, struct err *e)
{
	ps->resolver = resolver;
	for (size_t k = 0; k < PROC_KINDS; k++)
		for (size_t i = 0; i < ps->active[k]; i++)
			if (proc_connect(
				ps, &ps->all[ps->first[k] + i], false, e) < 0)
				return -1;
	return 0;
}
