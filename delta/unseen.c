#include "delta/unseen.h"
#include "delta/filter.h"
#include <string.h>

/*
 * The table has hashes; the keys are only in the files. Those of a few entries
 * are read where they stand, and where that is not known everything is.
 */
struct walk {
	struct part *part;
	unseen_fn *fn;
	void *ctx;
	struct filter maybe; /* the missing entries, in a walk through all */
	size_t from, to;     /* else those of a run of records */
};

static int
take(struct walk *w, struct entry *en, const struct record *r, struct err *e)
{
	en->flags |= ENTRY_TAKEN;
	return w->fn(w->ctx, r->bk, r->key, e);
}

/* Nobody has taken any yet. */
static void
forget_taken(struct part *p)
{
	for (size_t i = 0; i < p->table.n; i++) {
		struct entry *en = table_at(&p->table, i);
		if (en->flags & ENTRY_TAKEN)
			en->flags &= (uint16_t)~ENTRY_TAKEN;
	}
}

static bool
is_wanted(const struct walk *w, const struct entry *en)
{
	return !(en->flags & ENTRY_TAKEN) && part_missing(w->part, en);
}

/* --- where they stand ---------------------------------------------------- */

static bool
any_missing(const struct part *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (part_missing(p, table_at(&p->table, i)))
			return true;
	return false;
}

static struct entry *
find_in_run(const struct walk *w, const uint8_t *bk)
{
	for (size_t i = w->from; i < w->to; i++) {
		struct entry *en = table_at(&w->part->table, i);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0)
			return is_wanted(w, en) ? en : NULL;
	}
	return NULL;
}

static int
take_from_run(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct walk *w = ctx;
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++) {
		struct entry *en =
		    r[i].op == RECORD_DELETE ? NULL : find_in_run(w, r[i].bk);
		if (en)
			result = take(w, en, &r[i], e);
	}
	return result;
}

static int
walk_runs(struct walk *w, struct err *e)
{
	struct part *p = w->part;
	int r = 0;

	for (size_t k = 0; k < p->nruns && r == 0; k++) {
		w->from = p->runs[k].first;
		w->to = k + 1 < p->nruns ? p->runs[k + 1].first : p->nlocated;
		if (any_missing(p, w->from, w->to))
			r = state_read_again(
			    p->state, &p->runs[k].where, take_from_run, w, e);
	}
	return r < 0 ? -1 : 0;
}

/* --- wherever they are --------------------------------------------------- */

static int
take_from_all(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct walk *w = ctx;
	int result = 0;

	for (size_t i = 0; i < n && result == 0; i++) {
		if (r[i].op == RECORD_DELETE || !filter_has(&w->maybe, r[i].bk))
			continue;
		struct entry *en = table_find(&w->part->table, r[i].bk);
		if (en && is_wanted(w, en))
			result = take(w, en, &r[i], e);
	}
	return result;
}

/* Nearly every record of the files is of a key that was seen, and the filter
 * says so without a look at the table. */
static int
walk_all(struct walk *w, struct err *e)
{
	struct part *p = w->part;

	filter_init(&w->maybe, part_unseen(p));
	for (size_t i = 0; i < p->table.n; i++) {
		const struct entry *en = table_at(&p->table, i);
		if (part_missing(p, en))
			filter_add(&w->maybe, en->bk);
	}
	int r = state_scan(p->state, take_from_all, w, e);
	filter_free(&w->maybe);
	return r;
}

/* --- put aside by a join ------------------------------------------------- */

static int
take_items(void *ctx, struct span in, struct err *e)
{
	struct walk *w = ctx;
	uint32_t len;
	for (size_t at = 0; at < in.len; at += sizeof(len) + len) {
		memcpy(&len, in.data + at, sizeof(len));
		const uint8_t *p = in.data + at + sizeof(len);
		int r = w->fn(w->ctx, p, (struct span){ p + 16, len - 16 }, e);
		if (r)
			return r;
	}
	return 0;
}

static int
need_join(const struct part *p, struct err *e)
{
	if (!p->join.open || p->join.judged)
		return 0;
	return err_bug(
	    e, "partition %u: unseen keys before the join", p->place.part);
}

int
unseen_walk(struct part *p, unseen_fn *fn, void *ctx, struct err *e)
{
	struct walk w = { .part = p, .fn = fn, .ctx = ctx };

	if (need_join(p, e))
		return -1;
	if (p->join.open)
		return spool_read(&p->join.unseen, 0, take_items, &w, e);
	forget_taken(p);
	return any_missing(p, p->nlocated, p->table.n) ? walk_all(&w, e)
						       : walk_runs(&w, e);
}

int
unseen_count(struct part *p, uint64_t *n, struct err *e)
{
	if (need_join(p, e))
		return -1;
	*n += p->join.open ? p->join.unseen.items : part_unseen(p);
	return 0;
}
