#include "proto/log.h"
#include "supervisor/ledger.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"
#include "supervisor/run_probe.h"
#include <string.h>

/*
 * Chunks while they are read. A chunk is complete when every row it read is
 * accounted for by acks of its present attempt, and it is known which ones were
 * rejected: their stage says that, another one the ack, and either may come
 * first. Then what was applied is
 * committed to the state, and only then is it done in the ledger.
 */
static struct chunk *
find_chunk(struct run *r, const struct message *m)
{
	struct chunk *c = NULL;
	if (m->chunk == CHUNK_DELETES)
		c = r->phase == RUN_REMOVE ? &r->deletes : NULL;
	else if (m->chunk < r->nchunks)
		c = &r->chunks[m->chunk];
	/* Words about an older attempt are void. */
	return c && c->attempt == m->attempt ? c : NULL;
}

static void
fail_if(struct run *r, int result, const struct err *e)
{
	if (result < 0)
		run_fail(r, e);
}

void
read_begin(struct run *r)
{
	procs_worked(&r->engine->procs);
	if (r->probe.same)
		probe_account(r);
	read_go_on(r);
}

void
read_go_on(struct run *r)
{
	if (r->reopening || r->phase != RUN_READ)
		return;
	if (r->done == r->nchunks)
		finish_reading(r);
	else
		read_assign(r);
}

/* Load is to show which of the parts it dies of. */
static int
take_care(struct run *r, const struct chunk *c, struct buf *care)
{
	struct message m = { .kind = MSG_FENCE,
		.chunk = c->no,
		.attempt = c->attempt,
		.flag = true };
	care_encode(c->poison.v, c->poison.n, care);
	return run_loads(r) ? run_send(r, PROC_LOAD, &m) : 0;
}

static void
assign(struct run *r, unsigned worker, struct chunk *c)
{
	struct err e = { 0 };
	struct procs *ps = &r->engine->procs;
	struct buf care = { 0 };
	int result = ledger_assigned(r, c, &e);
	if (result == 0 && c->poison.n)
		result = take_care(r, c, &care);
	struct message m = { .kind = MSG_ASSIGN,
		.run = r->id,
		.chunk = c->no,
		.attempt = c->attempt,
		.body = buf_span(&c->range),
		.body2 = buf_span(&care) };
	c->state = CHUNK_ASSIGNED;
	r->reading[worker] = c->no;
	if (result == 0)
		result =
		    proc_send(ps, procs_get(ps, PROC_EXTRACT, worker), &m, &e);
	buf_free(&care);
	fail_if(r, result, &e);
}

bool
read_newest_first(const struct run *r)
{
	return r->mode == MODE_SYNC && r->state_rows && r->nchunks &&
	       r->chunks[r->nchunks - 1].newest;
}

/* In order; but after the first one comes what may have changed, if there is a
 * state to compare it with: the target writes that while the rest is read. */
static struct chunk *
next_planned(struct run *r)
{
	if (read_newest_first(r) && r->chunks[0].state != CHUNK_PLANNED) {
		struct chunk *last = &r->chunks[r->nchunks - 1];
		if (last->state == CHUNK_PLANNED)
			return last;
	}
	while (
	    r->next < r->nchunks && r->chunks[r->next].state != CHUNK_PLANNED)
		r->next++;
	return r->next < r->nchunks ? &r->chunks[r->next] : NULL;
}

static uint64_t
accounted(const struct chunk *c)
{
	uint64_t n = 0;
	for (size_t i = 0; i < OUT_COUNT; i++)
		n += c->counts[i];
	return n;
}

/* Delta has put rows of it aside, and nothing else is to come. */
static bool
set_aside(const struct chunk *c)
{
	return c->state == CHUNK_ASSIGNED && c->ended && c->held &&
	       accounted(c) + c->held == c->rows;
}

/* What is set aside goes on once all is read, and here that never comes. */
bool
read_in_flight(struct run *r)
{
	bool unread = next_planned(r) != NULL;
	for (size_t i = 0; i < r->nchunks; i++) {
		const struct chunk *c = &r->chunks[i];
		if (c->state == CHUNK_COMMITTING ||
		    (c->state == CHUNK_ASSIGNED && !(unread && set_aside(c))))
			return true;
	}
	return false;
}

void
read_assign(struct run *r)
{
	if (r->reopening || r->phase != RUN_READ)
		return;
	if (r->draining) {
		if (!read_in_flight(r) && r->done < r->nchunks)
			pause_or_cancel(r);
		return;
	}
	if (r->pausing) {
		if (!read_in_flight(r))
			pause_reached(r);
		return;
	}
	if (scale_holds(r))
		return;
	size_t workers = procs_count(&r->engine->procs, PROC_EXTRACT);
	for (unsigned i = 0; i < workers && r->phase == RUN_READ; i++) {
		if (r->reading[i] >= 0)
			continue;
		struct chunk *c = next_planned(r);
		if (!c)
			return;
		assign(r, i, c);
	}
}

static void
clear_attempt(struct run *r, struct chunk *c)
{
	r->rows_read -= c->rows;
	for (size_t i = 0; i < OUT_COUNT; i++)
		r->counts[i] -= c->counts[i];
	memset(c->counts, 0, sizeof(c->counts));
	c->ended = false;
	c->ends = 0;
	c->rows = c->batches = c->bytes = c->held = 0;
	c->committed = 0;
	c->told = c->keyless = 0;
	buf_clear(&c->version);
}

/* A chunk has had all its tries: the run ends of what the last one died of. */
static void
give_up(struct run *r, const struct chunk *c, const struct err *why)
{
	struct err e = *why;
	(void)err_wrap(&e, "chunk %u failed %u times, at last because", c->no,
	    c->failures);
	run_over(r, END_FAILED, &e);
}

void
read_void_chunks(struct run *r, const struct err *why, bool learnt)
{
	for (size_t i = 0; i < r->nchunks; i++) {
		struct chunk *c = &r->chunks[i];
		if (c->state != CHUNK_ASSIGNED)
			continue;
		c->failures += !learnt;
		if (c->failures >= (unsigned)r->engine->tries) {
			give_up(r, c, why);
			return;
		}
		clear_attempt(r, c);
		c->state = CHUNK_PLANNED;
		struct message m = { .kind = MSG_FENCE,
			.chunk = c->no,
			.attempt = c->attempt + 1 };
		log_info("chunk will be read again", "chunk", log_u64(c->no),
		    "attempt", log_u64(c->attempt + 1), NULL);
		if (run_send(r, PROC_EXTRACT, &m) < 0 ||
		    run_send(r, PROC_DELTA, &m) < 0 ||
		    run_send(r, PROC_LOAD, &m) < 0)
			return;
	}
	for (size_t i = 0; i < LIMIT_WORKERS; i++)
		r->reading[i] = -1;
	r->next = 0;
}

/* One that is new does not know what is void. */
int
read_fence(struct run *r, const struct proc *p, struct err *e)
{
	for (size_t i = 0; i < r->nchunks; i++) {
		const struct chunk *c = &r->chunks[i];
		struct message m = { .kind = MSG_FENCE,
			.run = r->id,
			.chunk = c->no,
			.attempt = c->attempt + (c->state == CHUNK_PLANNED),
			.flag = c->poison.n != 0 };
		bool sent = c->attempt > 0 && (c->state == CHUNK_PLANNED ||
						  c->state == CHUNK_ASSIGNED);
		if (sent && proc_send(&r->engine->procs, p, &m, e) < 0)
			return -1;
	}
	return 0;
}

static int
send_commit(struct run *r, struct chunk *c, struct err *e)
{
	struct buf page = { 0 };
	uint64_t from = 0;
	int more;
	while ((more = ledger_not_applied(r, c, &from, &page, e)) == 1) {
		struct message m = { .kind = MSG_EXCEPT,
			.chunk = c->no,
			.attempt = c->attempt,
			.body = buf_span(&page) };
		if (run_send(r, PROC_DELTA, &m) < 0)
			break;
	}
	buf_free(&page);
	/* While delta writes, nobody else may have the entity. */
	if (more < 0 || ledger_hold(r, e) < 0)
		return -1;
	c->state = CHUNK_COMMITTING;
	struct message m = {
		.kind = MSG_COMMIT, .chunk = c->no, .attempt = c->attempt
	};
	return run_send(r, PROC_DELTA, &m);
}

static void
books_do_not_balance(struct run *r, const struct chunk *c)
{
	struct err e = { 0 };
	err_config(&e, "books",
	    "the books do not balance: chunk %u read %llu rows and %llu are "
	    "accounted for",
	    c->no, (unsigned long long)c->rows,
	    (unsigned long long)accounted(c));
	run_over(r, END_FAILED, &e);
}

/* Once all was read and delta buffered some of it, it is told to join. */
static void
join_if_held(struct run *r)
{
	bool held = false;
	for (size_t i = 0; i < r->nchunks; i++) {
		const struct chunk *c = &r->chunks[i];
		if (c->state == CHUNK_DONE || c->state == CHUNK_COMMITTING)
			continue;
		if (!set_aside(c))
			return;
		held = true;
	}
	if (!held || r->joining)
		return;
	r->joining = true;
	run_send(r, PROC_DELTA, &(struct message){ .kind = MSG_JOIN });
}

static void
complete_if_accounted(struct run *r, struct chunk *c)
{
	struct err e = { 0 };
	unsigned ends = c == &r->deletes ? (unsigned)procs_count(
					       &r->engine->procs, PROC_DELTA)
					 : 1;
	if (c->state != CHUNK_ASSIGNED || c->ends < ends)
		return;
	uint64_t n = accounted(c);
	if (n > c->rows) {
		books_do_not_balance(r, c);
	} else if (n == c->rows && c->told >= c->counts[OUT_REJECTED]) {
		finish_judge(r, false);
		if (r->phase != RUN_OVER)
			fail_if(r, send_commit(r, c, &e), &e);
	}
	/* This may have been what those set aside were waiting for. */
	if (r->phase == RUN_READ)
		join_if_held(r);
}

void
read_on_chunk_end(struct run *r, struct proc *p, const struct message *m)
{
	struct chunk *c = find_chunk(r, m);
	if (p->kind == PROC_EXTRACT && r->reading[p->instance] == m->chunk && c)
		r->reading[p->instance] = -1;
	if (!c || c->state != CHUNK_ASSIGNED)
		return;
	c->ended = true;
	c->ends++;
	c->rows += m->rows;
	c->batches += m->seq;
	c->bytes += m->bytes;
	if (c != &r->deletes)
		r->rows_read += m->rows;
	buf_clear(&c->version);
	buf_put(&c->version, m->version.data, m->version.len);
	complete_if_accounted(r, c);
	read_assign(r);
}

void
read_on_ack(struct run *r, const struct message *m)
{
	struct chunk *c = find_chunk(r, m);
	if (!c || c->state != CHUNK_ASSIGNED)
		return;
	for (size_t i = 0; i < OUT_COUNT; i++) {
		c->counts[i] += m->counts[i];
		r->counts[i] += m->counts[i];
	}
	c->held += m->held;
	procs_worked(&r->engine->procs);
	finish_judge(r, false);
	if (r->phase == RUN_OVER)
		return;
	complete_if_accounted(r, c);
	if (r->draining || r->pausing)
		read_assign(r);
}

void
read_on_reject(struct run *r, const struct message *m)
{
	struct err e = { 0 };
	struct chunk *c = find_chunk(r, m);
	if (!c || c->state != CHUNK_ASSIGNED)
		return;
	fail_if(r, ledger_rejects(r, c, m, &e), &e);
	if (r->phase == RUN_OVER)
		return;
	complete_if_accounted(r, c);
	if (r->draining || r->pausing)
		read_assign(r);
}

void
read_on_committed(struct run *r, const struct message *m)
{
	struct err e = { 0 };
	struct chunk *c = find_chunk(r, m);
	if (!c || c->state != CHUNK_COMMITTING)
		return;
	if (++c->committed < procs_count(&r->engine->procs, PROC_DELTA))
		return;
	c->state = CHUNK_DONE;
	if (ledger_done(r, c, &e) < 0) {
		run_fail(r, &e);
		return;
	}
	if (c == &r->deletes) {
		finish_committed_deletes(r);
		return;
	}
	r->done++;
	read_go_on(r);
}
