/* What a partition has sent and not committed: from intents to the state, or to
 * doubt. */
#include "delta/part.h"
#include "proto/arena.h"
#include <stdlib.h>
#include <string.h>

static struct open_intent *
find_open(struct part *p, uint32_t chunk, uint32_t attempt)
{
	for (size_t i = 0; i < p->nopen; i++) {
		const struct intent_id *id = &p->open[i].file.id;
		if (id->chunk == chunk && id->attempt == attempt)
			return &p->open[i];
	}
	return NULL;
}

static struct open_intent *
find_or_open(struct part *p, uint32_t chunk, uint32_t attempt)
{
	struct open_intent *found = find_open(p, chunk, attempt);

	if (found)
		return found;
	if (p->nopen == p->open_cap) {
		p->open_cap = p->open_cap ? p->open_cap * 2 : 8;
		p->open = mem_realloc(p->open, p->open_cap * sizeof(*p->open));
	}
	found = &p->open[p->nopen++];
	*found = (struct open_intent){ .file.id = {
					   p->rules->run, chunk, attempt } };
	return found;
}

int
part_intend(struct part *p, const struct batch *b, struct blob *changes,
    uint64_t inserts, struct err *e)
{
	if (!p->rules->write)
		return 0;
	struct open_intent *o = find_or_open(p, b->chunk, b->attempt);
	o->inserts += inserts;
	return intent_append(&p->place, &o->file, changes, e);
}

static void
forget_open(struct part *p, const struct intent_id *id)
{
	struct open_intent *o = find_open(p, id->chunk, id->attempt);
	if (o)
		*o = p->open[--p->nopen];
}

/* What a pass over an intent file works with, and does with each record. */
struct pass {
	struct part *part;
	const struct except *except;
	int (*fn)(const struct pass *, const struct record *, struct err *);
};

/* As part_keep, where the table holds everything; returns how many entries the
 * state gains by it. Where it does not, the record's word is taken for that. */
static int
keep_in_step(struct part *p, const struct record *r)
{
	static const int said[] = { [RECORD_INSERT] = 1,
		[RECORD_UPDATE] = 0,
		[RECORD_DELETE] = -1,
		[RECORD_DOUBT] = 0 };
	uint64_t before = p->known;

	if (p->join.open || p->rules->blind)
		return said[r->op];
	part_keep(p, r);
	return (int)((int64_t)p->known - (int64_t)before);
}

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

static int
commit_record(const struct pass *pass, const struct record *r, struct err *e)
{
	struct record rec = *r;

	if (is_excepted(pass->except, r->bk))
		return 0;
	if (rec.op == RECORD_DELETE)
		rec.key = (struct span){ 0 };
	int added = keep_in_step(pass->part, &rec);
	return state_append(pass->part->state, &rec, added, e);
}

/* The target may or may not have got it: whatever the source says next is a
 * change, and a row that is gone is a delete. */
static int
doubt_record(const struct pass *pass, const struct record *r, struct err *e)
{
	struct part *p = pass->part;
	struct record rec = { .op = RECORD_DOUBT, .bk = r->bk, .key = r->key };
	const struct entry *en = table_find(&p->table, r->bk);

	if (r->op == RECORD_INSERT || (en && part_is_unproven(en))) {
		rec.op = RECORD_INSERT;
		rec.mark = RECORD_UNPROVEN;
	}
	int added = keep_in_step(p, &rec);
	return p->rules->write ? state_append(p->state, &rec, added, e) : 0;
}

static int
take_run(void *ctx, const struct record *r, size_t n, struct err *e)
{
	const struct pass *pass = ctx;

	for (size_t i = 0; i < n; i++)
		if (pass->fn(pass, &r[i], e))
			return -1;
	return 0;
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
	if (intent_read(&p->place, &copy, take_run, pass, e))
		return -1;
	if (!p->rules->write)
		return 0;
	if (state_commit(p->state, e) || intent_remove(&p->place, &copy, e))
		return -1;
	forget_open(p, &copy);
	return 0;
}

/* The file as it is becomes part of the state. The table has the digests since
 * the rows were sent; which entries are known matters to nobody any more, for
 * they are seen, but how many counts. */
static int
take_over(struct part *p, const struct open_intent *o, struct err *e)
{
	uint64_t inserts = o->inserts;
	struct intent_id id = o->file.id;

	state_begin(p->state, &id);
	if (state_append_intents(p->state, &o->file, (int64_t)inserts, e) ||
	    state_commit(p->state, e))
		return -1;
	if (!p->join.open) {
		p->known += inserts;
		p->known_seen += inserts;
	}
	forget_open(p, &id);
	return 0;
}

int
part_commit(struct part *p, uint32_t chunk, uint32_t attempt,
    const struct except *except, struct err *e)
{
	struct pass pass = { p, except, commit_record };
	struct open_intent *o = find_open(p, chunk, attempt);

	if (!o)
		return 0;
	/* A journalled delete has no key, an intended one has. */
	bool whole = chunk != CHUNK_DELETES && !(except && except->n);
	if (whole && o->file.bytes >= p->rules->segment_bytes)
		return take_over(p, o, e);
	return settle(p, &o->file.id, &pass, e);
}

int
part_void(struct part *p, uint32_t chunk, struct err *e)
{
	uint16_t newest = attempts_newest(p->attempts, chunk);
	struct pass pass = { p, NULL, doubt_record };

	for (size_t i = 0; i < p->nopen;) {
		const struct intent_id *id = &p->open[i].file.id;
		if (id->chunk != chunk || id->attempt >= newest) {
			i++;
			continue;
		}
		if (settle(p, id, &pass, e))
			return -1;
	}
	return 0;
}

/* What a crash left: committed already, or in doubt. */
int
part_settle_left_over(struct part *p, struct err *e)
{
	struct pass pass = { p, NULL, doubt_record };
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
