/*
 * From a journal to sorted blocks, in memory that does not depend on the size
 * of the state: every record goes to a spool by the leading bits of its key
 * hash, then each piece is sorted on its own, and the pieces are in order.
 */
#include "delta/spool.h"
#include "delta/state_impl.h"
#include "proto/arena.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* About 250 entries a block. */
enum { BLOCK_BYTES = 20 << 10 };

struct merge {
	struct state *state;
	struct spool spool;
	struct buf piece;       /* records of one piece */
	struct record *records; /* of piece, sorted */
	size_t n, cap;
	struct blob block;
	uint8_t first[16];
	struct sqlite3_stmt *insert;
	uint64_t live;
};

static int
put_aside(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct merge *m = ctx;
	for (size_t i = 0; i < n; i++) {
		buf_clear(&m->piece);
		record_put(&m->piece, &r[i]);
		if (spool_put(&m->spool, spool_piece(&m->spool, r[i].bk),
			m->piece.data, m->piece.len, e))
			return -1;
	}
	return 0;
}

static int
collect(void *ctx, struct span items, struct err *e)
{
	struct merge *m = ctx;
	(void)e;
	buf_put(&m->piece, items.data, items.len);
	return 0;
}

/* Equal keys stay in the order they were written: addresses grow with it. */
static int
by_key(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int r = memcmp(x->bk, y->bk, 16);
	return r ? r : (x->bk > y->bk) - (x->bk < y->bk);
}

static int
parse_piece(struct merge *m, struct err *e)
{
	const uint8_t *at = m->piece.data, *end = at + m->piece.len;

	m->n = 0;
	while (at < end) {
		if (m->n == m->cap) {
			m->cap = m->cap ? m->cap * 2 : 4096;
			m->records = mem_realloc(
			    m->records, m->cap * sizeof(*m->records));
		}
		if (record_get(&at, end, &m->records[m->n++], e))
			return -1;
	}
	if (m->n)
		qsort(m->records, m->n, sizeof(*m->records), by_key);
	return 0;
}

static int
flush_block(struct merge *m, struct err *e)
{
	if (!m->block.records)
		return 0;
	struct span data = blob_finish(&m->block);
	sqlite3_bind_blob(m->insert, 1, m->first, 16, SQLITE_STATIC);
	sqlite3_bind_int64(m->insert, 2, m->block.records);
	sqlite3_bind_blob64(m->insert, 3, data.data, data.len, SQLITE_STATIC);
	int r = state_step(m->state, m->insert, e);
	blob_clear(&m->block);
	return r;
}

/* The last record of each key, unless it is a delete. */
static int
write_piece(struct merge *m, struct err *e)
{
	for (size_t i = 0; i < m->n; i++) {
		struct record *r = &m->records[i];
		if (i + 1 < m->n && memcmp(r->bk, r[1].bk, 16) == 0)
			continue;
		if (r->op == RECORD_DELETE)
			continue;
		if (!m->block.records)
			memcpy(m->first, r->bk, 16);
		blob_put(&m->block, r);
		m->live++;
		if (m->block.bytes.len >= BLOCK_BYTES && flush_block(m, e))
			return -1;
	}
	return 0;
}

static int
write_blocks(struct merge *m, struct err *e)
{
	for (uint32_t i = 0; i < spool_pieces(&m->spool); i++) {
		buf_clear(&m->piece);
		if (spool_read(&m->spool, i, collect, m, e) ||
		    parse_piece(m, e) || write_piece(m, e))
			return -1;
	}
	return flush_block(m, e);
}

static int
replace_all(struct merge *m, struct err *e)
{
	struct state *s = m->state;
	if (state_lock(s, e) ||
	    state_exec(s, "DELETE FROM block; DELETE FROM journal", e) ||
	    state_prepare(s,
		"INSERT INTO block(first,records,data) VALUES(?,?,?)",
		&m->insert, e))
		return -1;
	return write_blocks(m, e) || state_exec(s, "COMMIT", e) ? -1 : 0;
}

static int
merge(struct state *s, struct err *e)
{
	struct merge m = { .state = s };
	int r = spool_open(&m.spool, &s->spec.place, SPOOL_BITS_MAX, e);

	if (r == 0)
		r = state_scan(s, put_aside, &m, e);
	if (r == 0)
		r = replace_all(&m, e);
	sqlite3_finalize(m.insert);
	if (r && !sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (r == 0) {
		s->entries = s->records = m.live;
		s->wrote = false;
		r = state_drop_segments(s, e);
	}
	spool_close(&m.spool);
	buf_free(&m.piece);
	blob_free(&m.block);
	free(m.records);
	return r;
}

int
state_merge(struct state *s, uint64_t from, struct err *e)
{
	uint64_t dead = s->records > s->entries ? s->records - s->entries : 0;
	if (!s->db || !s->wrote || dead < from || dead <= s->entries)
		return 0;
	return merge(s, e) ? -1 : 1;
}
