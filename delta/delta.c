/*
 * delta - INSERT, UPDATE, DELETE or nothing, for every row
 *
 * in parts of batches with hashes    out changes
 * state one SQLite file an entity and partition (state.h)
 * exits 0 64 71 75 78
 * Target first, then state: a change is journalled only once load has
 * acknowledged it and the supervisor says commit. As a filter the first delta
 * of a pipe compares and writes nothing; a second one, with --commit, stands
 * behind load and journals what came through.
 */
#include "delta/recorder.h"
#include "delta/worker.h"
#include "proto/guard.h"
#include "proto/log.h"
#include "proto/stage.h"

/* A file of its own is worth it, and a merge: a short night's changes. */
enum { SEGMENT_BYTES = 1 << 20, MERGE_RECORDS = 100000 };

/* Batches that may wait in memory, by how large the state is: those that come
 * while it is read, or an index made, and changes that the target has no time
 * for yet, of one row in eight or so. A night that writes more than that takes
 * as long as its target does. */
enum {
	WAIT_BYTES_AN_ENTRY = 16,
	AHEAD_BYTES_MIN = 32 << 20,
	AHEAD_BYTES_MAX = 512 << 20,
	LATER_BYTES_MAX = 256 << 20
};

struct delta {
	bool commit; /* --commit */
	struct outlet outlet;
	struct worker worker;
	struct recorder recorder;
	/* As a filter there is no supervisor to judge the guards. */
	struct guard_facts facts;
	/* Bytes of batches that may wait, by what for. */
	uint64_t ahead, later;
};

static const struct option_key keys[] = {
	OPTION_FLAG(struct delta, commit, "--commit", 0,
	    "as a filter behind load, journal what the target has taken"),
	OPTION_END,
};

/* --- where results go ---------------------------------------------------- */

static int
guard(
    struct stage *st, struct delta *self, const struct batch *b, struct err *e)
{
	const struct column *op = batch_find(b, ROLE_OP, NULL);
	struct buf why = { 0 };
	int r = 0;

	for (size_t i = 0; op && i < b->nrows; i++)
		self->facts.updates += op->data[i] == OP_UPDATE;
	if (!guard_updates(stage_entity(st), &self->facts, &why))
		r = err_config(e, "guard", "%s", buf_str(&why));
	buf_free(&why);
	return r;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Rows that changed can stand close together, and the target takes a hundred
 * times as long for one as the rest of the night: it is read meanwhile. */
static int
out_send(void *ctx, struct batch **b, struct err *e)
{
	struct stage *st = ctx;
	struct delta *self = stage_state(st);
	if (stage_is_filter(st) && guard(st, self, *b, e))
		return -1;
	uint64_t room = least(self->later, worker_room(&self->worker));
	return stage_send_later(st, b, room, e);
}

static int
out_ack(void *ctx, const struct batch *b, const uint64_t *counts, uint64_t held,
    struct err *e)
{
	struct message m = { .kind = MSG_ACK,
		.chunk = b->chunk,
		.attempt = b->attempt,
		.seq = b->seq,
		.part = b->part,
		.held = held };

	if (!held)
		return stage_ack(ctx, b, counts, e);
	for (size_t i = 0; i < OUT_COUNT; i++)
		m.counts[i] = b->left[i];
	return stage_report(ctx, &m, e);
}

static void
out_reject(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	stage_reject(ctx, b, row, NULL, why);
}

/* --- a run --------------------------------------------------------------- */

static struct rules
rules_of(const struct stage *st, const struct message *m, bool commit)
{
	const struct pipeline *p = stage_pipeline(st);
	enum strategy strategy = (enum strategy)m->strategy;

	return (struct rules){
		.en = stage_entity(st),
		.store_dir = p->store_dir,
		.run = m->run,
		.mode = m->mode,
		.strategy =
		    strategy == STRATEGY_AUTO ? STRATEGY_HASH : strategy,
		.parts = (uint32_t)p->state_partitions,
		.memory = (uint64_t)p->state_memory,
		.segment_bytes = SEGMENT_BYTES,
		.merge_from = MERGE_RECORDS,
		.write = commit || !stage_is_filter(st),
		.blind = commit,
	};
}

static int
report_opened(struct stage *st, struct delta *self, uint64_t rows,
    uint64_t unproven, struct err *e)
{
	self->facts =
	    (struct guard_facts){ .state_rows = rows, .unproven = unproven };
	return stage_report(st,
	    &(struct message){ .kind = MSG_OPENED,
		.rows = rows,
		.held = unproven,
		.bytes = worker_revision(&self->worker) },
	    e);
}

/* Within what the tables leave of the memory by now. */
static void
take_ahead(void *ctx)
{
	const struct delta *self = stage_state(ctx);
	stage_take_ahead(ctx, least(self->ahead, worker_room(&self->worker)));
}

/* The source is read while we read the state: what we have to say of it can
 * often be said before. Batches wait meanwhile. */
static int
read_state(struct stage *st, struct delta *self, struct err *e)
{
	struct worker *w = &self->worker;
	uint64_t entries, wait = worker_entries(w) * WAIT_BYTES_AN_ENTRY;
	int foreseen = worker_foresee(w, &entries, e);

	self->later = least(LATER_BYTES_MAX, wait);
	self->ahead = least(
	    AHEAD_BYTES_MAX, wait > AHEAD_BYTES_MIN ? wait : AHEAD_BYTES_MIN);
	if (foreseen < 0 ||
	    (foreseen && report_opened(st, self, entries, 0, e)) ||
	    worker_read(w, e))
		return -1;
	log_debug("state read", "entries", log_u64(worker_known(w)),
	    "partitions", log_u64(w->nparts), NULL);
	return foreseen ? 0
			: report_opened(
			      st, self, worker_known(w), worker_unproven(w), e);
}

static int
delta_open(struct stage *st, const struct message *m, struct err *e)
{
	struct delta *self = stage_state(st);
	struct rules rules = rules_of(st, m, self->commit);
	bool alone = stage_is_filter(st);

	self->facts = (struct guard_facts){ 0 };
	if (self->commit && !alone)
		return err_config(e, "usage", "--commit needs --stdio");
	if (self->commit)
		return recorder_open(&self->recorder, &rules, e);
	rules.meanwhile = (struct meanwhile){ take_ahead, st };
	self->outlet = (struct outlet){ st, out_send, out_ack, out_reject };
	self->worker.out = &self->outlet;
	if (worker_open(&self->worker, &rules, alone ? 0 : stage_instance(st),
		alone ? 1 : stage_instances(st), e))
		return -1;
	return read_state(st, self, e);
}

static int
record(struct stage *st, struct delta *self, struct batch **b, struct err *e)
{
	static const enum outcome outcomes[] = { [OP_INSERT] = OUT_INSERTED,
		[OP_UPDATE] = OUT_UPDATED,
		[OP_DELETE] = OUT_DELETED };
	const struct column *op = batch_find(*b, ROLE_OP, NULL);
	uint64_t counts[OUT_COUNT] = { 0 };

	if (recorder_batch(&self->recorder, *b, e))
		return -1;
	for (size_t i = 0; i < (*b)->nrows; i++)
		counts[outcomes[op->data[i]]]++;
	return stage_ack(st, *b, counts, e);
}

static int
delta_batch(struct stage *st, struct batch **b, struct err *e)
{
	struct delta *self = stage_state(st);

	if (self->commit)
		return record(st, self, b, e);
	/* Those whose key is known come in batches of their own. */
	if (!(*b)->keys_only)
		self->facts.keyless += (*b)->left[OUT_REJECTED];
	return worker_batch(&self->worker, b, e);
}

static void
delta_close(struct stage *st)
{
	struct delta *self = stage_state(st);

	if (!self->commit) {
		worker_close(&self->worker);
		return;
	}
	/* What came through is in the target, whatever happened after it. */
	struct err e = { 0 };
	if (recorder_commit(&self->recorder, &e))
		log_err(LOG_LEVEL_ERROR, "state not written", &e);
	recorder_close(&self->recorder);
}

/* --- with a supervisor --------------------------------------------------- */

static int
commit_chunk(struct stage *st, struct delta *self, const struct message *m,
    struct err *e)
{
	if (worker_commit(&self->worker, m->chunk, m->attempt, e))
		return -1;
	return stage_report(st,
	    &(struct message){ .kind = MSG_COMMITTED,
		.chunk = m->chunk,
		.attempt = m->attempt },
	    e);
}

static int
sweep(struct stage *st, struct delta *self, struct err *e)
{
	struct message m = { .kind = MSG_SWEPT };
	struct buf sample = { 0 };
	int r = worker_sweep(&self->worker, &m.rows, &sample, e);

	m.body = buf_span(&sample);
	if (r == 0)
		r = stage_report(st, &m, e);
	buf_free(&sample);
	return r;
}

static int
send_deletes(struct stage *st, struct delta *self, uint32_t attempt,
    uint64_t max, struct err *e)
{
	struct worker_deletes d = { .attempt = attempt, .max = max };

	if (worker_delete(&self->worker, &d, e))
		return -1;
	return stage_report(st,
	    &(struct message){ .kind = MSG_CHUNK_END,
		.chunk = CHUNK_DELETES,
		.attempt = attempt,
		.seq = d.batches,
		.rows = d.rows },
	    e);
}

/* The run is good without it, and the next one tries again. */
static void
tidy(struct worker *w)
{
	struct err e = { 0 };
	if (worker_merge(w, &e))
		log_err(LOG_LEVEL_WARN, "state not merged", &e);
}

/* --- without one --------------------------------------------------------- */

static int
judge_deletes(struct stage *st, struct delta *self, struct err *e)
{
	struct buf why = { 0 }, sample = { 0 };
	int r = worker_sweep(&self->worker, &self->facts.deletes, &sample, e);

	if (r == 0 && !guard_deletes(stage_entity(st), &self->facts, &why))
		r = err_config(e, "guard", "%s", buf_str(&why));
	buf_free(&why);
	buf_free(&sample);
	return r;
}

static int
finish_stream(
    struct stage *st, struct delta *self, bool complete, struct err *e)
{
	if (worker_join(&self->worker, e))
		return -1;
	if (!complete || self->worker.rules.strategy == STRATEGY_ROWVERSION)
		return 0;
	if (judge_deletes(st, self, e))
		return -1;
	if (!self->facts.deletes)
		return 0;
	return send_deletes(st, self, 1, self->facts.deletes, e);
}

static int
record_mark(struct delta *self, const struct message *m, struct err *e)
{
	if (recorder_commit(&self->recorder, e))
		return -1;
	return m->kind == MSG_END && m->flag
		   ? recorder_merge(&self->recorder, e)
		   : 0;
}

static int
delta_control(struct stage *st, const struct message *m, struct err *e)
{
	struct delta *self = stage_state(st);
	struct worker *w = &self->worker;

	if (self->commit)
		return record_mark(self, m, e);
	/* One message of many kinds: the rest is for other stages. */
	if (m->kind == MSG_FENCE)
		return worker_fence(w, m->chunk, m->attempt, e);
	if (m->kind == MSG_EXCEPT)
		return worker_except(w, m->chunk, m->attempt, m->body, e);
	if (m->kind == MSG_COMMIT)
		return commit_chunk(st, self, m, e);
	if (m->kind == MSG_JOIN)
		return worker_join(w, e);
	if (m->kind == MSG_SWEEP)
		return sweep(st, self, e);
	if (m->kind == MSG_DELETE)
		return send_deletes(st, self, m->attempt, m->rows, e);
	if (m->kind == MSG_CLOSE && m->flag)
		tidy(w);
	if (m->kind == MSG_CHUNK_END)
		self->facts.source_rows += m->rows;
	if (m->kind == MSG_END)
		return finish_stream(st, self, m->flag, e);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "delta",
		.summary = "find out what changed since the last run",
		.keys = keys,
		.state_size = sizeof(struct delta),
		.by_part = true,
		.open = delta_open,
		.batch = delta_batch,
		.control = delta_control,
		.close = delta_close,
	};
	return stage_main(argc, argv, &def);
}
