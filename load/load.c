/*
 * load - apply changes to the target and say what was applied
 *
 * in batch/1 of changes    out acknowledgements; as a filter the rows applied
 * state none but the target itself    exits 0 64 71 75 78
 *
 * Many parts share one target transaction, and nothing is acknowledged before
 * it has committed. A row that the target refuses becomes a reject with the
 * target's own code and words; its neighbours go in. Parts of an attempt that
 * has a successor are dropped without a word. Deletes find rows by key; soft
 * deletes mark them, and a row that comes back loses the mark.
 */
#include "load/apply.h"
#include "load/fence.h"
#include "load/target.h"
#include "proto/schema.h"
#include "proto/stage.h"

struct load {
	bool describe;
	struct target_table *looked; /* what the last describe saw; or NULL */
	bool told_missing;           /* … was that there is no table yet */
	struct target_table *target;
	struct apply apply;
	struct fence fence;
	struct pg_kept kept; /* between two targets */
	struct target_from from;
};

static const struct option_key keys[] = {
	OPTION_FLAG(struct load, describe, "--describe", 0,
	    "print the target's columns for syncline-normalize --target"),
	OPTION_END,
};

static void
sink_reject(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	stage_reject(ctx, b, row, NULL, why);
}

static int
sink_done(void *ctx, struct batch **b, const uint64_t *counts, struct err *e)
{
	if ((*b)->nrows)
		return stage_done(ctx, b, counts, e);
	int r = stage_ack(ctx, *b, counts, e);
	batch_free(b);
	return r;
}

/*
 * The supervisor's MSG_OPEN has the mapped fields, so the table is created and
 * checked before the first row. In a pipe it is the source's schema that
 * passes by: the first batch then shows what the fields are.
 */
static int
prepare_early(struct load *self, enum run_mode mode,
    const struct schema *mapped, struct err *e)
{
	const struct target_table *t = self->target;
	if (!mapped->ncols)
		return 0;
	/* A sweep reads keys only, so only deletes can come of it. */
	if (mode != MODE_SWEEP &&
	    apply_prepare(&self->apply, PLAN_UPSERT, mapped, e) < 0)
		return -1;
	if (!t->exists || t->entity->deletes.policy == DELETES_IGNORE)
		return 0;
	return apply_prepare(&self->apply, PLAN_DELETE, mapped, e);
}

/* Says what the table is; its rows are counted up to most. */
static int
tell(struct stage *st, enum message_kind kind, struct target_table *t,
    uint64_t most, struct err *e)
{
	struct buf body = { 0 };
	schema_encode(&t->schema, &body);
	struct message m = { .kind = kind,
		.entity = t->entity->name,
		.flag = t->exists,
		.body = buf_span(&body) };
	int r = t->empty ? 0 : t->driver->count(t, most, &m.rows, e);
	if (r == 0)
		r = stage_report(st, &m, e);
	buf_free(&body);
	return r;
}

/* What the supervisor had described to it is not looked at twice. */
static int
open_target(struct load *self, const struct entity *en, enum target_use use,
    struct err *e)
{
	self->target = self->looked;
	self->looked = NULL;
	if (target_still_good(self->target, en, use))
		return 0;
	target_close(&self->target);
	return target_open(en, use, &self->from, &self->target, e);
}

static int
prepare(struct load *self, const struct message *m, struct err *e)
{
	struct arena a = { 0 };
	struct schema mapped = { 0 };
	int r = m->body.len ? schema_decode(m->body, &a, &mapped, e) : 0;
	if (r == 0)
		r = prepare_early(self, m->mode, &mapped, e);
	arena_free(&a);
	return r;
}

static int
load_open(struct stage *st, const struct message *m, struct err *e)
{
	struct load *self = stage_state(st);
	const struct entity *en = stage_entity(st);
	enum target_use use = m->flag ? TARGET_CHECK : TARGET_WRITE;
	self->from = (struct target_from){ stage_pipeline(st)->store_dir,
		m->run, &self->kept };
	if (open_target(self, en, use, e) < 0)
		return -1;
	self->apply = (struct apply){
		.target = self->target,
		.sink = { st, sink_reject, sink_done },
		.group_rows = (uint64_t)stage_pipeline(st)->load_group_rows,
		.facts = { .run = m->run },
	};
	if (stage_is_filter(st))
		return 0;
	if (prepare(self, m, e) < 0)
		return -1;
	bool made = self->told_missing && self->target->exists;
	self->told_missing = false;
	/* What it is now tells what the fields without a type are. */
	return made ? tell(st, MSG_OPENED, self->target, 1, e) : 0;
}

/* 1 if the part is to be applied, 0 if a newer attempt has made it void. */
static int
admit(struct load *self, uint32_t chunk, uint32_t attempt, struct err *e)
{
	enum fence_verdict v;
	if (fence_admit(&self->fence, chunk, attempt, &v, e) < 0)
		return -1;
	/* One statement cannot take the same row from two attempts. */
	if (v == FENCE_NEWER && apply_finish(&self->apply, e) < 0)
		return -1;
	return v != FENCE_OLD;
}

static int
take_fence(struct load *self, const struct message *m, struct err *e)
{
	if (admit(self, m->chunk, m->attempt, e) < 0)
		return -1;
	if (m->flag)
		fence_care(&self->fence, m->chunk);
	return 0;
}

static int
load_batch(struct stage *st, struct batch **b, struct err *e)
{
	struct load *self = stage_state(st);
	uint32_t chunk = (*b)->chunk;
	int r = admit(self, chunk, (*b)->attempt, e);
	if (r <= 0)
		return r;
	if (!(*b)->nrows)
		return stage_ack(st, *b, NULL, e);
	r = apply_batch(&self->apply, b, e);
	return r == 0 && fence_cares(&self->fence, chunk)
		   ? apply_finish(&self->apply, e)
		   : r;
}

static int
load_idle(struct stage *st, struct err *e)
{
	struct load *self = stage_state(st);
	return apply_finish(&self->apply, e);
}

static int
describe(struct stage *st, const struct entity *en, bool count, struct err *e)
{
	struct load *self = stage_state(st);
	target_close(&self->looked);
	self->from.kept = &self->kept;
	if (target_open(en, TARGET_LOOK, &self->from, &self->looked, e) < 0)
		return -1;
	uint64_t most = count ? INT64_MAX : 1;
	self->told_missing = !self->looked->exists;
	int r = tell(st, MSG_DESCRIBED, self->looked, most, e);
	if (!self->looked->driver->refresh)
		target_close(&self->looked);
	return r;
}

static int
load_control(struct stage *st, const struct message *m, struct err *e)
{
	struct load *self = stage_state(st);
	if (m->kind == MSG_DESCRIBE)
		return describe(st, stage_entity(st), m->flag, e);
	if (m->kind == MSG_FENCE)
		return take_fence(self, m, e);
	if (m->kind == MSG_CHUNK_END || m->kind == MSG_END ||
	    m->kind == MSG_CLOSE)
		return apply_finish(&self->apply, e);
	return 0;
}

static int
load_once(struct stage *st, struct err *e)
{
	const struct load *self = stage_state(st);
	const struct entity *en = stage_entity(st);
	if (!self->describe)
		return 0;
	if (!en)
		return err_config(e, "usage", "--describe needs -e NAME");
	return describe(st, en, true, e) < 0 ? -1 : 1;
}

static void
load_close(struct stage *st)
{
	struct load *self = stage_state(st);
	apply_free(&self->apply);
	fence_free(&self->fence);
	target_close(&self->target);
}

static void
load_end(struct stage *st)
{
	struct load *self = stage_state(st);
	target_close(&self->looked);
	db_pg_kept_free(&self->kept);
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "load",
		.summary = "Apply a stream of changes to the target.",
		.keys = keys,
		.state_size = sizeof(struct load),
		.holds = true,
		.open = load_open,
		.batch = load_batch,
		.control = load_control,
		.idle = load_idle,
		.once = load_once,
		.close = load_close,
		.end = load_end,
	};
	return stage_main(argc, argv, &def);
}
