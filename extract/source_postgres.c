#include "extract/pg_copy.h"
#include "extract/pg_plan.h"
#include "extract/pg_probe.h"
#include "extract/pg_stream.h"
#include "extract/select.h"
#include "extract/source.h"
#include "proto/db_pg.h"
#include <postgresql/libpq-fe.h>
#include <string.h>

/*
 * PostgreSQL: binary COPY inside one REPEATABLE READ transaction. The worker
 * that plans exports its snapshot and keeps the transaction until the source
 * is closed; whoever reads a chunk adopts it. Every read stands behind a
 * savepoint, so that one that fails or is called off does not end the
 * transaction, and with it the snapshot that others depend on.
 */
struct postgres_source {
	struct pg_conn *conn;
	const char *snapshot; /* of the open transaction; NULL: none is open */
	bool called_off;      /* a cancel may still be on its way */
};

/* Scans that begin where another one stands would not be repeatable. */
static const char session[] = "SET synchronize_seqscans = off; SET jit = off";
#define BEGIN_READ "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

static int
read_schema(struct source_handle *s, struct pg_conn *c, struct err *e)
{
	struct buf query = { 0 };
	struct sql_table t;

	if (s->table) {
		if (sql_table_parse(s->table, &t, e) != 0)
			return -1;
		return db_pg_table_schema(c, &t, &s->arena, &s->schema, e);
	}
	if (!s->en->source.query)
		return err_config(e, "source",
		    "neither `table` nor `query` says what to read");
	select_put_query(s->en->source.query, &query);
	int rc =
	    db_pg_query_schema(c, buf_str(&query), &s->arena, &s->schema, e);
	buf_free(&query);
	return rc;
}

static int
postgres_open(struct source_handle *s, struct err *e)
{
	struct postgres_source *own = arena_zalloc(&s->arena, sizeof(*own));

	s->own = own;
	s->snapshot = true;
	if (db_pg_take(s->kept, s->conn, "extract", &own->conn, e) != 0 ||
	    db_pg_exec(own->conn, session, e) != 0)
		return -1;
	return read_schema(s, own->conn, e);
}

static int
end_transaction(struct postgres_source *own, struct err *e)
{
	if (!own->snapshot)
		return 0;
	own->snapshot = NULL;
	return db_pg_exec(own->conn, "ROLLBACK", e);
}

static int
export_snapshot(
    struct source_handle *s, struct postgres_source *own, struct err *e)
{
	struct pg_result *r;

	if (end_transaction(own, e) != 0)
		return -1;
	own->snapshot = ""; /* even if only half of it succeeds */
	if (db_pg_query(own->conn,
		BEGIN_READ "; SELECT pg_catalog.pg_export_snapshot()", &r,
		e) != 0)
		return err_wrap(e, "exporting a snapshot");
	own->snapshot = arena_strdup(&s->arena, PQgetvalue(r, 0, 0));
	db_pg_clear(&r);
	return 0;
}

static int
adopt_snapshot(struct source_handle *s, struct postgres_source *own,
    const char *snapshot, struct err *e)
{
	struct buf sql = { 0 };

	if (own->snapshot && strcmp(own->snapshot, snapshot) == 0)
		return 0;
	if (end_transaction(own, e) != 0 ||
	    db_pg_exec(own->conn, BEGIN_READ, e) != 0)
		return -1;
	own->snapshot = arena_strdup(&s->arena, snapshot);
	buf_puts(&sql, "SET TRANSACTION SNAPSHOT ");
	sql_literal(
	    &sql, (struct span){ (const uint8_t *)snapshot, strlen(snapshot) });
	int rc = db_pg_exec(own->conn, buf_str(&sql), e);
	buf_free(&sql);
	if (rc == 0 || e->cls == ERR_RETRY)
		return rc;
	err_retry(e, "snapshot_lost",
	    "snapshot %s is gone, because the worker that planned this read is; the chunks have to be planned again",
	    snapshot);
	return -1;
}

/* Has the server look whether it would give what is going to be read: a wrong
 * `where` or a missing privilege shows here, not in the middle of the night. */
static int
probe(struct source_handle *s, struct pg_conn *c, struct err *e)
{
	struct select_options o = { .opaque_text = true };
	struct buf sql = { 0 };

	buf_puts(&sql, "EXPLAIN ");
	int rc = select_put(s, &o, &sql, e);
	if (rc == 0)
		rc = db_pg_exec(c, buf_str(&sql), e);
	buf_free(&sql);
	return rc;
}

static int
postgres_plan(struct source_handle *s, struct span version,
    struct chunk_list *out, struct err *e)
{
	struct postgres_source *own = s->own;
	struct chunk_range whole = { .version = version };

	if (export_snapshot(s, own, e) != 0 || probe(s, own->conn, e) != 0)
		return -1;
	whole.snapshot = own->snapshot;
	return pg_plan(s, own->conn, &whole, out, e);
}

static int
postgres_again(
    struct source_handle *s, struct chunk_list *ranges, struct err *e)
{
	struct postgres_source *own = s->own;

	if (export_snapshot(s, own, e) != 0 || probe(s, own->conn, e) != 0)
		return -1;
	for (size_t i = 0; i < ranges->n; i++)
		ranges->ranges[i].snapshot = own->snapshot;
	return 0;
}

static int
postgres_probe(
    struct source_handle *s, uint64_t *rows, struct buf *out, struct err *e)
{
	struct postgres_source *own = s->own;

	return pg_probe(s, own->conn, rows, out, e);
}

static int
put_copy(struct source_handle *s, const struct chunk_range *r, struct buf *sql,
    struct err *e)
{
	struct buf condition = { 0 };

	pg_plan_condition(r, &condition);
	struct select_options o = { .opaque_text = true,
		.version = r->version,
		.condition = condition.len ? buf_str(&condition) : NULL };
	buf_puts(sql, "COPY (");
	int rc = select_put(s, &o, sql, e);
	buf_puts(sql, "\n) TO STDOUT (FORMAT binary)");
	buf_free(&condition);
	return rc;
}

static int
copy_out(
    struct source_handle *s, const char *sql, struct emit *em, struct err *e)
{
	struct postgres_source *own = s->own;
	struct pg_copy copy;
	struct arena a = { 0 };

	pg_copy_init(&copy, em, &a);
	int rc = pg_stream(own->conn, sql, &copy, &own->called_off, e);
	pg_copy_free(&copy);
	arena_free(&a);
	return rc;
}

static int
postgres_read(struct source_handle *s, const struct chunk_range *r,
    struct emit *em, struct err *e)
{
	struct postgres_source *own = s->own;
	struct buf sql = { 0 };
	struct err later = { 0 };

	if (!r->snapshot)
		return err_data(e, "bad_range", "a range without a snapshot");
	if (adopt_snapshot(s, own, r->snapshot, e) != 0 ||
	    db_pg_exec(own->conn, "SAVEPOINT chunk", e) != 0)
		return -1;
	int rc = put_copy(s, r, &sql, e);
	if (rc == 0)
		rc = copy_out(s, buf_str(&sql), em, e);
	buf_free(&sql);
	/* Its failure shows with the next statement; the first error counts. */
	if (db_pg_exec(own->conn,
		rc == 0 ? "RELEASE SAVEPOINT chunk"
			: "ROLLBACK TO SAVEPOINT chunk",
		&later) != 0 &&
	    rc == 0) {
		*e = later;
		rc = -1;
	}
	return rc;
}

static void
postgres_close(struct source_handle *s)
{
	struct postgres_source *own = s->own;
	struct err ignored = { 0 };

	if (!own)
		return;
	if (own->called_off || end_transaction(own, &ignored) != 0)
		db_pg_close(&own->conn);
	db_pg_give(s->kept, s->conn, &own->conn);
}

const struct source_driver source_postgres = {
	.kind = DRIVER_POSTGRES,
	.name = "postgres",
	.open = postgres_open,
	.plan = postgres_plan,
	.again = postgres_again,
	.probe = postgres_probe,
	.read = postgres_read,
	.close = postgres_close,
};
