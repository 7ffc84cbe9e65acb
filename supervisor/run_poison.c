#include "proto/log.h"
#include "supervisor/run_impl.h"

/*
 * Whose fault a death was: the process', or that of a row it had in hand. One
 * that could say why it died is never the rows' victim, and neither is one
 * that we killed. With delta the run ends, and the next one goes on searching
 * (suspects.h).
 */
static struct chunk *
chunk_in_hand(struct run *r, const struct board_hand *h)
{
	struct chunk *c = h->chunk < r->nchunks ? &r->chunks[h->chunk] : NULL;
	return c && c->state == CHUNK_ASSIGNED && c->attempt == h->attempt
		   ? c
		   : NULL;
}

static void
too_many(struct run *r, const char *why)
{
	struct err e = { 0 };
	err_config(&e, "poison",
	    "more than limits.poison_rows, %lld, rows killed a stage. The "
	    "last one: %s",
	    (long long)r->engine->pipeline->poison_rows, why);
	run_over(r, END_FAILED, &e);
}

static enum poison_verdict
blame(struct run *r, const struct proc *p, const struct board_hand *h)
{
	struct err why = p->error;
	struct chunk *c = chunk_in_hand(r, h);
	if (!c)
		return POISON_NOTED;
	err_wrap(&why, "every time it had this row in hand");
	const struct poison_death d = { .first = h->first,
		.last = h->last,
		.batch_rows = (uint64_t)r->entity->batch_rows,
		.key = h->keyed ? h->key : NULL,
		.why = why.msg };
	enum poison_verdict v = poison_died(&c->poison, &d);
	bool delta = p->kind == PROC_DELTA;
	if (delta && r->suspects->learnt < v)
		r->suspects->learnt = v;
	if (v != POISON_FOUND)
		return v;
	bool room = true;
	if (delta && h->keyed)
		room = suspects_found(r->suspects, h->key, why.msg);
	else if (h->keyed)
		buf_put(&r->spared, h->key, sizeof(h->key));
	log_warn("a row that kills a stage is held back", "worker", p->name,
	    "chunk", log_u64(c->no), "row", log_u64(h->first), "why", why.msg,
	    NULL);
	if (++r->poisonous > r->engine->pipeline->poison_rows || !room)
		too_many(r, why.msg);
	return v;
}

bool
poison_blamed(struct run *r, const struct proc *p)
{
	bool blamed = false;
	if (!p->crashed || r->phase != RUN_READ || r->joining ||
	    p->kind == PROC_EXTRACT || (p->kind == PROC_DELTA && !r->suspects))
		return false;
	for (size_t i = 0; i < p->nhands && r->phase != RUN_OVER; i++)
		blamed |= blame(r, p, &p->hands[i]) != POISON_NOTED;
	return blamed;
}
