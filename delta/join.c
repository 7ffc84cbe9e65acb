#include "delta/join.h"
#include "delta/change.h"
#include "delta/part.h"
#include <string.h>

/* A sighting, as the marks spool holds it; of CHUNK_DELETES: a key that must
 * be spared. */
struct mark {
	uint8_t bk[16];
	uint32_t chunk;
	uint16_t attempt;
	uint16_t reserved;
};
_Static_assert(sizeof(struct mark) == 24, "without padding");

static int
put_mark(struct spool *to, const struct mark *m, struct err *e)
{
	return spool_put(to, spool_piece(to, m->bk), m, sizeof(*m), e);
}

static int
save_mark(struct part *p, const struct entry *en, uint32_t chunk, struct err *e)
{
	struct mark m = { .chunk = chunk, .attempt = en->attempt };
	memcpy(m.bk, en->bk, sizeof(m.bk));
	return put_mark(&p->join.marks, &m, e);
}

/* The sightings that the table holds. */
static int
save_marks(struct part *p, struct err *e)
{
	for (size_t i = 0; i < p->table.n; i++) {
		const struct entry *en = table_at(&p->table, i);
		if (part_seen(p, en) && save_mark(p, en, en->chunk, e))
			return -1;
		if ((en->flags & ENTRY_SPARED) &&
		    save_mark(p, en, CHUNK_DELETES, e))
			return -1;
	}
	return 0;
}

int
join_begin(struct part *p, struct err *e)
{
	struct join *j = &p->join;

	if (spool_open(&j->rows, &p->place, SPOOL_BITS, e) ||
	    spool_open(&j->marks, &p->place, SPOOL_BITS, e) ||
	    save_marks(p, e)) {
		join_end(p);
		return -1;
	}
	table_free(&p->table);
	p->ascent.over = true; /* what is put aside stands nowhere */
	j->open = true;
	return 0;
}

void
join_end(struct part *p)
{
	struct join *j = &p->join;
	spool_close(&j->rows);
	spool_close(&j->marks);
	spool_close(&j->unseen);
	*j = (struct join){ 0 };
}

/* --- putting aside ------------------------------------------------------- */

static int
hold_rows(struct spool *to, const struct batch *b, const uint32_t *rows,
    size_t n, uint32_t piece, struct err *e)
{
	struct batch *some = batch_gather(b, rows, n);
	struct buf item = { 0 };
	uint32_t len = 0;

	buf_put(&item, &len, sizeof(len));
	batch_encode(some, &item);
	len = (uint32_t)(item.len - sizeof(len));
	memcpy(item.data, &len, sizeof(len));
	int r = spool_put(to, piece, item.data, item.len, e);
	buf_free(&item);
	batch_free(&some);
	return r;
}

int
join_hold(struct part *p, const struct batch *b, struct err *e)
{
	struct spool *to = &p->join.rows;
	const uint8_t *bk = batch_find(b, ROLE_BK_HASH, NULL)->data;
	uint32_t from[(1 << SPOOL_BITS) + 1] = { 0 };
	uint32_t at[1 << SPOOL_BITS];
	struct arena a = { 0 };
	uint32_t *rows = arena_alloc(&a, (b->nrows + 1) * sizeof(*rows));
	int r = 0;

	for (size_t i = 0; i < b->nrows; i++)
		from[spool_piece(to, bk + 16 * i) + 1]++;
	for (uint32_t k = 0; k < spool_pieces(to); k++) {
		from[k + 1] += from[k];
		at[k] = from[k];
	}
	for (size_t i = 0; i < b->nrows; i++)
		rows[at[spool_piece(to, bk + 16 * i)]++] = (uint32_t)i;
	for (uint32_t k = 0; k < spool_pieces(to) && r == 0; k++)
		if (from[k + 1] > from[k])
			r = hold_rows(
			    to, b, rows + from[k], from[k + 1] - from[k], k, e);
	arena_free(&a);
	p->join.judged = false;
	return r;
}

int
join_mark(struct part *p, const struct batch *b, struct err *e)
{
	const uint8_t *bk = batch_find(b, ROLE_BK_HASH, NULL)->data;

	for (size_t i = 0; i < b->nrows; i++) {
		struct mark m = { .chunk = b->chunk,
			.attempt = (uint16_t)b->attempt };
		memcpy(m.bk, bk + 16 * i, sizeof(m.bk));
		if (put_mark(&p->join.marks, &m, e))
			return -1;
	}
	p->join.judged = false;
	return 0;
}

int
join_spare(struct part *p, const uint8_t bk[16], struct err *e)
{
	struct mark m = { .chunk = CHUNK_DELETES };
	memcpy(m.bk, bk, sizeof(m.bk));
	p->join.judged = false;
	return put_mark(&p->join.marks, &m, e);
}

/* --- joining ------------------------------------------------------------- */

struct joining {
	struct part *part;
	const struct outlet *out;
	struct spool state;
	struct buf item;
};

static int
put_state(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct joining *g = ctx;
	for (size_t i = 0; i < n; i++) {
		buf_clear(&g->item);
		record_put(&g->item, &r[i]);
		if (spool_put(&g->state, spool_piece(&g->state, r[i].bk),
			g->item.data, g->item.len, e))
			return -1;
	}
	return 0;
}

static int
load_state(void *ctx, struct span in, struct err *e)
{
	const uint8_t *at = in.data, *end = in.data + in.len;
	struct joining *g = ctx;
	struct record r;

	while (at < end) {
		if (record_get(&at, end, &r, e))
			return -1;
		part_load(g->part, &r, 1);
	}
	return 0;
}

static void
load_mark(struct part *p, const struct mark *m)
{
	struct entry *en = table_find(&p->table, m->bk);

	if (m->chunk == CHUNK_DELETES) {
		if (en)
			en->flags |= ENTRY_SPARED;
		return;
	}
	if (m->attempt != attempts_newest(p->attempts, m->chunk))
		return;
	/* A sweep says nothing about keys that are not known. */
	if (!en && p->rules->mode == MODE_SWEEP)
		return;
	if (!en)
		en = table_put(&p->table, m->bk);
	en->flags |= ENTRY_SEEN;
	en->chunk = m->chunk;
	en->attempt = m->attempt;
}

static int
load_marks(void *ctx, struct span in, struct err *e)
{
	const struct joining *g = ctx;
	struct mark m;

	(void)e;
	for (size_t at = 0; at < in.len; at += sizeof(m)) {
		memcpy(&m, in.data + at, sizeof(m));
		load_mark(g->part, &m);
	}
	return 0;
}

static int
take_row_frame(struct joining *g, const uint8_t *p, uint32_t len, struct err *e)
{
	struct buf frame = { 0 };
	struct batch *b = NULL;

	buf_put(&frame, p, len);
	if (batch_decode(&frame, &b, e)) {
		buf_free(&frame);
		return -1;
	}
	if (b->attempt == attempts_newest(g->part->attempts, b->chunk))
		return change_batch(g->part, &b, g->out, e);
	batch_free(&b);
	return 0;
}

static int
take_rows(void *ctx, struct span in, struct err *e)
{
	uint32_t len;
	for (size_t at = 0; at < in.len; at += sizeof(len) + len) {
		memcpy(&len, in.data + at, sizeof(len));
		if (take_row_frame(ctx, in.data + at + sizeof(len), len, e))
			return -1;
	}
	return 0;
}

/* Once per key: its first record still has the packed key.
 */
static int
put_unseen(struct joining *g, const struct record *r, struct err *e)
{
	struct part *p = g->part;
	struct entry *en = table_find(&p->table, r->bk);
	uint32_t len = (uint32_t)(16 + r->key.len);

	if (!en || !(en->flags & ENTRY_KNOWN) || (en->flags & ENTRY_TAKEN) ||
	    (en->flags & ENTRY_SPARED) || part_seen(p, en) ||
	    r->op == RECORD_DELETE)
		return 0;
	en->flags |= ENTRY_TAKEN;
	buf_clear(&g->item);
	buf_put(&g->item, &len, sizeof(len));
	buf_put(&g->item, r->bk, 16);
	buf_put(&g->item, r->key.data, r->key.len);
	return spool_put(&p->join.unseen, 0, g->item.data, g->item.len, e);
}

static int
find_unseen(void *ctx, struct span in, struct err *e)
{
	const uint8_t *at = in.data, *end = in.data + in.len;
	struct record r;

	while (at < end)
		if (record_get(&at, end, &r, e) || put_unseen(ctx, &r, e))
			return -1;
	return 0;
}

/* What the last join left is read, what this one sees goes to new spools. */
static int
join_piece(
    struct joining *g, const struct join *old, uint32_t piece, struct err *e)
{
	struct part *p = g->part;
	int r = 0;

	if (spool_read(&g->state, piece, load_state, g, e) ||
	    spool_read(&old->marks, piece, load_marks, g, e) ||
	    spool_read(&old->rows, piece, take_rows, g, e) ||
	    spool_read(&g->state, piece, find_unseen, g, e) || save_marks(p, e))
		r = -1;
	table_free(&p->table);
	return r;
}

static int
join_all(struct joining *g, const struct join *old, struct err *e)
{
	struct part *p = g->part;
	struct join *j = &p->join;

	if (spool_open(&g->state, &p->place, SPOOL_BITS, e) ||
	    spool_open(&j->rows, &p->place, SPOOL_BITS, e) ||
	    spool_open(&j->marks, &p->place, SPOOL_BITS, e) ||
	    spool_open(&j->unseen, &p->place, 0, e) ||
	    state_scan(p->state, put_state, g, e))
		return -1;
	p->known = 0;
	for (uint32_t i = 0; i < spool_pieces(&g->state); i++)
		if (join_piece(g, old, i, e))
			return -1;
	return 0;
}

int
join_run(struct part *p, const struct outlet *out, struct err *e)
{
	struct joining g = { .part = p, .out = out };
	struct join old = p->join;

	p->join = (struct join){ .open = true };
	int r = join_all(&g, &old, e);
	p->join.judged = r == 0;
	spool_close(&old.rows);
	spool_close(&old.marks);
	spool_close(&old.unseen);
	spool_close(&g.state);
	buf_free(&g.item);
	return r;
}
