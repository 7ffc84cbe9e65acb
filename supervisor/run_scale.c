#include "proto/log.h"
#include "supervisor/proc_more.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"

/*
 * More or fewer processes of normalize and load, by what waits for them
 * (scale.h). A new one is fed once it has the run open, at any time: a key has
 * one row in a run, so that it does not matter which of them a partition's
 * next batch goes to. One that goes was sent rows that are not acknowledged:
 * it lives until nothing is in flight and whoever fed it has said that it
 * feeds it no more. No chunk is handed out meanwhile.
 */
static const enum proc_kind scaled[] = { PROC_NORMALIZE, PROC_LOAD };

static struct scale_rule
rule_of(const struct procs *ps, enum proc_kind k)
{
	const struct pipeline *p = ps->conf.pipeline;
	return (struct scale_rule){ .min = (unsigned)ps->least[k],
		.max = (unsigned)(ps->first[k + 1] - ps->first[k]),
		.up_after = (unsigned)p->scale_up_after,
		.down_after = (unsigned)p->scale_down_after };
}

static unsigned
how_many(struct procs *ps, enum proc_kind k, enum board_doing what)
{
	unsigned n = 0;
	for (size_t i = 0; i < procs_count(ps, k); i++) {
		const struct board *b = procs_get(ps, k, (unsigned)i)->board;
		n += b && atomic_load(&b->doing) == (uint32_t)what;
	}
	return n;
}

static struct scale_sample
look(struct procs *ps, enum proc_kind k)
{
	enum proc_kind from = procs_feeder(ps, k);
	return (struct scale_sample){ .workers = (unsigned)procs_count(ps, k),
		.idle = how_many(ps, k, BOARD_IDLE),
		.feeders = (unsigned)procs_count(ps, from),
		.depth = how_many(ps, from, BOARD_WAITING) };
}

static void
say(const struct run *r, enum proc_kind k, const char *what)
{
	log_info(what, "stage", proc_kind_name(k), "workers",
	    log_u64(procs_count(&r->engine->procs, k)), NULL);
}

static void
scale_kind(struct run *r, enum proc_kind k)
{
	struct procs *ps = &r->engine->procs;
	const struct scale_rule rule = rule_of(ps, k);
	const struct scale_sample x = look(ps, k);
	switch (scale_decide(&r->scale.seen[k], &rule, &x)) {
	case SCALE_UP:
		r->scale.shrink[k] = false;
		procs_grow(ps, k);
		break;
	case SCALE_DOWN:
		r->scale.shrink[k] = true;
		read_assign(r);
		break;
	case SCALE_STAY:
		break;
	}
}

void
scale_on_time(struct run *r, int64_t now_ms)
{
	int64_t step = r->engine->pipeline->scale_sample_ms;
	bool busy = r->phase == RUN_READ && !r->reopening && !r->joining &&
		    !r->draining && !r->pausing && !r->scale.leaving;
	if (!busy || now_ms - r->scale.looked_ms < step)
		return;
	r->scale.looked_ms = now_ms;
	for (size_t i = 0; i < ARRAY_LEN(scaled); i++)
		if (r->phase == RUN_READ &&
		    (scaled[i] != PROC_LOAD || (run_loads(r) && r->snapshot)))
			scale_kind(r, scaled[i]);
}

/* --- one more ------------------------------------------------------------
 */

static int
introduce(struct run *r, const struct proc *p, struct err *e)
{
	struct procs *ps = &r->engine->procs;
	enum proc_kind from = procs_feeder(ps, p->kind);
	if (p->kind == PROC_LOAD && read_fence(r, p, e) < 0)
		return -1;
	for (size_t i = 0; i < procs_count(ps, from); i++)
		if (proc_connect(
			ps, procs_get(ps, from, (unsigned)i), false, e) < 0)
			return -1;
	return 0;
}

void
scale_joined(struct run *r, struct proc *p)
{
	struct err e = { 0 };
	procs_admit(&r->engine->procs, p);
	say(r, p->kind, "a stage has got one worker more");
	if (introduce(r, p, &e) < 0)
		run_fail(r, &e);
}

bool
scale_on_death(struct run *r, struct proc *p)
{
	if (!p->joining && p != r->scale.leaving)
		return false;
	r->scale.seen[p->kind] = (struct scale){ 0 };
	procs_dismiss(&r->engine->procs, p);
	return true;
}

/* --- one less ------------------------------------------------------------
 */

static void
gone(struct run *r)
{
	struct proc *p = r->scale.leaving;
	r->scale.leaving = NULL;
	procs_dismiss(&r->engine->procs, p);
	say(r, p->kind, "a stage has got one worker less");
}

/* Nothing is in flight. */
static void
shrink(struct run *r, enum proc_kind k)
{
	struct err e = { 0 };
	struct procs *ps = &r->engine->procs;
	enum proc_kind from = procs_feeder(ps, k);
	r->scale.shrink[k] = false;
	r->scale.leaving = procs_retire(ps, k);
	if (!r->scale.leaving)
		return;
	r->scale.feeding = (unsigned)procs_count(ps, from);
	for (size_t i = 0; i < r->scale.feeding; i++)
		if (proc_connect(
			ps, procs_get(ps, from, (unsigned)i), true, &e) < 0) {
			run_fail(r, &e);
			return;
		}
}

bool
scale_holds(struct run *r)
{
	for (size_t i = 0; i < ARRAY_LEN(scaled); i++) {
		if (r->scale.leaving)
			return true;
		if (!r->scale.shrink[scaled[i]])
			continue;
		if (read_in_flight(r))
			return true;
		shrink(r, scaled[i]);
	}
	return r->scale.leaving != NULL;
}

void
scale_on_connected(struct run *r)
{
	if (!r->scale.leaving || --r->scale.feeding > 0)
		return;
	gone(r);
	read_go_on(r);
}

void
scale_let_go(struct run *r)
{
	if (r->scale.leaving)
		gone(r);
}
