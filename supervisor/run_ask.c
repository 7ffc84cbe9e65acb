#include "proto/log.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"
#include "supervisor/run_pass.h"
#include "supervisor/run_probe.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What is asked before anything is read: load what the target is, delta what
 * the state knows, extract what the source is and how it will be cut. Each is
 * asked as soon as it is ready, and they answer side by side. The answers are
 * judged as if they came one after the other, target and state first: how a
 * run ends does not depend on who was faster.
 */
static void
keep(struct buf *to, struct span from)
{
	buf_clear(to);
	buf_put(to, from.data, from.len);
}

static void
ask_target(struct run *r, bool count)
{
	struct err e = { 0 };
	struct procs *ps = &r->engine->procs;
	struct message m = { .kind = MSG_DESCRIBE,
		.entity = r->entity->name,
		.mode = r->mode,
		.flag = count };
	r->awaiting++;
	if (proc_send(ps, procs_get(ps, PROC_LOAD, 0), &m, &e) < 0)
		run_fail(r, &e);
}

static void
ask_state(struct run *r, const struct proc *p)
{
	struct err e = { 0 };
	struct message m;
	run_open_message(r, PROC_DELTA, &m);
	r->awaiting++;
	if (proc_send(&r->engine->procs, p, &m, &e) < 0)
		run_fail(r, &e);
}

static void
ask_plan(struct run *r)
{
	struct err e = { 0 };
	struct procs *ps = &r->engine->procs;
	struct message m = { .kind = MSG_PLAN,
		.run = r->id,
		.entity = r->entity->name,
		.mode = r->mode,
		.strategy = r->strategy,
		.flag = true };
	struct buf ranges = { 0 };
	if (r->strategy == STRATEGY_ROWVERSION)
		m.version = buf_span(&r->watermark);
	run_forget_chunks(r);
	if (r->resumed)
		pass_ranges(r, &ranges);
	m.body = buf_span(&ranges);
	r->planned = false;
	r->planning = true;
	if (proc_send(ps, procs_get(ps, PROC_EXTRACT, 0), &m, &e) < 0)
		run_fail(r, &e);
	buf_free(&ranges);
}

/* One of several speaks for target and source, but each delta for its part. */
static bool
concerns(const struct run *r, const struct proc *p)
{
	if (p->kind == PROC_DELTA)
		return true;
	return p->instance == 0 && (p->kind == PROC_EXTRACT ||
				       (p->kind == PROC_LOAD && run_loads(r)));
}

void
ask(struct run *r, struct proc *p)
{
	if (p->asked || p->state != PROC_READY || r->phase == RUN_OVER ||
	    !concerns(r, p))
		return;
	p->asked = true;
	if (p->kind == PROC_DELTA)
		ask_state(r, p);
	else if (p->kind == PROC_LOAD)
		ask_target(r, false);
	else
		ask_plan(r);
}

void
ask_all(struct run *r)
{
	struct procs *ps = &r->engine->procs;
	for (size_t i = 0; i < ps->n; i++)
		ask(r, &ps->all[i]);
}

void
ask_forget(struct run *r)
{
	struct procs *ps = &r->engine->procs;
	for (size_t i = 0; i < ps->n; i++)
		ps->all[i].asked = false;
	run_forget_chunks(r);
	r->planning = r->plan_stale = r->planned = false;
	r->target_made = r->mapped_again = false;
	r->held_back = NULL;
	r->counting = false;
	r->target_rows = r->state_rows = r->unproven = 0;
	r->probe.state_revision = 0;
}

/* --- target and state ------------------------------------------------------
 */

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
		ask_target(r, true);
	}
	return true;
}

/*
 * A table that load would make anew, empty, under rows that the state takes for
 * written: they would be unchanged for good. Inserts in doubt may be all that
 * there ever was. An empty table may be what a crash left in the middle of
 * deleting all, so that it is only said.
 */
static bool
target_gone(struct run *r)
{
	uint64_t known = r->state_rows - r->unproven;
	bool kept =
	    run_loads(r) && r->entity->target.conn->driver != DRIVER_NULL;
	if (!kept || !known || r->target_rows || r->mode == MODE_ADOPT)
		return false;
	if (!r->target_missing) {
		log_warn("the target is empty, although the state knows rows "
			 "of it",
		    "table", r->entity->target.table, "rows", log_u64(known),
		    NULL);
		return false;
	}
	struct err e = { 0 };
	err_config(&e, "target_gone",
	    "entity %s: target table %s does not exist, but the state knows "
	    "%" PRIu64 " rows of it. Put the table back, or move the entity's "
	    "folder away from %s/state to have it made and filled anew",
	    r->entity->name, r->entity->target.table, known,
	    r->engine->pipeline->store_dir);
	run_over(r, END_FAILED, &e);
	return true;
}

/* Delta opened for versions; it opens again for what it will be, and the
 * source is read from its beginning. */
static void
ask_again(struct run *r)
{
	struct procs *ps = &r->engine->procs;
	r->state_rows = r->unproven = r->probe.state_revision = 0;
	for (size_t i = 0; i < procs_count(ps, PROC_DELTA); i++)
		ask_state(r, procs_get(ps, PROC_DELTA, (unsigned)i));
	if (r->planning)
		r->plan_stale = true;
	else
		ask_plan(r);
}

static bool
answered(const struct run *r)
{
	const struct procs *ps = &r->engine->procs;
	if (r->awaiting)
		return false;
	for (size_t i = 0; i < ps->n; i++) {
		const struct proc *p = &ps->all[i];
		if (p->kind != PROC_EXTRACT && concerns(r, p) && !p->asked)
			return false;
	}
	return true;
}

void
ask_settle(struct run *r)
{
	bool early = r->phase == RUN_START && !r->held_back;
	if (r->phase > RUN_DESCRIBE || early || !answered(r) || pass_lost(r) ||
	    target_unknown(r) || target_gone(r))
		return;
	if (r->held_back)
		run_bury(r, r->held_back, &r->held_error);
	else if (state_lost(r))
		ask_again(r);
	else
		run_enter(r, RUN_PLAN);
}

bool
ask_hold_back(struct run *r, struct proc *p)
{
	if (p->kind != PROC_EXTRACT || !p->asked || r->phase > RUN_DESCRIBE)
		return false;
	r->held_back = p;
	r->held_error = p->error;
	ask_settle(r);
	return true;
}

void
ask_on_described(struct run *r, const struct message *m)
{
	r->target_rows = m->rows;
	r->target_missing = !m->flag;
	keep(&r->target_schema, m->body);
}

/* --- the plan ---------------------------------------------------------------
 */

void
ask_on_chunk(struct run *r, const struct message *m)
{
	if (r->given || !r->planning)
		return;
	if (r->resumed) {
		pass_on_chunk(r, m);
		return;
	}
	if (r->nchunks == r->chunks_cap) {
		r->chunks_cap = r->chunks_cap ? r->chunks_cap * 2 : 8;
		r->chunks =
		    mem_realloc(r->chunks, r->chunks_cap * sizeof(*r->chunks));
	}
	struct chunk *c = &r->chunks[r->nchunks];
	*c = (struct chunk){ .no = (uint32_t)r->nchunks, .newest = m->part };
	keep(&c->range, m->body);
	r->estimate += m->rows;
	r->stable = r->stable && m->flag;
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

void
ask_planned(struct run *r)
{
	probe_planned(r);
	if (r->suspects)
		suspects_lead(r->suspects, r->chunks, r->nchunks);
	log_info(
	    "planned", "chunks", log_u64(r->nchunks), "why", r->reason, NULL);
	run_enter(r, RUN_MAP);
}

void
ask_on_planned(struct run *r, const struct message *m)
{
	if (!r->planning)
		return;
	if (r->plan_stale) {
		r->plan_stale = false;
		ask_plan(r);
		return;
	}
	r->planning = false;
	r->planned = true;
	keep(&r->source_schema, m->body);
	keep(&r->probe.checksum, m->version);
	r->probe.rows = m->rows;
	r->snapshot = m->flag;
	if (r->given)
		take_given(r);
	if (r->phase == RUN_PLAN)
		ask_planned(r);
}
