#include "supervisor/checkrun.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/schema.h"
#include "supervisor/proc_talk.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TURN_MS = 500, CHECK_RUN = 1 };

/* One question at a time, to the first worker of a stage. */
struct asking {
	struct engine *en;
	const struct entity *entity;
	struct checkrun_report *report;
	struct proc *of;
	enum message_kind want;
	bool answered, died;
	struct buf body; /* of the answer */
};

void
checkrun_free(struct checkrun_report *report)
{
	free(report->v);
	*report = (struct checkrun_report){ 0 };
}

static void
add_problem(struct asking *k, const struct err *why)
{
	struct checkrun_report *r = k->report;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->v = mem_realloc(r->v, r->cap * sizeof(*r->v));
	}
	r->v[r->n++] = (struct checkrun_problem){
		.entity = k->entity, .stage = k->of->kind, .error = *why
	};
}

static void
take_message(struct asking *k, struct proc *p, const struct message *m)
{
	if (m->kind == MSG_HELLO) {
		if (procs_hello(&k->en->procs, p, m) < 0)
			log_warn(
			    "a stranger said hello", "worker", p->name, NULL);
	} else if (m->kind == MSG_ERROR) {
		procs_error(&k->en->procs, p, m);
	} else if (p == k->of && m->kind == k->want && !k->answered) {
		buf_clear(&k->body);
		buf_put(&k->body, m->body.data, m->body.len);
		k->answered = true;
	}
}

static int
drain_control(struct asking *k, struct err *e)
{
	struct frame f = { 0 };
	char from[64];
	int got;
	while ((got = sock_recv_from(k->en->router, from, &f, e)) == 1) {
		struct arena a = { 0 };
		struct message m;
		struct err bad = { 0 };
		struct proc *p = procs_find(&k->en->procs, from);
		if (p && message_decode(f.bytes, &a, &m, &bad) == 0)
			take_message(k, p, &m);
		arena_free(&a);
		frame_free(&f);
	}
	return got;
}

/* The one we ask may die of the question; nobody else has a reason to. */
static int
drain_children(struct asking *k, struct err *e)
{
	struct proc *p;
	while ((p = procs_reap(&k->en->procs))) {
		procs_excuse(&k->en->procs, p);
		p->start_at_ms = 0;
		if (p != k->of) {
			*e = p->error;
			return err_wrap(e, "%s", p->name);
		}
		k->died = true;
		return 0;
	}
	return 0;
}

static int
drain_signals(const struct asking *k, struct err *e)
{
	struct signalfd_siginfo info;
	while (read(k->en->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			return err_retry(e, "stopped", "told to stop");
	return 0;
}

static int
turn(struct asking *k, struct err *e)
{
	struct sock_item items[] = {
		{ .sock = k->en->router },
		{ .fd = k->en->signal_fd },
	};
	if (procs_start_due(&k->en->procs, e) < 0 ||
	    sock_wait(items, ARRAY_LEN(items), TURN_MS, e) < 0 ||
	    drain_control(k, e) < 0 || drain_signals(k, e) < 0)
		return -1;
	return drain_children(k, e);
}

/* Turns until the stage is ready (want 0) or has answered: 1; 0 if it died or
 * said nothing for too long, which is a problem then. */
static int
wait_for(struct asking *k, enum message_kind want, struct err *e)
{
	struct err late = { 0 };
	int64_t limit = k->en->pipeline->ack_timeout_ms;
	int64_t until = clock_mono_ms() + limit;
	k->want = want;
	k->answered = k->died = false;
	for (;;) {
		if (want ? k->answered : k->of->state == PROC_READY)
			return 1;
		if (turn(k, e) < 0)
			return -1;
		if (k->died) {
			add_problem(k, &k->of->error);
			return 0;
		}
		if (clock_mono_ms() < until)
			continue;
		err_retry(&late, "timeout", "%s has said nothing for %lld s",
		    k->of->name, (long long)(limit / 1000));
		add_problem(k, &late);
		return 0;
	}
}

static int
ask(struct asking *k, enum proc_kind kind, struct message *m,
    enum message_kind want, struct err *e)
{
	k->of = procs_get(&k->en->procs, kind, 0);
	m->run = CHECK_RUN;
	m->entity = k->entity->name;
	m->mode = MODE_SYNC;
	m->strategy = STRATEGY_HASH;
	int rc = wait_for(k, 0, e);
	if (rc <= 0)
		return rc;
	if (proc_send(&k->en->procs, k->of, m, e) < 0)
		return -1;
	return wait_for(k, want, e);
}

static int
ask_open(struct asking *k, enum proc_kind kind, struct span body,
    struct span target, struct err *e)
{
	struct message open = {
		.kind = MSG_OPEN, .flag = true, .body = body, .body2 = target
	};
	return ask(k, kind, &open, MSG_OPENED, e);
}

static int
ask_close(struct asking *k, enum proc_kind kind, struct err *e)
{
	struct message close = { .kind = MSG_CLOSE };
	return ask(k, kind, &close, MSG_CLOSED, e);
}

static void
keep(struct buf *to, struct asking *k)
{
	*to = k->body;
	k->body = (struct buf){ 0 };
}

/* Whether the row that the mapping makes fits identity and target. */
static int
check_mapped(struct asking *k, struct span mapped, bool target, struct err *e)
{
	static const enum proc_kind kinds[] = { PROC_IDENTITY, PROC_LOAD };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i] == PROC_LOAD && !target)
			continue;
		int rc = ask_open(k, kinds[i], mapped, (struct span){ 0 }, e);
		if (rc == 1)
			rc = ask_close(k, kinds[i], e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
check_mapping(struct asking *k, struct span source, struct span target,
    bool has_target, struct err *e)
{
	struct buf mapped = { 0 };
	int rc = ask_open(k, PROC_NORMALIZE, source, target, e);
	if (rc == 1) {
		keep(&mapped, k);
		rc = ask_close(k, PROC_NORMALIZE, e);
	}
	if (rc == 1)
		rc = check_mapped(k, buf_span(&mapped), has_target, e);
	buf_free(&mapped);
	return rc < 0 ? -1 : 0;
}

int
checkrun_entity(struct engine *en, const struct entity *entity,
    struct checkrun_report *report, struct err *e)
{
	struct asking k = { .en = en, .entity = entity, .report = report };
	struct buf source = { 0 }, target = { 0 };
	struct message describe = { .kind = MSG_DESCRIBE };
	struct message plan = { .kind = MSG_PLAN };
	int has_target = ask(&k, PROC_LOAD, &describe, MSG_DESCRIBED, e);
	if (has_target == 1)
		keep(&target, &k);
	else if (has_target == 0) /* the mapping is checked without it */
		schema_encode(&(struct schema){ 0 }, &target);
	int rc = has_target;
	if (rc >= 0)
		rc = ask(&k, PROC_EXTRACT, &plan, MSG_PLANNED, e);
	if (rc == 1) {
		keep(&source, &k);
		rc = check_mapping(&k, buf_span(&source), buf_span(&target),
		    has_target == 1, e);
	}
	buf_free(&k.body);
	buf_free(&source);
	buf_free(&target);
	return rc < 0 ? -1 : 0;
}
