#include "delta/change.h"
#include "delta/rows.h"
#include <inttypes.h>
#include <string.h>

enum verdict {
	SAME = 0,
	INSERT = OP_INSERT,
	UPDATE = OP_UPDATE,
	DUPLICATE = 3,
};

/* Rows whose table lines are fetched together. */
enum { TILE = 64, STRAYS_MANY = TILE / 8 };

/* One batch on its way through. */
struct work {
	struct part *part;
	struct batch *b;
	struct rows rows;
	uint8_t *verdicts;
	uint32_t *changed; /* rows that go on */
	size_t nchanged, nsame, ninserts;
	const struct buf *key; /* of the row in hand, if it is packed already */
};

static int
prepare(struct work *w, struct err *e)
{
	struct batch *b = w->b;

	if (rows_open(&w->rows, b, &w->part->rules->en->key, e))
		return -1;
	if (!w->rows.dh)
		return err_bug(e, "a batch of %s comes without data hashes",
		    b->entity ? b->entity : "");
	w->verdicts = arena_zalloc(&b->arena, b->nrows + 1);
	w->changed =
	    arena_alloc(&b->arena, (b->nrows + 1) * sizeof(*w->changed));
	return 0;
}

static enum verdict
compare(const struct work *w, const struct entry *en, const uint8_t *digest)
{
	const struct rules *rules = w->part->rules;

	if (!(en->flags & ENTRY_KNOWN))
		return INSERT;
	if ((en->flags & ENTRY_DOUBT) ||
	    memcmp(en->digest, digest, sizeof(en->digest)) != 0)
		return UPDATE;
	if (rules->strategy == STRATEGY_FULL && rules->mode != MODE_ADOPT)
		return UPDATE;
	return SAME;
}

/* While there is no index, and nothing came from a state: a key that is after
 * all others is a new one. A night that begins with nothing often needs no
 * index at all. */
static bool
surely_new(struct work *w, size_t row)
{
	struct ascent *a = &w->part->ascent;

	if (a->over || w->part->table.slots)
		return false;
	buf_clear(&a->next);
	rows_key(&w->rows, row, &a->next);
	return ascent_goes_on(a, &w->key);
}

static struct entry *
entry_of(struct work *w, size_t row)
{
	struct table *t = &w->part->table;
	const uint8_t *bk = w->rows.bk + 16 * row;

	w->key = NULL;
	return surely_new(w, row) ? table_append(t, bk) : table_put(t, bk);
}

static enum verdict
judge_row(struct work *w, size_t row)
{
	struct part *p = w->part;
	struct entry *en = entry_of(w, row);
	uint8_t digest[DIGEST];

	part_digest(p->rules, w->rows.dh + 32 * row,
	    w->rows.marks ? w->rows.marks[row] : 0, digest);
	if (part_seen(p, en))
		return DUPLICATE;
	part_see(p, en, w->b->chunk, w->b->attempt);
	enum verdict v = compare(w, en, digest);
	/* Nobody asks for the old one again: this key is not judged twice,
	 * unless the attempt is void, and that makes it one in doubt. */
	memcpy(en->digest, digest, sizeof(en->digest));
	return v;
}

static void
note_change(struct work *w, size_t row, enum verdict v)
{
	struct blob *to = &w->part->changes;

	w->changed[w->nchanged++] = (uint32_t)row;
	w->ninserts += v == INSERT;
	if (w->part->rules->write)
		rows_put(&w->rows, row, (enum record_op)v, w->key, to);
}

/* Where most keys stand behind the ones before, the index would be fetched for
 * nothing. */
static void
fetch_ahead(const struct table *t, const uint8_t *bk, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_prefetch_slot(t, bk + 16 * i);
	for (size_t i = 0; i < n; i++)
		table_prefetch_entry(t, bk + 16 * i);
}

static void
judge_all(struct work *w)
{
	const struct table *t = &w->part->table;
	size_t strays = t->strays;

	blob_clear(&w->part->changes);
	for (size_t from = 0; from < w->b->nrows; from += TILE) {
		size_t to = from + TILE;
		if (to > w->b->nrows)
			to = w->b->nrows;
		if (t->strays - strays >= STRAYS_MANY)
			fetch_ahead(t, w->rows.bk + 16 * from, to - from);
		strays = t->strays;
		for (size_t i = from; i < to; i++) {
			enum verdict v = judge_row(w, i);
			w->verdicts[i] = (uint8_t)v;
			w->nsame += v == SAME;
			if (v == INSERT || v == UPDATE)
				note_change(w, i, v);
		}
	}
}

static int
intend(struct work *w, struct err *e)
{
	if (!w->nchanged)
		return 0;
	return part_intend(w->part, w->b, &w->part->changes, w->ninserts, e);
}

/* Rows of a retry may stand for several nights. Only one of a key goes on:
 * which of two the target ends with is up to the load that is faster. */
static const char *
what_to_do(const struct rules *rules)
{
	return rules->mode == MODE_RETRY
		   ? "it waits for the next 'syncline failed retry'"
		   : "make it unique in the source, or add a field to 'key'";
}

static void
describe_duplicate(const struct work *w, size_t row, struct err *why)
{
	const struct strings *names = &w->part->rules->en->key;
	const struct entry *en =
	    table_find(&w->part->table, w->rows.bk + 16 * row);
	struct buf key = { 0 }, text = { 0 };

	rows_key(&w->rows, row, &key);
	rows_key_text(names, buf_span(&key), &text);
	(void)err_data(why, "duplicate_business_key",
	    "the key %s was already read in chunk %" PRIu32
	    ", attempt %u; this row came in chunk %" PRIu32 ", attempt %" PRIu32
	    ": %s",
	    buf_str(&text), en->chunk, en->attempt, w->b->chunk, w->b->attempt,
	    what_to_do(w->part->rules));
	buf_free(&key);
	buf_free(&text);
}

static void
reject_duplicates(struct work *w, const struct outlet *out)
{
	size_t left = w->b->nrows - w->nchanged - w->nsame;

	for (size_t i = 0; left; i++) {
		struct err why = { 0 };
		if (w->verdicts[i] != DUPLICATE)
			continue;
		describe_duplicate(w, i, &why);
		out->reject(out->ctx, w->b, i, &why);
		left--;
	}
}

static void
add_ops(const struct work *w, struct batch *to)
{
	uint8_t *ops = arena_alloc(&to->arena, w->nchanged + 1);
	for (size_t i = 0; i < w->nchanged; i++)
		ops[i] = w->verdicts[w->changed[i]];
	batch_add_column(to, &(struct column){ .name = "op",
				 .role = ROLE_OP,
				 .type = VT_INT,
				 .data = ops,
				 .data_bytes = w->nchanged });
}

static int
pass_on(struct work *w, const struct outlet *out, struct err *e)
{
	struct batch *to = w->b;

	if (w->nchanged < w->b->nrows) {
		to = batch_gather(w->b, w->changed, w->nchanged);
		batch_inherit_left(to, w->b);
	}
	add_ops(w, to);
	if (to == w->b)
		w->b = NULL;
	int r = out->send(out->ctx, &to, e);
	batch_free(&to);
	return r;
}

static int
finish(struct work *w, const struct outlet *out, struct err *e)
{
	uint64_t counts[OUT_COUNT] = { 0 };

	reject_duplicates(w, out);
	if (w->part->rules->mode == MODE_ADOPT) {
		/* The target has these rows: nothing is loaded. */
		counts[OUT_UNCHANGED] = w->nsame + w->nchanged;
		return out->ack(out->ctx, w->b, counts, 0, e);
	}
	w->b->left[OUT_UNCHANGED] += w->nsame;
	if (!w->nchanged)
		return out->ack(out->ctx, w->b, NULL, 0, e);
	return pass_on(w, out, e);
}

int
change_batch(
    struct part *p, struct batch **b, const struct outlet *out, struct err *e)
{
	struct work w = { .part = p, .b = *b };
	int r = prepare(&w, e);

	if (r == 0) {
		judge_all(&w);
		r = intend(&w, e);
	}
	if (r == 0)
		r = finish(&w, out, e);
	*b = w.b;
	batch_free(b);
	return r;
}

void
change_sight(struct part *p, const struct batch *b)
{
	const struct column *bk = batch_find(b, ROLE_BK_HASH, NULL);

	for (size_t i = 0; bk && i < b->nrows; i++) {
		struct entry *en = table_find(&p->table, bk->data + 16 * i);
		if (en)
			part_see(p, en, b->chunk, b->attempt);
	}
}
