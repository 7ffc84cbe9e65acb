#include "extract/select.h"
#include "extract/source.h"
#include "extract/sqlite_value.h"
#include "proto/db_sqlite.h"
#include <sqlite3.h>

/*
 * SQLite: one chunk, one statement, one read transaction, which is therefore
 * one snapshot. The transaction ends with the statement: held any longer, it
 * would keep others from writing, a target in the same file among them.
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
	struct select_options o = { .sqlite = true, .version = r->version };
	struct buf sql = { 0 };

	int rc = select_put(s, &o, &sql, e);
	if (rc == 0)
		rc = db_sqlite_prepare(own->db, buf_str(&sql), out, e);
	buf_free(&sql);
	return rc;
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
	return chunk_add(out, &s->arena, &r, e);
}

static int
put_row(struct emit *em, struct sqlite3_stmt *st, struct err *e)
{
	size_t bytes = 0;

	for (size_t i = 0; i < em->ncols; i++)
		if (sqlite_value_put(em, (int)i, st, &bytes, e) != 0)
			return -1;
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
	.read = sqlite_read,
	.travels = sqlite_value_travels,
	.close = sqlite_close,
};
