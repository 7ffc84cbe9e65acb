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

static int
load_open(struct stage *st, const struct message *m, struct err *e)
{
	struct load *self = stage_state(st);
	const struct entity *en = stage_entity(st);
	enum target_use use = m->flag ? TARGET_CHECK : TARGET_WRITE;
	self->from = (struct target_from){ stage_pipeline(st)->store_dir,
		m->run, &self->kept };
	if (target_open(en, use, &self->from, &self->target, e) < 0)
		return -1;
	self->apply = (struct apply){
		.target = self->target,
		.sink = { st, sink_reject, sink_done },
		.group_rows = (uint64_t)stage_pipeline(st)->load_group_rows,
		.facts = { .run = m->run },
	};
	if (stage_is_filter(st))
		return 0;
	struct arena a = { 0 };
	struct schema mapped = { 0 };
	int r = m->body.len ? schema_decode(m->body, &a, &mapped, e) : 0;
	if (r == 0)
		r = prepare_early(self, m->mode, &mapped, e);
	arena_free(&a);
	return r;
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
load_batch(struct stage *st, struct batch **b, struct err *e)
{
	struct load *self = stage_state(st);
	int r = admit(self, (*b)->chunk, (*b)->attempt, e);
	if (r <= 0)
		return r;
	if (!(*b)->nrows)
		return stage_ack(st, *b, NULL, e);
	return apply_batch(&self->apply, b, e);
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
	struct target_table *t = NULL;
	struct buf body = { 0 };
	const struct target_from from = { .kept = &self->kept };
	if (target_open(en, TARGET_LOOK, &from, &t, e) < 0)
		return -1;
	schema_encode(&t->schema, &body);
	struct message m = { .kind = MSG_DESCRIBED,
		.entity = en->name,
		.flag = t->exists,
		.body = buf_span(&body) };
	int r = 0;
	if (!t->empty)
		r = t->driver->count(t, count ? INT64_MAX : 1, &m.rows, e);
	if (r == 0)
		r = stage_report(st, &m, e);
	buf_free(&body);
	target_close(&t);
	return r;
}

static int
load_control(struct stage *st, const struct message *m, struct err *e)
{
	struct load *self = stage_state(st);
	if (m->kind == MSG_DESCRIBE)
		return describe(st, stage_entity(st), m->flag, e);
	if (m->kind == MSG_FENCE)
		return admit(self, m->chunk, m->attempt, e) < 0 ? -1 : 0;
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
