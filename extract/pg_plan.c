#include "extract/pg_plan.h"
#include "extract/key_range.h"
#include "extract/select.h"
#include "proto/db_pg.h"
#include "proto/limits.h"
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_PER_PAGE_GUESS = 64, TID_RANGE_VERSION = 140000 };

/* The end of a heap is a chunk of its own, a sixteenth of it: PostgreSQL puts
 * new rows and versions of rows there, but for what fits into pages that a
 * vacuum has made room in. A small table is written in no time. */
enum { TAIL_OF = 16, TAIL_FROM_ROWS = 100000 };

/* Its beginning, too, is one: of ordinary rows, to be seen before the newest
 * ones, if all are refused. */
enum { SAMPLE_ROWS = 8192 };

struct table_facts {
	uint64_t rows;  /* about */
	uint64_t pages; /* now */
	bool plain;     /* one heap: every row is in its own pages */
};

static uint64_t
get_u64(const struct pg_result *r, int col)
{
	long long v = strtoll(PQgetvalue(r, 0, col), NULL, 10);
	return v > 0 ? (uint64_t)v : 0;
}

/* The planner's own guess: the density at the last analyze, today's size. */
static void
set_facts(const struct pg_result *r, struct table_facts *f)
{
	double tuples = strtod(PQgetvalue(r, 0, 1), NULL);
	uint64_t relpages = get_u64(r, 2);

	f->plain = PQgetvalue(r, 0, 0)[0] == 't';
	f->pages = get_u64(r, 3);
	if (tuples > 0 && relpages > 0)
		f->rows =
		    (uint64_t)(tuples * (double)f->pages / (double)relpages);
	else if (tuples > 0)
		f->rows = (uint64_t)tuples;
	else
		f->rows = f->pages * ROWS_PER_PAGE_GUESS;
}

/* The source's table, as an expression of type regclass. */
static int
put_table(const struct source_handle *s, struct buf *sql, struct err *e)
{
	struct buf name = { 0 };
	struct sql_table t;

	if (sql_table_parse(s->table, &t, e) != 0)
		return -1;
	sql_table_put(&name, &t);
	buf_puts(sql, "pg_catalog.to_regclass(");
	sql_literal(sql, buf_span(&name));
	buf_puts(sql, ")");
	buf_free(&name);
	return 0;
}

/* A query whose two halves the table stands between. */
static int
ask_about(const struct source_handle *s, struct pg_conn *c,
    const char *const sql[2], struct pg_result **out, struct err *e)
{
	struct buf text = { 0 };

	buf_puts(&text, sql[0]);
	int rc = put_table(s, &text, e);
	buf_puts(&text, sql[1]);
	if (rc == 0)
		rc = db_pg_query(c, buf_str(&text), out, e);
	buf_free(&text);
	return rc;
}

static int
table_facts(const struct source_handle *s, struct pg_conn *c,
    struct table_facts *f, struct err *e)
{
	static const char *const sql[] = {
		"SELECT c.relkind IN ('r', 'm') AND NOT c.relhassubclass AND coalesce(m.amname = 'heap', false), c.reltuples, c.relpages, pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE c.oid = ",
		""
	};
	struct pg_result *r;

	*f = (struct table_facts){ 0 };
	if (ask_about(s, c, sql, &r, e) != 0)
		return -1;
	if (PQntuples(r) == 1)
		set_facts(r, f);
	f->plain = f->plain && PQserverVersion(c) >= TID_RANGE_VERSION;
	db_pg_clear(&r);
	return 0;
}

/* Heap blocks from lo up to hi; 0: also those that came later. */
static int
add_blocks(struct source_handle *s, const struct chunk_range *whole,
    const struct table_facts *f, uint64_t lo, uint64_t hi,
    struct chunk_list *out, struct err *e)
{
	struct chunk_range r = *whole;
	uint64_t pages = (hi ? hi : f->pages) - lo;

	r.kind = CHUNK_CTID;
	r.lo = lo;
	r.hi = hi;
	r.newest = hi == 0;
	r.estimate =
	    f->pages
		? (uint64_t)((double)f->rows * (double)pages / (double)f->pages)
		: 0;
	return chunk_add(out, &s->arena, &r, e);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A sample, chunks of about chunk_rows each, and the tail. */
static int
plan_ctid(struct source_handle *s, const struct chunk_range *whole,
    const struct table_facts *f, struct chunk_list *out, struct err *e)
{
	uint64_t per = (uint64_t)s->en->source.chunk_rows;
	uint64_t chunks = least((f->rows + per - 1) / per, LIMIT_CHUNKS - 2);
	uint64_t step = (f->pages + chunks - 1) / chunks;
	uint64_t end = f->pages - least(f->pages / TAIL_OF, step);
	uint64_t hi =
	    (uint64_t)((double)f->pages * SAMPLE_ROWS / (double)f->rows) + 1;

	hi = least(hi, step);
	for (uint64_t lo = 0; lo < end; lo = hi, hi = lo + step) {
		hi = least(hi, end);
		if (add_blocks(s, whole, f, lo, hi, out, e) != 0)
			return -1;
	}
	return add_blocks(s, whole, f, end, 0, out, e);
}

/* Every chunk_rows-th value of the key, in order. */
static int
query_bounds(const struct source_handle *s, struct pg_conn *c,
    const char *column, struct pg_result **out, struct err *e)
{
	struct buf sql = { 0 };

	buf_puts(&sql,
	    "SELECT k::text FROM (SELECT k, row_number() OVER (ORDER BY k) AS n FROM (SELECT ");
	sql_ident(&sql, column);
	buf_puts(&sql, " AS k");
	if (select_put_from(s, &sql, e) != 0) {
		buf_free(&sql);
		return -1;
	}
	buf_puts(&sql, " WHERE ");
	sql_ident(&sql, column);
	buf_puts(&sql, " IS NOT NULL");
	if (s->mode != MODE_ADOPT && s->en->source.where)
		buf_printf(&sql, " AND (%s\n)", s->en->source.where);
	buf_printf(&sql,
	    ") x) y WHERE (n - 1) %% %lld = 0 AND n > 1 GROUP BY k ORDER BY min(n) LIMIT %d",
	    (long long)s->en->source.chunk_rows, LIMIT_CHUNKS);
	int rc = db_pg_query(c, buf_str(&sql), out, e);
	buf_free(&sql);
	return rc;
}

static int
add_ranges(struct source_handle *s, const struct chunk_range *key,
    const struct pg_result *bounds, struct chunk_list *out, struct err *e)
{
	int n = PQntuples(bounds);
	const char *low = NULL;

	for (int i = 0; i <= n; i++) {
		struct chunk_range r = *key;
		r.low = low;
		r.high = i < n
			     ? arena_strdup(&s->arena, PQgetvalue(bounds, i, 0))
			     : NULL;
		r.estimate = (uint64_t)s->en->source.chunk_rows;
		if (chunk_add(out, &s->arena, &r, e) != 0)
			return -1;
		low = r.high;
	}
	return 0;
}

static int
plan_key(struct source_handle *s, struct pg_conn *c,
    const struct chunk_range *whole, struct chunk_list *out, struct err *e)
{
	struct chunk_range key = *whole;
	const char *column = key_range_column(s);
	struct pg_result *bounds;

	if (!column)
		return err_config(e, "split",
		    "split: key needs the first key field to come `from` a column; use split: ctid or none");
	if (query_bounds(s, c, column, &bounds, e) != 0)
		return err_wrap(e, "split: key by column %s", column);
	key.kind = CHUNK_KEY;
	key.column = column;
	int rc = add_ranges(s, &key, bounds, out, e);
	db_pg_clear(&bounds);
	return rc;
}

/* An index that begins with the column: a range of it is found without a
 * look at the whole table. */
static int
key_indexed(const struct source_handle *s, struct pg_conn *c,
    const char *column, struct err *e)
{
	struct buf end = { 0 };
	struct pg_result *r;

	buf_puts(&end, " AND a.attname = ");
	sql_literal(
	    &end, (struct span){ (const uint8_t *)column, strlen(column) });
	buf_puts(&end, ")");
	const char *const sql[] = {
		"SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree' AND i.indrelid = ",
		buf_str(&end)
	};
	int rc = ask_about(s, c, sql, &r, e);
	buf_free(&end);
	if (rc != 0)
		return -1;
	rc = PQgetvalue(r, 0, 0)[0] == 't';
	db_pg_clear(&r);
	return rc;
}

/* Where the night may end before the read does, ranges of the key are worth
 * more than heap blocks: the next night goes on with them. */
static int
goes_on(const struct source_handle *s, struct pg_conn *c,
    const struct table_facts *f, struct err *e)
{
	const struct source *src = &s->en->source;
	const char *column = key_range_column(s);

	if (!key_range_wanted(s) || !column ||
	    f->rows <= (uint64_t)src->chunk_rows)
		return 0;
	return key_indexed(s, c, column, e);
}

int
pg_plan(struct source_handle *s, struct pg_conn *c,
    const struct chunk_range *whole, struct chunk_list *out, struct err *e)
{
	const struct source *src = &s->en->source;
	struct table_facts f = { 0 };
	struct chunk_range r = *whole;

	if (s->table && table_facts(s, c, &f, e) != 0)
		return -1;
	bool divide = src->split != SPLIT_NONE && src->chunk_rows > 0 &&
		      whole->version.len == 0;
	if (divide && src->split == SPLIT_KEY)
		return plan_key(s, c, whole, out, e);
	int stable = divide ? goes_on(s, c, &f, e) : 0;
	if (stable != 0)
		return stable < 0 ? -1 : plan_key(s, c, whole, out, e);
	if (divide && src->split == SPLIT_CTID && !f.plain)
		return err_config(e, "split",
		    "split: ctid needs a plain table (no view, partitions, children or query) on PostgreSQL 14 or newer; use split: key or none");
	if (divide && f.plain &&
	    (f.rows > (uint64_t)src->chunk_rows || f.rows >= TAIL_FROM_ROWS))
		return plan_ctid(s, whole, &f, out, e);
	r.estimate = whole->version.len ? 0 : f.rows;
	return chunk_add(out, &s->arena, &r, e);
}

void
pg_plan_condition(const struct chunk_range *r, struct buf *sql)
{
	if (r->kind == CHUNK_KEY) {
		key_range_condition(r, sql);
	} else if (r->kind == CHUNK_CTID && r->hi) {
		buf_printf(sql,
		    "ctid >= '(%llu,0)'::tid AND ctid < '(%llu,0)'::tid",
		    (unsigned long long)r->lo, (unsigned long long)r->hi);
	} else if (r->kind == CHUNK_CTID) {
		buf_printf(
		    sql, "ctid >= '(%llu,0)'::tid", (unsigned long long)r->lo);
	}
}
