#include "load/part.h"
#include "load/target.h"
#include <stdlib.h>

int
part_kind(
    const struct batch *b, enum plan_kind *kind, bool *inserts, struct err *e)
{
	size_t n[OP_DELETE + 1] = { 0 };
	const struct column *op = batch_find(b, ROLE_OP, NULL);
	if (!op || !batch_find(b, ROLE_BK_HASH, NULL))
		return err_data(e, "bad_batch",
		    "the batch carries no changes: is delta in front of load?");
	for (size_t i = 0; i < b->nrows; i++) {
		if (op->data[i] < OP_INSERT || op->data[i] > OP_DELETE)
			return err_data(e, "bad_batch",
			    "row %zu has the unknown change %u", i,
			    op->data[i]);
		n[op->data[i]]++;
	}
	if (n[OP_DELETE] && n[OP_DELETE] != b->nrows)
		return err_data(e, "bad_batch",
		    "deletes and upserts are mixed in one batch");
	*kind = n[OP_DELETE] ? PLAN_DELETE : PLAN_UPSERT;
	*inserts = n[OP_INSERT] == b->nrows;
	return 0;
}

struct part *
part_new(struct batch **b, const struct plan *plan, bool inserts,
    const struct input_facts *f)
{
	struct part *p = mem_zalloc(sizeof(*p));
	p->plan = plan;
	p->inserts = inserts;
	p->in = input_bind(plan, *b, f, &p->arena);
	p->out = arena_zalloc(&p->arena, (*b)->nrows);
	p->batch = *b;
	*b = NULL;
	return p;
}

void
part_free(struct part **pp)
{
	struct part *p = *pp;
	if (!p)
		return;
	batch_free(&p->batch);
	arena_free(&p->arena);
	free(p);
	*pp = NULL;
}

void
part_refuse(struct part *p, uint32_t row, const struct err *why, bool doomed)
{
	if (p->out[row])
		return;
	if (p->nrefused == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 8;
		struct part_refusal *grown =
		    arena_alloc(&p->arena, cap * sizeof(*grown));
		if (p->nrefused)
			memcpy(grown, p->refused, p->nrefused * sizeof(*grown));
		p->refused = grown;
		p->cap = cap;
	}
	p->out[row] = 1;
	p->refused[p->nrefused++] = (struct part_refusal){
		.row = row,
		.doomed = doomed,
		.code = arena_strdup(&p->arena, why->code),
		.field = arena_strdup(&p->arena, why->field),
		.msg = arena_strdup(&p->arena, why->msg),
	};
}

/* Keeps the refusals that keep says, lets the other rows in again. */
static size_t
filter(
    struct part *p, bool (*keep)(const struct part_refusal *), uint32_t *freed)
{
	size_t kept = 0, n = 0;
	for (size_t i = 0; i < p->nrefused; i++) {
		if (keep(&p->refused[i])) {
			p->refused[kept++] = p->refused[i];
			continue;
		}
		p->out[p->refused[i].row] = 0;
		if (freed)
			freed[n++] = p->refused[i].row;
	}
	p->nrefused = kept;
	return n;
}

static bool
is_doomed(const struct part_refusal *r)
{
	return r->doomed;
}

static bool
no_orphan(const struct part_refusal *r)
{
	return r->doomed || !target_orphan(r->code);
}

void
part_forget(struct part *p)
{
	filter(p, is_doomed, NULL);
}

size_t
part_orphans(struct part *p, const uint32_t **rows)
{
	size_t any = 0;
	for (size_t i = 0; i < p->nrefused; i++)
		any += !no_orphan(&p->refused[i]);
	if (!any)
		return 0;
	uint32_t *freed = arena_alloc(&p->arena, any * sizeof(*freed));
	*rows = freed;
	return filter(p, no_orphan, freed);
}

size_t
part_rows(struct part *p, const uint32_t **rows)
{
	size_t n = 0;
	*rows = NULL;
	if (!p->nrefused)
		return p->batch->nrows;
	uint32_t *in = arena_alloc(&p->arena, p->batch->nrows * sizeof(*in));
	for (size_t i = 0; i < p->batch->nrows; i++)
		if (!p->out[i])
			in[n++] = (uint32_t)i;
	*rows = in;
	return n;
}

void
part_counts(const struct part *p, uint64_t counts[OUT_COUNT])
{
	static const enum outcome outcomes[] = {
		[OP_INSERT] = OUT_INSERTED,
		[OP_UPDATE] = OUT_UPDATED,
		[OP_DELETE] = OUT_DELETED,
	};
	const struct column *op = batch_find(p->batch, ROLE_OP, NULL);
	for (size_t i = 0; i < p->batch->nrows; i++)
		if (!p->out[i])
			counts[outcomes[op->data[i]]]++;
}
