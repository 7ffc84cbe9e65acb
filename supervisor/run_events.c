#include "proto/clock.h"
#include "proto/log.h"
#include "proto/schema.h"
#include "supervisor/ledger.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"
#include <stdio.h>
#include <string.h>

/* What reaches a run: answers, news of chunks, deaths, time. */
static void
on_opened(struct run *r, const struct proc *p, const struct message *m)
{
	if (p->kind == PROC_DELTA) {
		r->state_rows += m->rows;
		r->unproven += m->held;
		r->probe.state_revision += m->bytes;
	}
	if (p->kind == PROC_NORMALIZE) {
		buf_clear(&r->mapped_schema);
		buf_put(&r->mapped_schema, m->body.data, m->body.len);
	}
	/* Load says so once it has made the table. */
	if (p->kind == PROC_LOAD && m->body.len) {
		ask_on_described(r, m);
		r->target_made = true;
	}
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
read_planned(struct run *r)
{
	struct err e = { 0 };
	if (ledger_planned(r, &e) < 0)
		run_fail(r, &e);
	else
		run_enter(r, RUN_READ);
}

/* A field without a type has its target column's. Where load has just made
 * that column its type counts from the first night on, or the second one
 * would read every value another way. */
static void
opened(struct run *r)
{
	if (r->target_made && !r->mapped_again) {
		r->mapped_again = true;
		run_enter(r, RUN_DESCRIBE);
		return;
	}
	read_planned(r);
}

static bool
same_rows(struct span a, struct span b)
{
	struct arena mem = { 0 };
	struct schema x, y;
	struct err ignored = { 0 };
	bool same = schema_decode(a, &mem, &x, &ignored) == 0 &&
		    schema_decode(b, &mem, &y, &ignored) == 0 &&
		    schema_same_rows(&x, &y);
	arena_free(&mem);
	return same;
}

/* Everybody who opens for mapped rows has done so, if they are the same. */
static void
mapped(struct run *r)
{
	struct span now = buf_span(&r->mapped_schema);
	if (r->mapped_again && same_rows(buf_span(&r->opened_schema), now)) {
		read_planned(r);
		return;
	}
	buf_clear(&r->opened_schema);
	buf_put(&r->opened_schema, now.data, now.len);
	run_enter(r, RUN_OPEN);
}

/* Everything is done and committed: who is dead or busy with itself by now has
 * nothing more to say about it. */
static void
closed(struct run *r)
{
	run_over(r, r->end, NULL);
}

/* The answers that a phase waits for, one after the other. */
static void
count_answer(struct run *r)
{
	if (r->phase == RUN_OVER || r->awaiting == 0 || --r->awaiting > 0)
		return;
	switch (r->phase) {
	case RUN_START:
	case RUN_DESCRIBE:
		ask_settle(r);
		break;
	case RUN_MAP:
		mapped(r);
		break;
	case RUN_OPEN:
		opened(r);
		break;
	case RUN_CLOSE:
		closed(r);
		break;
	case RUN_PLAN:
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
		ask_on_described(r, m);
		count_answer(r);
		break;
	case MSG_OPENED:
		if (p->joining) {
			scale_joined(r, p);
			break;
		}
		if (p->reopening) {
			on_reopened(r, p);
			break;
		}
		on_opened(r, p, m);
		count_answer(r);
		break;
	case MSG_CHUNK:
		ask_on_chunk(r, m);
		break;
	case MSG_PLANNED:
		ask_on_planned(r, m);
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
	case MSG_CONNECTED:
		scale_on_connected(r);
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
	/* The news of a death that is held back waits for the others. */
	if (r->phase == RUN_START && p != r->held_back)
		ask(r, p);
	if (r->phase != RUN_READ)
		return;
	struct message m;
	run_open_message(r, p->kind, &m);
	/* Nobody feeds a new one before it has the run open. */
	if (p->joining) {
		if (proc_connect(&r->engine->procs, p, false, &e) < 0 ||
		    proc_send(&r->engine->procs, p, &m, &e) < 0)
			run_fail(r, &e);
		return;
	}
	if (proc_send(&r->engine->procs, p, &m, &e) < 0 ||
	    (p->kind == PROC_LOAD && read_fence(r, p, &e) < 0) ||
	    procs_connect(&r->engine->procs, entity_resolves(r->entity), &e) <
		0)
		run_fail(r, &e);
}

/* Nothing was read yet: every stage starts afresh and the run with them. */
static void
start_again(struct run *r)
{
	procs_kill(&r->engine->procs);
	ask_forget(r);
	run_enter(r, RUN_START);
}

/* p died of why. */
void
run_bury(struct run *r, struct proc *p, const struct err *why)
{
	bool blamed = poison_blamed(r, p);
	if (r->phase == RUN_OVER)
		return;
	if (blamed)
		procs_excuse(&r->engine->procs, p);
	if (why->cls != ERR_RETRY || p->state == PROC_GIVEN_UP) {
		run_over(r, END_FAILED, why);
	} else if (r->phase <= RUN_PLAN) {
		start_again(r);
	} else if (r->phase != RUN_READ || r->joining ||
		   p->kind == PROC_EXTRACT || p->kind == PROC_DELTA) {
		run_over(r, END_ABANDONED, why);
	} else {
		/* One that dies again before it could is still one. */
		r->reopening += !p->reopening;
		p->reopening = true;
		scale_let_go(r);
		read_void_chunks(r, why, blamed);
	}
}

void
run_on_death(struct run *r, struct proc *p)
{
	if (r->phase == RUN_OVER)
		return;
	if (scale_on_death(r, p))
		return;
	if (r->phase == RUN_CLOSE) {
		closed(r);
		return;
	}
	struct err why = p->error;
	if (!ask_hold_back(r, p))
		run_bury(r, p, &why);
}

/* Whose work does not come to an end: what everybody else waits for. */
static void
say_who_works(const struct run *r, struct err *e)
{
	const struct procs *ps = &r->engine->procs;
	struct buf names = { 0 };
	for (size_t i = 0; i < ps->n; i++) {
		const struct board *b = ps->all[i].board;
		if (b && atomic_load(&b->doing) == (uint32_t)BOARD_WORKING)
			buf_printf(&names, "%s%s", names.len ? ", " : "",
			    ps->all[i].name);
	}
	size_t n = strlen(e->msg);
	if (names.len)
		snprintf(e->msg + n, sizeof(e->msg) - n,
		    "; still at work: %s. Look for locks and long "
		    "transactions where it reads or writes",
		    buf_str(&names));
	buf_free(&names);
}

static void
stands_still(struct run *r, int64_t limit_ms)
{
	struct err e = { 0 };
	err_retry(&e, "timeout", "no stage has reported anything for %lld s",
	    (long long)(limit_ms / 1000));
	say_who_works(r, &e);
	run_fail(r, &e);
}

void
run_on_time(struct run *r, int64_t now_ms)
{
	int64_t limit = r->engine->pipeline->ack_timeout_ms;
	scale_on_time(r, now_ms);
	bool starting = r->phase == RUN_START && !r->held_back;
	if (starting || r->paused || r->phase == RUN_OVER ||
	    now_ms - r->progress_ms < limit)
		return;
	if (r->phase == RUN_CLOSE)
		closed(r);
	else
		stands_still(r, limit);
}

void
run_cancel(struct run *r)
{
	if (r->phase == RUN_CLOSE)
		closed(r);
	else
		run_over(r, END_CANCELLED, NULL);
}
