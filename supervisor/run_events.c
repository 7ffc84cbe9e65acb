#include "proto/clock.h"
#include "proto/log.h"
#include "supervisor/ledger.h"
#include "supervisor/run_impl.h"
#include "supervisor/run_probe.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What reaches a run: answers, news of chunks, deaths, time. */
static void
keep(struct buf *to, struct span from)
{
	buf_clear(to);
	buf_put(to, from.data, from.len);
}

/* A state that was lost under a watermark must not hide the older rows. */
static bool
state_lost(struct run *r)
{
	if (r->strategy != STRATEGY_ROWVERSION || r->state_rows)
		return false;
	r->strategy = STRATEGY_HASH;
	snprintf(r->reason, sizeof(r->reason), "%s",
	    "the state is empty: the whole source is read");
	return true;
}

static void
refuse_unknown(struct run *r)
{
	struct err e = { 0 };
	err_config(&e, "adopt",
	    "entity %s: target table %s already holds %" PRIu64 " rows, and "
	    "the state does not know them. Say what they are: 'adopt: target' "
	    "takes them as the last night's result (equal rows stay, rows the "
	    "source lacks become deletes under the guards), 'adopt: none' "
	    "writes the source over them and leaves other rows alone",
	    r->entity->name, r->entity->target.table, r->target_rows);
	run_over(r, END_FAILED, &e);
}

/* Rows in the target that the state does not know: never guess. An adoption
 * that ended early knows only some of them. */
static bool
target_unknown(struct run *r)
{
	bool known = r->state_rows && !r->half_adopted;
	if (r->mode != MODE_SYNC || known || !r->target_rows ||
	    r->entity->adopt == ADOPT_NONE)
		return false;
	struct err e = { 0 };
	if (r->entity->adopt == ADOPT_TARGET) {
		err_config(&e, "adopt_first",
		    "the target's rows are taken into the state first");
		run_over(r, END_CANCELLED, &e);
	} else if (r->counting) {
		refuse_unknown(r);
	} else {
		r->counting = true;
		run_describe(r, true);
	}
	return true;
}

static void
described(struct run *r)
{
	if (target_unknown(r))
		return;
	if (!state_lost(r)) {
		run_enter(r, RUN_PLAN);
		return;
	}
	/* Delta opened for versions; open it again for what it will be. */
	struct message m;
	run_open_message(r, PROC_DELTA, &m);
	r->awaiting = (unsigned)procs_count(&r->engine->procs, PROC_DELTA);
	r->state_rows = r->unproven = r->probe.state_revision = 0;
	run_send(r, PROC_DELTA, &m);
	if (r->phase != RUN_OVER)
		r->phase = RUN_DESCRIBE;
}

static void
on_described(struct run *r, const struct message *m)
{
	r->target_rows = m->rows;
	r->target_missing = !m->flag;
	keep(&r->target_schema, m->body);
}

static void
on_opened(struct run *r, const struct proc *p, const struct message *m)
{
	if (p->kind == PROC_DELTA) {
		r->state_rows += m->rows;
		r->unproven += m->held;
		r->probe.state_revision += m->bytes;
	}
	if (p->kind == PROC_NORMALIZE)
		keep(&r->mapped_schema, m->body);
}

/* A worker that died is back: no phase waits for this answer. */
static void
on_reopened(struct run *r, struct proc *p)
{
	p->reopening = false;
	if (--r->reopening == 0)
		read_go_on(r);
}

static void
on_chunk(struct run *r, const struct message *m)
{
	if (r->given || r->phase != RUN_PLAN)
		return;
	if (r->nchunks == r->chunks_cap) {
		r->chunks_cap = r->chunks_cap ? r->chunks_cap * 2 : 8;
		r->chunks =
		    mem_realloc(r->chunks, r->chunks_cap * sizeof(*r->chunks));
	}
	struct chunk *c = &r->chunks[r->nchunks];
	*c = (struct chunk){ .no = (uint32_t)r->nchunks };
	keep(&c->range, m->body);
	r->estimate += m->rows;
	r->nchunks++;
}

static void
take_given(struct run *r)
{
	free(r->chunks);
	r->chunks = mem_zalloc(r->ngiven * sizeof(*r->chunks));
	for (size_t i = 0; i < r->ngiven; i++) {
		r->chunks[i].no = (uint32_t)i;
		keep(&r->chunks[i].range, buf_span(&r->given[i]));
	}
	r->nchunks = r->ngiven;
}

static void
on_planned(struct run *r, const struct message *m)
{
	keep(&r->source_schema, m->body);
	r->snapshot = m->flag;
	if (r->given)
		take_given(r);
	probe_planned(r, m);
	log_info(
	    "planned", "chunks", log_u64(r->nchunks), "why", r->reason, NULL);
}

/* A field without a type has its target column's. Where load has just made
 * that column its type counts from the first night on, or the second one
 * would read every value another way. */
static void
opened(struct run *r)
{
	struct err e = { 0 };
	if (r->target_missing && !r->described_again && r->mode != MODE_ADOPT) {
		r->described_again = true;
		run_forget_plan(r);
		run_enter(r, RUN_DESCRIBE);
		return;
	}
	if (ledger_planned(r, &e) < 0)
		run_fail(r, &e);
	else
		run_enter(r, RUN_READ);
}

/* The answers that a phase waits for, one after the other. */
static void
count_answer(struct run *r)
{
	if (r->phase == RUN_OVER || r->awaiting == 0 || --r->awaiting > 0)
		return;
	switch (r->phase) {
	case RUN_DESCRIBE:
		described(r);
		break;
	case RUN_PLAN:
		run_enter(r, RUN_MAP);
		break;
	case RUN_MAP:
		run_enter(r, RUN_OPEN);
		break;
	case RUN_OPEN:
		opened(r);
		break;
	case RUN_CLOSE:
		run_over(r, r->end, NULL);
		break;
	case RUN_START:
	case RUN_READ:
	case RUN_SWEEP:
	case RUN_REMOVE:
	case RUN_OVER:
	case RUN_PHASES:
		break;
	}
}

static void
dispatch(struct run *r, struct proc *p, const struct message *m)
{
	switch ((int)m->kind) {
	case MSG_DESCRIBED:
		on_described(r, m);
		count_answer(r);
		break;
	case MSG_OPENED:
		if (p->reopening) {
			on_reopened(r, p);
			break;
		}
		on_opened(r, p, m);
		count_answer(r);
		break;
	case MSG_CHUNK:
		on_chunk(r, m);
		break;
	case MSG_PLANNED:
		on_planned(r, m);
		count_answer(r);
		break;
	case MSG_CLOSED:
		count_answer(r);
		break;
	case MSG_CHUNK_END:
		read_on_chunk_end(r, p, m);
		break;
	case MSG_ACK:
		read_on_ack(r, m);
		break;
	case MSG_REJECT:
		read_on_reject(r, m);
		break;
	case MSG_COMMITTED:
		read_on_committed(r, m);
		break;
	case MSG_SWEPT:
		finish_on_swept(r, m);
		break;
	default:
		break;
	}
}

void
run_on_message(struct run *r, struct proc *p, const struct message *m)
{
	if (r->phase == RUN_OVER)
		return;
	/* PLANNED and DESCRIBED answer before the stage knows the run. */
	bool about_us = m->run == r->id || m->kind == MSG_DESCRIBED ||
			m->kind == MSG_PLANNED || m->kind == MSG_CHUNK;
	if (!about_us)
		return;
	r->progress_ms = clock_mono_ms();
	dispatch(r, p, m);
}

void
run_on_ready(struct run *r)
{
	if (r->phase == RUN_START)
		run_enter(r, RUN_DESCRIBE);
}

/* A worker that was restarted while chunks flow opens the run again. */
void
run_on_hello(struct run *r, struct proc *p)
{
	struct err e = { 0 };
	if (r->phase != RUN_READ)
		return;
	struct message m;
	run_open_message(r, p->kind, &m);
	if (procs_connect(&r->engine->procs, entity_resolves(r->entity), &e) <
		0 ||
	    proc_send(&r->engine->procs, p, &m, &e) < 0)
		run_fail(r, &e);
}

/* Nothing was read yet: every stage starts afresh and the run with them. */
static void
start_again(struct run *r)
{
	procs_kill(&r->engine->procs);
	r->nchunks = 0;
	r->estimate = 0;
	r->target_rows = r->state_rows = r->unproven = 0;
	run_enter(r, RUN_START);
}

void
run_on_death(struct run *r, struct proc *p)
{
	if (r->phase == RUN_OVER)
		return;
	if (r->phase == RUN_CLOSE) { /* everything is done and committed */
		run_over(r, r->end, NULL);
		return;
	}
	struct err why = p->error;
	if (why.cls != ERR_RETRY || p->deaths >= (unsigned)r->engine->tries) {
		run_over(r, END_FAILED, &why);
	} else if (r->phase <= RUN_PLAN) {
		start_again(r);
	} else if (r->phase != RUN_READ || r->joining ||
		   p->kind == PROC_EXTRACT || p->kind == PROC_DELTA) {
		run_over(r, END_ABANDONED, &why);
	} else {
		/* One that dies again before it could is still one. */
		r->reopening += !p->reopening;
		p->reopening = true;
		read_void_chunks(r);
	}
}

void
run_on_time(struct run *r, int64_t now_ms)
{
	int64_t limit = r->engine->pipeline->ack_timeout_ms;
	if (r->phase == RUN_START || r->phase == RUN_OVER ||
	    now_ms - r->progress_ms < limit)
		return;
	struct err e = { 0 };
	err_retry(&e, "timeout", "no stage has reported anything for %lld s",
	    (long long)(limit / 1000));
	run_fail(r, &e);
}

void
run_drain(struct run *r)
{
	r->draining = true;
	if (r->phase == RUN_READ)
		read_assign(r);
	else if (r->phase < RUN_READ)
		run_over(r, END_CANCELLED, NULL);
}

void
run_cancel(struct run *r)
{
	if (r->phase != RUN_CLOSE)
		run_over(r, END_CANCELLED, NULL);
}
