#include "delta/part.h"
#include "proto/arena.h"
#include <stdlib.h>
#include <string.h>

void
part_digest(const struct rules *rules, const uint8_t dh[32], uint64_t mark,
    uint8_t out[DIGEST])
{
	memcpy(out, dh, DIGEST);
	if (rules->strategy != STRATEGY_ROWVERSION)
		return;
	for (size_t i = 0; i < sizeof(mark); i++)
		out[i] ^= (uint8_t)(mark >> (8 * i));
}

static bool
in_doubt(const struct record *r)
{
	static const uint8_t none[32];
	return !r->dh || memcmp(r->dh, none, sizeof(none)) == 0;
}

static void
learn(struct part *p, struct entry *en, const struct record *r)
{
	if (!(en->flags & ENTRY_KNOWN)) {
		p->known++;
		p->known_seen += (en->flags & ENTRY_SEEN) != 0;
	}
	en->flags &= (uint16_t) ~(ENTRY_DOUBT | ENTRY_UNPROVEN);
	en->flags |= ENTRY_KNOWN;
	if (!in_doubt(r)) {
		part_digest(p->rules, r->dh, r->mark, en->digest);
		return;
	}
	en->flags |= ENTRY_DOUBT;
	if (r->op == RECORD_INSERT && r->mark == RECORD_UNPROVEN)
		en->flags |= ENTRY_UNPROVEN;
}

static void
unlearn(struct part *p, struct entry *en)
{
	if (en->flags & ENTRY_KNOWN) {
		p->known--;
		p->known_seen -= (en->flags & ENTRY_SEEN) != 0;
	}
	en->flags &= (uint16_t)~ENTRY_KNOWN;
}

void
part_keep(struct part *p, const struct record *r)
{
	if (r->op != RECORD_DELETE) {
		learn(p, table_put(&p->table, r->bk), r);
		return;
	}
	struct entry *en = table_find(&p->table, r->bk);
	if (en)
		unlearn(p, en);
}

/* A key that was deleted and came back has its entry from before. */
static void
load_one(struct part *p, const struct record *r)
{
	bool none_gone = p->known == p->table.n;

	if (r->fresh && none_gone && !p->table.slots)
		learn(p, table_append(&p->table, r->bk), r);
	else
		part_keep(p, r);
}

static void
fetch_ahead(const struct part *p, const struct record *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_prefetch_slot(&p->table, r[i].bk);
	for (size_t i = 0; i < n; i++)
		table_prefetch_entry(&p->table, r[i].bk);
}

void
part_load(struct part *p, const struct record *r, size_t n)
{
	fetch_ahead(p, r, n);
	for (size_t i = 0; i < n; i++)
		load_one(p, &r[i]);
}

int
part_spare(struct part *p, const uint8_t bk[16], struct err *e)
{
	if (p->join.open)
		return join_spare(p, bk, e);
	struct entry *en = table_find(&p->table, bk);
	if (en) {
		en->flags |= ENTRY_SPARED;
		p->spared = true;
	}
	return 0;
}

uint64_t
part_unproven(const struct part *p)
{
	uint64_t n = 0;
	for (size_t i = 0; i < p->table.n; i++)
		n += part_is_unproven(table_at(&p->table, i));
	return n;
}

/* --- open and close ------------------------------------------------------ */

/* Runs of records, of a millisecond or two. */
enum { RUNS_BETWEEN = 256 };

static void
locate(struct part *p, size_t first)
{
	if (p->nruns == p->runs_cap) {
		p->runs_cap = p->runs_cap ? p->runs_cap * 2 : 64;
		p->runs = mem_realloc(p->runs, p->runs_cap * sizeof(*p->runs));
	}
	p->runs[p->nruns++] = (struct part_run){ first, state_here(p->state) };
	p->nlocated = p->table.n;
}

static int
load_run(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct part *p = ctx;
	size_t before = p->table.n;

	(void)e;
	part_load(p, r, n);
	if (p->table.n > before)
		locate(p, before);
	if (p->nruns % RUNS_BETWEEN == 0)
		meanwhile(&p->rules->meanwhile);
	return 0;
}

static int
load(struct part *p, struct err *e)
{
	if (p->rules->blind)
		return 0;
	if (table_bytes(state_entries(p->state)) > p->rules->memory) {
		p->known = state_entries(p->state);
		return join_begin(p, e);
	}
	table_reserve(&p->table, state_entries(p->state));
	return state_scan(p->state, load_run, p, e);
}

int
part_open(struct part *p, const struct rules *rules, struct attempts *attempts,
    uint32_t number, struct err *e)
{
	const struct entity *en = rules->en;

	*p = (struct part){ .rules = rules,
		.attempts = attempts,
		.table = { .meanwhile = rules->meanwhile },
		.place = { rules->store_dir, en->name, number, rules->parts } };
	struct state_spec spec = { .place = p->place,
		.key = &en->key,
		.syncflow = en->identity == IDENTITY_SYNCFLOW,
		.write = rules->write };
	return state_open(&spec, &p->state, e);
}

int
part_read(struct part *p, struct err *e)
{
	if (load(p, e) || part_settle_left_over(p, e))
		return -1;
	/* Compatible hashes of two keys may be one. */
	p->ascent.over = p->table.n > 0 || p->join.open ||
			 p->rules->en->identity == IDENTITY_SYNCFLOW;
	return 0;
}

void
part_close(struct part *p)
{
	join_end(p);
	table_free(&p->table);
	state_close(&p->state);
	free(p->open);
	free(p->runs);
	blob_free(&p->changes);
	ascent_free(&p->ascent);
	*p = (struct part){ 0 };
}
