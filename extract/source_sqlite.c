#include "extract/key_range.h"
#include "extract/select.h"
#include "extract/source.h"
#include "extract/sqlite_value.h"
#include "proto/db_sqlite.h"
#include "proto/limits.h"
#include "proto/sql.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

/*
 * SQLite: one chunk, one statement, one read transaction, which is therefore
 * one snapshot. The transaction ends with the statement: held any longer, it
 * would keep others from writing, a target in the same file among them.
 *
 * A large table whose nights end is read in ranges of its integer primary key
 * instead, each a snapshot of its own. Not with a rowversion: nothing would
 * say how far such a read has come.
 */
struct sqlite_source {
	struct sqlite3 *db;
};

static int
read_schema(struct source_handle *s, struct sqlite3 *db, struct err *e)
{
	struct sql_table t;

	if (s->table) {
		if (sql_table_parse(s->table, &t, e) != 0)
			return -1;
		return db_sqlite_table_schema(db, &t, &s->arena, &s->schema, e);
	}
	if (!s->en->source.query)
		return err_config(e, "source",
		    "neither `table` nor `query` says what to read");
	return db_sqlite_query_schema(
	    db, s->en->source.query, &s->arena, &s->schema, e);
}

static int
sqlite_open(struct source_handle *s, struct err *e)
{
	struct sqlite_source *own = arena_zalloc(&s->arena, sizeof(*own));

	s->own = own;
	s->snapshot = true;
	if (db_sqlite_open(s->conn, false, &own->db, e) != 0)
		return -1;
	return read_schema(s, own->db, e);
}

/* A guess for progress: the highest rowid, where there is one. */
static uint64_t
estimate(struct source_handle *s, struct sqlite3 *db)
{
	struct buf sql = { 0 };
	struct sqlite3_stmt *st;
	struct err ignored = { 0 };
	int64_t n = 0;

	buf_puts(&sql, "SELECT max(rowid)");
	if (s->table && select_put_from(s, &sql, &ignored) == 0 &&
	    db_sqlite_prepare(db, buf_str(&sql), &st, &ignored) == 0) {
		if (sqlite3_step(st) == SQLITE_ROW)
			n = sqlite3_column_int64(st, 0);
		sqlite3_finalize(st);
	}
	buf_free(&sql);
	return n > 0 ? (uint64_t)n : 0;
}

static int
prepare(struct source_handle *s, const struct chunk_range *r,
    struct sqlite3_stmt **out, struct err *e)
{
	struct sqlite_source *own = s->own;
	struct buf sql = { 0 }, condition = { 0 };

	if (r->kind == CHUNK_KEY)
		key_range_condition(r, &condition);
	const struct select_options o = { .sqlite = true,
		.version = r->version,
		.condition = condition.len ? buf_str(&condition) : NULL };
	int rc = select_put(s, &o, &sql, e);
	if (rc == 0)
		rc = db_sqlite_prepare(own->db, buf_str(&sql), out, e);
	buf_free(&condition);
	buf_free(&sql);
	return rc;
}

/* The key's first column, if it is an integer primary key. */
static const char *
range_column(struct source_handle *s, struct sqlite3 *db)
{
	const char *column = key_range_column(s), *type = NULL;
	struct err ignored = { 0 };
	struct sql_table t;
	int key = 0;

	if (!key_range_wanted(s) || !column || s->en->rowversion ||
	    sql_table_parse(s->table, &t, &ignored) != 0 ||
	    sqlite3_table_column_metadata(db, t.schema[0] ? t.schema : NULL,
		t.name, column, &type, NULL, NULL, &key, NULL) != SQLITE_OK)
		return NULL;
	return key && type && sqlite3_stricmp(type, "INTEGER") == 0 ? column
								    : NULL;
}

static int
bounds(struct source_handle *s, const char *column, int64_t *low, int64_t *high,
    struct err *e)
{
	struct sqlite_source *own = s->own;
	struct sqlite3_stmt *st;
	struct buf sql = { 0 };

	buf_puts(&sql, "SELECT min(");
	sql_ident(&sql, column);
	buf_puts(&sql, "), max(");
	sql_ident(&sql, column);
	buf_puts(&sql, ")");
	int rc = select_put_from(s, &sql, e);
	if (rc == 0)
		rc = db_sqlite_prepare(own->db, buf_str(&sql), &st, e);
	buf_free(&sql);
	if (rc != 0)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW) {
		*low = sqlite3_column_int64(st, 0);
		*high = sqlite3_column_int64(st, 1);
	} else {
		rc = db_sqlite_error(own->db, e);
	}
	sqlite3_finalize(st);
	return rc;
}

/* Equal parts of the numbers there are, whichever of them are taken. */
static int
plan_key(struct source_handle *s, const struct chunk_range *whole,
    const char *column, struct chunk_list *out, struct err *e)
{
	uint64_t per = (uint64_t)s->en->source.chunk_rows;
	uint64_t n = (whole->estimate + per - 1) / per;
	int64_t low = 0, high = 0;
	const char *from = NULL;

	if (bounds(s, column, &low, &high, e) != 0)
		return -1;
	n = n > LIMIT_CHUNKS ? LIMIT_CHUNKS : n;
	uint64_t width = ((uint64_t)high - (uint64_t)low) / n + 1;
	for (uint64_t i = 1; i <= n; i++) {
		struct chunk_range r = { .kind = CHUNK_KEY,
			.column = column,
			.low = from,
			.estimate = whole->estimate / n };
		char text[32];
		snprintf(text, sizeof(text), "%" PRId64,
		    (int64_t)((uint64_t)low + i * width));
		if (i < n)
			from = r.high = arena_strdup(&s->arena, text);
		if (chunk_add(out, &s->arena, &r, e) != 0)
			return -1;
	}
	s->snapshot = false;
	return 0;
}

static int
sqlite_plan(struct source_handle *s, struct span version,
    struct chunk_list *out, struct err *e)
{
	struct sqlite_source *own = s->own;
	struct chunk_range r = { .kind = CHUNK_WHOLE, .version = version };
	struct sqlite3_stmt *st;

	/* A wrong `where` shows here, not once the night has begun. */
	if (prepare(s, &r, &st, e) != 0)
		return -1;
	sqlite3_finalize(st);
	r.estimate = estimate(s, own->db);
	const char *column = range_column(s, own->db);
	if (column && r.estimate > (uint64_t)s->en->source.chunk_rows)
		return plan_key(s, &r, column, out, e);
	return chunk_add(out, &s->arena, &r, e);
}

static int
sqlite_again(struct source_handle *s, struct chunk_list *ranges, struct err *e)
{
	struct chunk_range whole = { .kind = CHUNK_WHOLE };
	struct sqlite3_stmt *st;

	(void)ranges; /* each is read under a snapshot of its own */
	if (prepare(s, &whole, &st, e) != 0)
		return -1;
	sqlite3_finalize(st);
	s->snapshot = false;
	return 0;
}

/* The column with the largest value, and its size. */
static size_t
largest(const struct emit *em, struct sqlite3_stmt *st, size_t *bytes)
{
	size_t at = 0;

	*bytes = 0;
	for (size_t i = 0; i < em->ncols; i++) {
		size_t n = sqlite_value_bytes(st, (int)i);
		if (n > *bytes) {
			*bytes = n;
			at = i;
		}
	}
	return at;
}

/* The row is rejected, with the beginnings of its values. */
static int
refuse_row(struct emit *em, struct sqlite3_stmt *st, struct err *e)
{
	const struct sqlite_value_limit most = { EMIT_KEPT_BYTES,
		EMIT_KEPT_BYTES };
	struct err why = { 0 };
	size_t bytes;
	size_t at = largest(em, st, &bytes);

	emit_too_large(&em->cols[at], bytes, &why);
	if (emit_refuse(em, &why, e) != 0)
		return -1;
	bytes = 0;
	for (size_t i = 0; i < em->ncols; i++)
		if (sqlite_value_put(em, (int)i, st, &most, &bytes) != 0)
			return err_bug(e, "a value that is cut is too large");
	return emit_row(em, bytes, e);
}

/* The bytes of the row, whose values were put, or more if one is too large for
 * that: then none was. */
static size_t
put_values(struct emit *em, struct sqlite3_stmt *st)
{
	const struct sqlite_value_limit most = { LIMIT_VALUE_BYTES, 0 };
	size_t bytes = 0, i = 0;

	while (i < em->ncols && bytes <= EMIT_ROW_BYTES_MAX &&
	       sqlite_value_put(em, (int)i, st, &most, &bytes) == 0)
		i++;
	if (i == em->ncols && bytes <= EMIT_ROW_BYTES_MAX)
		return bytes;
	emit_take_back(em, i);
	return SIZE_MAX;
}

static int
put_row(struct emit *em, struct sqlite3_stmt *st, struct err *e)
{
	size_t bytes = put_values(em, st);

	if (bytes == SIZE_MAX)
		return refuse_row(em, st, e);
	/* Seldom, and then once more. */
	if (em->nrows && em->nbytes + bytes > EMIT_ROW_BYTES_MAX) {
		emit_take_back(em, em->ncols);
		if (emit_make_room(em, bytes, e) != 0)
			return -1;
		bytes = put_values(em, st);
	}
	return emit_row(em, bytes, e);
}

static int
read_all(
    struct sqlite3 *db, struct sqlite3_stmt *st, struct emit *em, struct err *e)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (put_row(em, st, e) != 0)
			return -1;
	return rc == SQLITE_DONE ? 0 : db_sqlite_error(db, e);
}

static int
sqlite_read(struct source_handle *s, const struct chunk_range *r,
    struct emit *em, struct err *e)
{
	struct sqlite_source *own = s->own;
	struct sqlite3_stmt *st;

	if (prepare(s, r, &st, e) != 0)
		return -1;
	int rc = read_all(own->db, st, em, e);
	sqlite3_finalize(st);
	return rc;
}

static void
sqlite_close(struct source_handle *s)
{
	struct sqlite_source *own = s->own;

	if (own)
		db_sqlite_close(&own->db);
}

const struct source_driver source_sqlite = {
	.kind = DRIVER_SQLITE,
	.name = "sqlite",
	.open = sqlite_open,
	.plan = sqlite_plan,
	.again = sqlite_again,
	.read = sqlite_read,
	.travels = sqlite_value_travels,
	.close = sqlite_close,
};
