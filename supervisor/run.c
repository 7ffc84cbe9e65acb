#include "supervisor/run.h"
#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/log.h"
#include "supervisor/ledger.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const phase_names[] = {
	[RUN_START] = "start",
	[RUN_DESCRIBE] = "describe",
	[RUN_PLAN] = "plan",
	[RUN_MAP] = "map",
	[RUN_OPEN] = "open",
	[RUN_READ] = "read",
	[RUN_SWEEP] = "sweep",
	[RUN_REMOVE] = "remove",
	[RUN_CLOSE] = "close",
	[RUN_OVER] = "over",
};
_Static_assert(ARRAY_LEN(phase_names) == RUN_PHASES, "one per phase");

const char *
run_phase_name(enum run_phase p)
{
	return phase_names[p];
}

void
run_over(struct run *r, enum run_end end, const struct err *why)
{
	if (r->phase == RUN_OVER)
		return;
	if (why)
		r->error = *why;
	r->end = end;
	r->phase = RUN_OVER;
}

void
run_fail(struct run *r, const struct err *why)
{
	run_over(r, why->cls == ERR_RETRY ? END_ABANDONED : END_FAILED, why);
}

int
run_send(struct run *r, enum proc_kind k, struct message *m)
{
	struct err e = { 0 };
	m->run = r->id;
	m->entity = r->entity->name;
	m->mode = r->mode;
	if (procs_send_all(&r->engine->procs, k, m, &e) == 0)
		return 0;
	run_fail(r, &e);
	return -1;
}

void
run_open_message(const struct run *r, enum proc_kind k, struct message *m)
{
	*m = (struct message){ .kind = MSG_OPEN,
		.run = r->id,
		.entity = r->entity->name,
		.mode = r->mode,
		.strategy = r->strategy,
		.body = buf_span(&r->source_schema),
		.body2 = buf_span(&r->target_schema) };
	if (k == PROC_IDENTITY || k == PROC_RESOLVER || k == PROC_LOAD)
		m->body = buf_span(&r->mapped_schema);
	if (k == PROC_IDENTITY)
		m->body2 = r->suspects ? buf_span(&r->suspects->encoded)
				       : (struct span){ 0 };
}

bool
run_loads(const struct run *r)
{
	return r->mode != MODE_ADOPT;
}

static void
open_kind(struct run *r, enum proc_kind k)
{
	struct message m;
	run_open_message(r, k, &m);
	if (run_send(r, k, &m) == 0)
		r->awaiting += (unsigned)procs_count(&r->engine->procs, k);
}

static void
enter_describe(struct run *r)
{
	struct err e = { 0 };
	if (procs_connect(&r->engine->procs, entity_resolves(r->entity), &e) <
	    0) {
		run_fail(r, &e);
		return;
	}
	ask_all(r);
	ask_settle(r);
}

static void
enter_open(struct run *r)
{
	if (!r->mapped_again)
		open_kind(r, PROC_EXTRACT);
	open_kind(r, PROC_IDENTITY);
	if (run_loads(r))
		open_kind(r, PROC_LOAD);
	if (entity_resolves(r->entity))
		open_kind(r, PROC_RESOLVER);
}

/* Whoever did not open the run has nothing to close, and could not say whose
 * end it answers. */
static bool
opened(const struct run *r, enum proc_kind k)
{
	if (k == PROC_RESOLVER)
		return entity_resolves(r->entity);
	return k != PROC_LOAD || run_loads(r);
}

static void
enter_close(struct run *r)
{
	struct message m = { .kind = MSG_CLOSE, .flag = true };
	for (int k = 0; k < PROC_KINDS; k++)
		if (opened(r, (enum proc_kind)k) &&
		    run_send(r, (enum proc_kind)k, &m) == 0)
			r->awaiting += (unsigned)procs_count(
			    &r->engine->procs, (enum proc_kind)k);
}

/* Rows that were held back are still in the source. */
static void
enter_sweep(struct run *r)
{
	struct message spare = { .kind = MSG_EXCEPT,
		.chunk = CHUNK_DELETES,
		.attempt = 1,
		.body = buf_span(&r->spared) };
	r->awaiting = (unsigned)procs_count(&r->engine->procs, PROC_DELTA);
	if (r->spared.len && run_send(r, PROC_DELTA, &spare) < 0)
		return;
	run_send(r, PROC_DELTA, &(struct message){ .kind = MSG_SWEEP });
}

static void
begin_deletes(struct run *r)
{
	struct err e = { 0 };
	r->deletes =
	    (struct chunk){ .no = CHUNK_DELETES, .state = CHUNK_ASSIGNED };
	if (ledger_assigned(r, &r->deletes, &e) < 0) {
		run_fail(r, &e);
		return;
	}
	struct message m = { .kind = MSG_DELETE,
		.chunk = CHUNK_DELETES,
		.attempt = r->deletes.attempt,
		.rows = r->unseen };
	run_send(r, PROC_DELTA, &m);
}

void
run_enter(struct run *r, enum run_phase phase)
{
	if (r->phase == RUN_OVER)
		return;
	log_debug("phase", "phase", phase_names[phase], NULL);
	r->phase = phase;
	/* What the start asked may be answered in the next phase. */
	if (phase != RUN_DESCRIBE)
		r->awaiting = 0;
	r->progress_ms = clock_mono_ms();
	switch (phase) {
	case RUN_START:
		ask_all(r);
		if (procs_ready(&r->engine->procs))
			run_enter(r, RUN_DESCRIBE);
		break;
	case RUN_DESCRIBE:
		enter_describe(r);
		break;
	case RUN_PLAN:
		if (r->planned)
			ask_planned(r);
		break;
	case RUN_MAP:
		open_kind(r, PROC_NORMALIZE);
		break;
	case RUN_OPEN:
		enter_open(r);
		break;
	case RUN_READ:
		read_begin(r);
		break;
	case RUN_SWEEP:
		enter_sweep(r);
		break;
	case RUN_REMOVE:
		begin_deletes(r);
		break;
	case RUN_CLOSE:
		enter_close(r);
		break;
	case RUN_OVER:
	case RUN_PHASES:
		break;
	}
}

static void
pick_strategy(struct run *r)
{
	const struct entity *en = r->entity;
	bool full = en->strategy == STRATEGY_FULL;
	bool versions = en->strategy == STRATEGY_ROWVERSION ||
			(en->strategy == STRATEGY_AUTO && en->rowversion);
	r->strategy = full ? STRATEGY_FULL : STRATEGY_HASH;
	const char *why = full ? "delta: full"
			  : versions
			      ? "no watermark yet: the whole source is read"
			  : en->strategy == STRATEGY_AUTO
			      ? "auto: the source has no rowversion"
			      : "delta: hash";
	if (versions && r->mode == MODE_SYNC && r->watermark.len &&
	    !r->resumed) {
		r->strategy = STRATEGY_ROWVERSION;
		why = "there is a watermark";
	}
	if (r->resumed)
		why = "goes on where an earlier night ended";
	snprintf(r->reason, sizeof(r->reason), "%s", why);
}

/* Those that earlier runs found: their rows are there, all the same. */
static void
hold_back(struct run *r)
{
	const struct suspects *s = r->suspects;
	for (size_t i = 0; i < s->nkeys; i++)
		buf_put(&r->spared, s->keys[i].key, sizeof(s->keys[i].key));
	r->poisonous = (unsigned)s->nkeys;
}

int
run_begin(struct run *r, struct err *e)
{
	r->started_ms = r->progress_ms = clock_mono_ms();
	procs_begin(&r->engine->procs);
	for (size_t i = 0; i < LIMIT_WORKERS; i++)
		r->reading[i] = -1;
	for (size_t i = 0; i < r->engine->procs.n; i++)
		r->engine->procs.all[i].reopening =
		    r->engine->procs.all[i].asked = false;
	if (r->suspects)
		hold_back(r);
	if (ledger_begin(r, e) < 0)
		return -1;
	log_set_run(r->id, r->entity->name);
	pick_strategy(r);
	run_enter(r, RUN_START);
	return 0;
}

static void
chunk_free(struct chunk *c)
{
	buf_free(&c->range);
	buf_free(&c->version);
	poison_free(&c->poison);
}

static void
free_chunks(struct run *r)
{
	for (size_t i = 0; i < r->nchunks; i++)
		chunk_free(&r->chunks[i]);
	r->nchunks = 0;
}

void
run_forget_chunks(struct run *r)
{
	r->estimate = 0;
	r->replanned = 0;
	if (r->resumed)
		return;
	r->stable = r->mode == MODE_SYNC && !r->given;
	free_chunks(r);
}

void
run_free(struct run *r)
{
	free_chunks(r);
	chunk_free(&r->deletes);
	free(r->chunks);
	buf_free(&r->source_schema);
	buf_free(&r->target_schema);
	buf_free(&r->mapped_schema);
	buf_free(&r->opened_schema);
	buf_free(&r->watermark);
	buf_free(&r->probe.checksum);
	buf_free(&r->probe.digest);
	buf_free(&r->probe.last);
	buf_free(&r->spared);
	buf_free(&r->sample);
	buf_free(&r->why);
	log_set_run(0, NULL);
}

static const char *const end_names[] = {
	[END_NONE] = "running",
	[END_COMPLETED] = "completed",
	[END_REJECTS] = "completed_with_rejects",
	[END_HALTED] = "halted",
	[END_FAILED] = "failed",
	[END_ABANDONED] = "failed",
	[END_PAUSED] = "paused",
	[END_CANCELLED] = "cancelled",
};
_Static_assert(ARRAY_LEN(end_names) == END_CANCELLED + 1, "one per end");

const char *
run_end_name(enum run_end end)
{
	return end_names[end];
}
