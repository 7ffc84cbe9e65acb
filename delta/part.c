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

static void
load_one(struct part *p, const struct record *r)
{
	if (r->op != RECORD_DELETE) {
		learn(p, table_put(&p->table, r->bk), r);
		return;
	}
	struct entry *en = table_find(&p->table, r->bk);
	if (en)
		unlearn(p, en);
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

/* As load_one, but only where the table holds everything. */
static void
keep_in_step(struct part *p, const struct record *r)
{
	if (!p->join.open && !p->rules->blind)
		load_one(p, r);
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

/* --- intents ------------------------------------------------------------- */

static struct intent_id *
find_open(struct part *p, uint32_t chunk, uint32_t attempt)
{
	for (size_t i = 0; i < p->nopen; i++)
		if (p->open[i].chunk == chunk && p->open[i].attempt == attempt)
			return &p->open[i];
	return NULL;
}

int
part_intend(
    struct part *p, const struct batch *b, struct blob *changes, struct err *e)
{
	struct intent_id id = { p->rules->run, b->chunk, b->attempt };

	if (!p->rules->write)
		return 0;
	if (intent_append(&p->place, &id, changes, e))
		return -1;
	if (find_open(p, id.chunk, id.attempt))
		return 0;
	if (p->nopen == p->open_cap) {
		p->open_cap = p->open_cap ? p->open_cap * 2 : 8;
		p->open = mem_realloc(p->open, p->open_cap * sizeof(*p->open));
	}
	p->open[p->nopen++] = id;
	return 0;
}

/* What a pass over an intent file works with, and does with each record. */
struct pass {
	struct part *part;
	const struct except *except;
	int (*fn)(const struct pass *, const struct record *, struct err *);
	bool whole; /* blobs may go to the journal as they are */
};

static int
compare_hash(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static bool
is_excepted(const struct except *x, const uint8_t *bk)
{
	return x && x->n &&
	       bsearch(bk, x->hashes, x->n, 16, compare_hash) != NULL;
}

/* Smaller blobs are joined, for many of them would make a long journal; larger
 * ones are cut, for a reader holds one in memory. */
enum { WHOLE_MIN = 64 << 10, WHOLE_MAX = 1 << 20 };

static const int added_by[] = { [RECORD_INSERT] = 1,
	[RECORD_UPDATE] = 0,
	[RECORD_DELETE] = -1,
	[RECORD_DOUBT] = 0 };

static int
commit_record(const struct pass *pass, const struct record *r, struct err *e)
{
	struct record rec = *r;

	if (is_excepted(pass->except, r->bk))
		return 0;
	if (rec.op == RECORD_DELETE)
		rec.key = (struct span){ 0 };
	keep_in_step(pass->part, &rec);
	return state_append(pass->part->state, &rec, added_by[rec.op], e);
}

static bool
is_unproven(const struct entry *en)
{
	return (en->flags & ENTRY_KNOWN) && (en->flags & ENTRY_UNPROVEN);
}

uint64_t
part_unproven(const struct part *p)
{
	uint64_t n = 0;
	for (size_t i = 0; i < p->table.n; i++)
		n += is_unproven(table_at(&p->table, i));
	return n;
}

/* The target may or may not have got it: whatever the source says next is a
 * change, and a row that is gone is a delete. */
static int
doubt_record(const struct pass *pass, const struct record *r, struct err *e)
{
	struct part *p = pass->part;
	struct record rec = { .op = RECORD_DOUBT, .bk = r->bk, .key = r->key };
	int added = r->op == RECORD_INSERT;
	const struct entry *en = table_find(&p->table, r->bk);

	if (added || (en && is_unproven(en))) {
		rec.op = RECORD_INSERT;
		rec.mark = RECORD_UNPROVEN;
	}
	keep_in_step(p, &rec);
	return p->rules->write ? state_append(p->state, &rec, added, e) : 0;
}

static int
take_records(const struct pass *pass, struct blob_reader *reader, struct err *e)
{
	struct record run[RECORD_RUN];
	size_t n;
	int r;

	while ((r = blob_next(reader, run, &n, e)) == 1) {
		fetch_ahead(pass->part, run, n);
		for (size_t i = 0; i < n; i++)
			if (pass->fn(pass, &run[i], e))
				return -1;
	}
	return r;
}

static int
take_whole(
    struct part *p, struct span blob, struct blob_reader *reader, struct err *e)
{
	struct record run[RECORD_RUN];
	uint32_t records = reader->left;
	int64_t added = 0;
	size_t n;
	int r;

	while ((r = blob_next(reader, run, &n, e)) == 1) {
		fetch_ahead(p, run, n);
		for (size_t i = 0; i < n; i++) {
			keep_in_step(p, &run[i]);
			added += added_by[run[i].op];
		}
	}
	return r ? -1 : state_append_blob(p->state, blob, records, added, e);
}

static int
take_frame(
    void *ctx, struct span blob, struct blob_reader reader, struct err *e)
{
	const struct pass *pass = ctx;

	return pass->whole && blob.len >= WHOLE_MIN && blob.len <= WHOLE_MAX
		   ? take_whole(pass->part, blob, &reader, e)
		   : take_records(pass, &reader, e);
}

/* Takes the intents of id through one pass into one commit of the journal, then
 * removes them. If this fails half way the files still say everything. */
static int
settle(struct part *p, const struct intent_id *id, struct pass *pass,
    struct err *e)
{
	struct intent_id copy = *id; /* id may stand in the list */
	if (p->rules->write)
		state_begin(p->state, &copy);
	if (intent_frames(&p->place, &copy, take_frame, pass, e))
		return -1;
	if (!p->rules->write)
		return 0;
	if (state_commit(p->state, e) || intent_remove(&p->place, &copy, e))
		return -1;
	struct intent_id *at = find_open(p, copy.chunk, copy.attempt);
	if (at)
		*at = p->open[--p->nopen];
	return 0;
}

int
part_commit(struct part *p, uint32_t chunk, uint32_t attempt,
    const struct except *except, struct err *e)
{
	/* A journalled delete has no key, an intended one has. */
	bool whole =
	    p->rules->write && chunk != CHUNK_DELETES && !(except && except->n);
	struct pass pass = { p, except, commit_record, whole };
	struct intent_id *id = find_open(p, chunk, attempt);
	return id ? settle(p, id, &pass, e) : 0;
}

int
part_void(struct part *p, uint32_t chunk, struct err *e)
{
	uint16_t newest = attempts_newest(p->attempts, chunk);
	struct pass pass = { p, NULL, doubt_record, false };

	for (size_t i = 0; i < p->nopen;) {
		if (p->open[i].chunk != chunk || p->open[i].attempt >= newest) {
			i++;
			continue;
		}
		if (settle(p, &p->open[i], &pass, e))
			return -1;
	}
	return 0;
}

/* --- open and close ------------------------------------------------------ */

/* What a crash left: committed already, or in doubt. */
static int
settle_left_over(struct part *p, struct err *e)
{
	struct pass pass = { p, NULL, doubt_record, false };
	struct intent_id *list;
	size_t n;
	int r = intent_list(&p->place, &list, &n, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		int has = state_has(p->state, &list[i], e);
		if (has < 0)
			r = -1;
		else if (!has)
			r = settle(p, &list[i], &pass, e);
		else if (p->rules->write)
			r = intent_remove(&p->place, &list[i], e);
	}
	free(list);
	/* The intents to come must not find their own number there. */
	if (r == 0 && p->rules->write && !p->rules->blind)
		r = state_disown(p->state, p->rules->run, e);
	return r;
}

static int
load_run(void *ctx, const struct record *r, size_t n, struct err *e)
{
	(void)e;
	part_load(ctx, r, n);
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
	return load(p, e) || settle_left_over(p, e) ? -1 : 0;
}

void
part_close(struct part *p)
{
	join_end(p);
	table_free(&p->table);
	state_close(&p->state);
	free(p->open);
	blob_free(&p->changes);
	*p = (struct part){ 0 };
}
