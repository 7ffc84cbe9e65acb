#include "load/apply.h"
#include "load/check.h"
#include "load/isolate.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/retry.h"
#include <stdlib.h>
#include <string.h>

enum {
	GROUP_BYTES = 3 << 20, /* keeps the stage's memory flat for wide rows */
	TRIES_MAX = 6,
	WAIT_FIRST_MS = 50,
	WAIT_MAX_MS = 5000,
};

/* The plan's shape must outlive the batch it came from. */
static void
copy_shape(const struct schema *from, struct arena *a, struct schema *to)
{
	to->ncols = from->ncols;
	to->cols = arena_dup(a, from->cols, from->ncols * sizeof(*from->cols));
	for (size_t i = 0; i < to->ncols; i++) {
		struct schema_column *c = &to->cols[i];
		c->name = arena_strdup(a, c->name);
		if (c->type_name)
			c->type_name = arena_strdup(a, c->type_name);
	}
}

/* 1 if there is a table, 0 if it will only be created later. */
static int
have_table(struct apply *a, enum plan_kind kind, struct err *e)
{
	struct target_table *t = a->target;
	const struct schema *shape = &a->plans[kind].shape;
	if (!t->driver->tables || t->exists)
		return 1;
	if (t->use == TARGET_WRITE && kind == PLAN_UPSERT)
		return target_create(t, shape, e) < 0 ? -1 : 1;
	if (t->use == TARGET_WRITE)
		return err_config(e, "no_table",
		    "entity %s: there is no table %s to delete from",
		    t->entity->name, t->entity->target.table);
	return target_could_create(t, shape, e);
}

int
apply_prepare(struct apply *a, enum plan_kind kind, const struct schema *shape,
    struct err *e)
{
	struct target_table *t = a->target;
	struct arena *mem = &a->plans[kind].arena;
	a->plans[kind].plan = NULL;
	arena_reset(mem);
	copy_shape(shape, mem, &a->plans[kind].shape);
	int r = have_table(a, kind, e);
	if (r <= 0)
		return r;
	struct plan *p = plan_new(kind, t->entity, &a->plans[kind].shape,
	    t->driver->tables ? &t->schema : NULL, mem);
	if (check_plan(t, p, e) < 0 || t->driver->prepare(t, p, e) < 0)
		return -1;
	a->plans[kind].plan = p;
	return 0;
}

static int
plan_for(
    struct apply *a, const struct batch *b, enum plan_kind kind, struct err *e)
{
	struct plan *p = a->plans[kind].plan;
	if (p && plan_fits(p, a->target->entity, b))
		return 0;
	if (apply_finish(a, e) < 0)
		return -1;
	struct arena tmp = { 0 };
	struct schema shape;
	plan_shape(a->target->entity, b, &tmp, &shape);
	int r = apply_prepare(a, kind, &shape, e);
	arena_free(&tmp);
	p = a->plans[kind].plan;
	if (r == 0 && (!p || !plan_fits(p, a->target->entity, b)))
		r = err_data(
		    e, "bad_batch", "the batch lacks a hash that is tracked");
	return r;
}

static void
refuse(void *ctx, uint32_t row, const struct err *why, bool doomed)
{
	part_refuse(ctx, row, why, doomed);
}

static int
put_part(struct target_table *t, struct part *p, struct err *e)
{
	struct slice s = { .plan = p->plan,
		.in = p->in,
		.inserts = p->inserts,
		.refuse = refuse,
		.ctx = p };
	s.n = part_rows(p, &s.rows);
	return s.n ? t->driver->put(t, &s, e) : 0;
}

static int
put_all(struct apply *a, struct err *e)
{
	for (size_t i = 0; i < a->n; i++)
		if (put_part(a->target, a->parts[i], e) < 0)
			return -1;
	return 0;
}

/* One try at what is left to do, from the state that the last one left. */
static int
pass(struct apply *a, struct err *e)
{
	const struct target_driver *d = a->target->driver;
	if (a->state != APPLY_STREAM) {
		bool careful = a->state == APPLY_ISOLATE;
		for (size_t i = 0; i < a->n; i++)
			part_forget(a->parts[i]);
		if (d->begin(a->target, careful, e) < 0)
			return -1;
		int r = careful ? isolate_parts(a->target, a->parts, a->n, e)
				: put_all(a, e);
		if (r < 0)
			return -1;
	}
	if (isolate_orphans(a->target, a->parts, a->n, e) < 0)
		return -1;
	return d->commit(a->target, e);
}

/* Rolls back and decides how to go on; -1 when there is no way. */
static int
recover(struct apply *a, struct retry *r, struct err *e)
{
	a->target->driver->rollback(a->target);
	bool isolating = a->state == APPLY_ISOLATE;
	if (e->cls == ERR_DATA && !isolating) {
		a->state = APPLY_ISOLATE;
		return 0;
	}
	if (e->cls == ERR_DATA) {
		e->cls = ERR_CONFIG;
		return err_wrap(e,
		    "the target takes these rows one by one but refuses the "
		    "transaction");
	}
	a->state = isolating ? APPLY_ISOLATE : APPLY_AGAIN;
	if (strcmp(e->code, TARGET_LOST) == 0)
		return 0;
	if (!target_transient(e) || r->tries >= TRIES_MAX)
		return -1;
	int64_t ms = retry_next_ms(r);
	log_warn("target transaction is tried again", "code", e->code, "try",
	    log_u64(r->tries), "wait_ms", log_i64(ms), NULL);
	clock_sleep_ms(ms);
	return 0;
}

static int
deliver_part(struct apply *a, struct part *p, struct err *e)
{
	uint64_t counts[OUT_COUNT] = { 0 };
	const uint32_t *rows;
	part_counts(p, counts);
	for (size_t i = 0; i < p->nrefused; i++) {
		const struct part_refusal *r = &p->refused[i];
		struct err why = { 0 };
		err_data(&why, "target_rejected", "%s: %s", r->code, r->msg);
		err_field(&why, r->field);
		a->sink.reject(a->sink.ctx, p->batch, r->row, &why);
	}
	size_t n = part_rows(p, &rows);
	if (!rows)
		return a->sink.done(a->sink.ctx, &p->batch, counts, e);
	struct batch *rest = batch_gather(p->batch, rows, n);
	batch_inherit_left(rest, p->batch);
	int r = a->sink.done(a->sink.ctx, &rest, counts, e);
	batch_free(&rest);
	return r;
}

static void
forget_parts(struct apply *a)
{
	for (size_t i = 0; i < a->n; i++)
		part_free(&a->parts[i]);
	a->n = 0;
	a->rows = a->bytes = 0;
	a->state = APPLY_NONE;
}

static int
complete(struct apply *a, bool failed, struct err *e)
{
	struct retry r = { .first_ms = WAIT_FIRST_MS, .max_ms = WAIT_MAX_MS };
	int result = failed ? -1 : pass(a, e);
	while (result < 0) {
		if (recover(a, &r, e) < 0)
			return err_wrap(e, "entity %s: connection %s: table %s",
			    a->target->entity->name,
			    a->target->entity->target.connection,
			    a->target->entity->target.table);
		err_clear(e);
		result = pass(a, e);
	}
	for (size_t i = 0; i < a->n && result == 0; i++)
		result = deliver_part(a, a->parts[i], e);
	forget_parts(a);
	return result;
}

static int
stream(struct apply *a, struct part *p, struct err *e)
{
	if (a->state == APPLY_NONE) {
		a->state = APPLY_STREAM;
		if (a->target->driver->begin(a->target, false, e) < 0)
			return -1;
	}
	return put_part(a->target, p, e);
}

static void
push(struct apply *a, struct part *p)
{
	if (a->n == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 16;
		a->parts = mem_realloc(a->parts, a->cap * sizeof(*a->parts));
	}
	a->parts[a->n++] = p;
	a->rows += p->batch->nrows;
	a->bytes += p->batch->frame.bytes.len + p->batch->arena.used;
}

int
apply_batch(struct apply *a, struct batch **b, struct err *e)
{
	enum plan_kind kind;
	bool inserts;
	if (part_kind(*b, &kind, &inserts, e) < 0 ||
	    plan_for(a, *b, kind, e) < 0)
		return -1;
	if (a->n == 0)
		a->facts.now_micros = clock_wall_micros();
	struct part *p = part_new(b, a->plans[kind].plan, inserts, &a->facts);
	push(a, p);
	if (stream(a, p, e) < 0)
		return complete(a, true, e);
	if (a->rows >= a->group_rows || a->bytes >= GROUP_BYTES)
		return apply_finish(a, e);
	return 0;
}

int
apply_finish(struct apply *a, struct err *e)
{
	return a->n ? complete(a, false, e) : 0;
}

void
apply_free(struct apply *a)
{
	if (a->target && a->n)
		a->target->driver->rollback(a->target);
	forget_parts(a);
	free(a->parts);
	for (size_t i = 0; i < PLAN_KINDS; i++)
		arena_free(&a->plans[i].arena);
	*a = (struct apply){ 0 };
}
