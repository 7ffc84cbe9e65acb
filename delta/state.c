#include "delta/state.h"
#include "delta/state_impl.h"
#include "proto/arena.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_MS = 30000 };

/* Blobs span many pages: large pages mean few reads. */
static const char settings[] =
    "PRAGMA page_size=32768; PRAGMA journal_mode=TRUNCATE;"
    "PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF;";

static const char schema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE block(id INTEGER PRIMARY KEY, first BLOB NOT NULL,"
    " records INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE journal(id INTEGER PRIMARY KEY, run INTEGER NOT NULL,"
    " chunk INTEGER NOT NULL, attempt INTEGER NOT NULL,"
    " records INTEGER NOT NULL, added INTEGER NOT NULL,"
    " data BLOB NOT NULL, bytes INTEGER NOT NULL DEFAULT 0);";

/* Also a state that is never written is opened for writing: what a crash
 * left half done may have to be rolled back first. */
static int
connect_file(struct state *s, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(buf_str(&s->path), &s->db, flags, NULL) !=
	    SQLITE_OK)
		return state_error(s, "opening", e);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return state_exec(s, settings, e);
}

static void
forget_statements(struct state *s)
{
	sqlite3_finalize(s->next_block);
	sqlite3_finalize(s->next_journal);
	sqlite3_finalize(s->insert);
	s->next_block = s->next_journal = s->insert = NULL;
}

#define NEXT(columns, table)                                                   \
	"SELECT rowid, data, " columns " FROM " table                          \
	" WHERE rowid > ? ORDER BY rowid LIMIT 1"
#define INSERT(columns, values)                                                \
	"INSERT INTO journal(run,chunk,attempt,records,added,data" columns     \
	") VALUES(?,?,?,?,?,?" values ")"

int
state_prepare_all(struct state *s, struct err *e)
{
	bool old = s->format == 1;
	const char *journal =
	    old ? NEXT("0", "journal") : NEXT("bytes", "journal");

	forget_statements(s);
	if (state_prepare(s, NEXT("0", "block"), &s->next_block, e) ||
	    state_prepare(s, journal, &s->next_journal, e))
		return -1;
	return state_prepare(
	    s, old ? INSERT("", "") : INSERT(",bytes", ",?"), &s->insert, e);
}

int
state_take_format(struct state *s, struct err *e)
{
	int64_t was = s->format;
	if (state_number(s,
		"SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'format'",
		&s->format, e))
		return -1;
	return s->format == was ? 0 : state_prepare_all(s, e);
}

static void
disconnect(struct state *s)
{
	forget_statements(s);
	sqlite3_close(s->db);
	s->db = NULL;
}

static int
sums(struct state *s, struct err *e)
{
	int64_t blocks, records, added;
	if (state_number(s, "SELECT sum(records) FROM block", &blocks, e) ||
	    state_number(s, "SELECT sum(records) FROM journal", &records, e) ||
	    state_number(s, "SELECT sum(added) FROM journal", &added, e) ||
	    state_number(s, "PRAGMA data_version", &s->version, e))
		return -1;
	int64_t entries = blocks + added;
	s->entries = entries > 0 ? (uint64_t)entries : 0;
	s->records = (uint64_t)(blocks + records);
	return 0;
}

static int
create(struct state *s, struct err *e)
{
	if (state_exec(s, "BEGIN IMMEDIATE", e) || state_exec(s, schema, e) ||
	    state_meta_write(s, e) ||
	    state_number(s, "PRAGMA data_version", &s->version, e))
		return -1;
	s->format = 2;
	return state_prepare_all(s, e);
}

/* A file of no bytes is what a crash leaves of one being made. */
static int
has_tables(struct state *s, int64_t *n, struct err *e)
{
	return state_number(
	    s, "SELECT count(*) FROM sqlite_master WHERE name = 'meta'", n, e);
}

int
state_open_file(struct state *s, bool make, struct err *e)
{
	int64_t tables = 0;

	if (make && place_make_dir(&s->spec.place, e))
		return -1;
	if (!make && access(buf_str(&s->path), F_OK) != 0)
		return errno == ENOENT
			   ? state_refuse_segments(s, e)
			   : err_errno(e, "state file %s", buf_str(&s->path));
	if (connect_file(s, e) || has_tables(s, &tables, e))
		return -1;
	if (!tables && make)
		return create(s, e);
	if (!tables) {
		disconnect(s);
		return state_refuse_segments(s, e);
	}
	if (state_take_format(s, e) || state_meta_check(s, e) || sums(s, e))
		return -1;
	if (s->format == 1)
		return 0;
	if (state_name_segments(s, e))
		return -1;
	return s->spec.write ? state_drop_segments(s, e) : 0;
}

int
state_open(const struct state_spec *spec, struct state **out, struct err *e)
{
	if (place_check_parts(&spec->place, e))
		return -1;
	struct state *s = mem_zalloc(sizeof(*s));
	s->spec = *spec;
	place_state(&spec->place, &s->path);
	if (state_open_file(s, false, e)) {
		state_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
state_close(struct state **sp)
{
	struct state *s = *sp;
	if (!s)
		return;
	disconnect(s);
	state_again_close(s);
	buf_free(&s->again.bytes);
	buf_free(&s->again.row.blob);
	blob_free(&s->blob);
	buf_free(&s->path);
	free(s);
	*sp = NULL;
}

uint64_t
state_entries(const struct state *s)
{
	return s->entries;
}

int
state_next_row(
    struct state *s, bool block, struct state_row *row, struct err *e)
{
	struct sqlite3_stmt *st = block ? s->next_block : s->next_journal;

	sqlite3_bind_int64(st, 1, row->id);
	int r = sqlite3_step(st);
	if (r == SQLITE_ROW) {
		row->id = sqlite3_column_int64(st, 0);
		const void *data = sqlite3_column_blob(st, 1);
		buf_clear(&row->blob);
		buf_put(&row->blob, data, (size_t)sqlite3_column_bytes(st, 1));
		row->bytes = (uint64_t)sqlite3_column_int64(st, 2);
	}
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		(void)state_error(s, "reading", e);
	sqlite3_reset(st);
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : -1;
}

/* A key stands in one block only. A run that takes over its intents judges no
 * key twice, and calls it an insert if the state does not have it. */
static bool
is_fresh(const struct state_scan *scan, const struct record *r)
{
	return scan->where.in == STATE_BLOCK ||
	       (scan->where.in == STATE_SEGMENT && r->op == RECORD_INSERT);
}

int
state_scan_blob(
    const struct state_scan *scan, struct blob_reader *reader, struct err *e)
{
	struct record run[RECORD_RUN];
	struct state *s = scan->state;
	struct err why = { 0 };
	const uint8_t *first = reader->at;
	size_t n;
	int r;

	while ((s->here_data = reader->at,
		   r = blob_next(reader, run, &n, &why)) == 1) {
		s->here = scan->where;
		s->here.at += (uint64_t)(s->here_data - first);
		s->here.bytes = (uint32_t)(reader->at - s->here_data);
		for (size_t i = 0; i < n; i++)
			run[i].fresh = is_fresh(scan, &run[i]);
		r = scan->fn(scan->ctx, run, n, e);
		if (r)
			return r;
	}
	return r ? state_damaged(s, &why, e) : 0;
}

static int
scan_row(struct state_scan *scan, const struct state_row *row, struct err *e)
{
	struct blob_reader reader;
	struct err why = { 0 };

	scan->where.id = row->id;
	if (row->bytes)
		return state_scan_segment(scan, row, e);
	if (blob_open(buf_span(&row->blob), &reader, &why))
		return state_damaged(scan->state, &why, e);
	scan->where.at = (uint64_t)(reader.at - row->blob.data);
	return state_scan_blob(scan, &reader, e);
}

static int
scan_table(struct state_scan *scan, struct err *e)
{
	bool block = scan->where.in == STATE_BLOCK;
	struct state_row row = { .id = -1 };
	int r;

	while ((r = state_next_row(scan->state, block, &row, e)) == 1) {
		r = scan_row(scan, &row, e);
		if (r)
			break;
	}
	buf_free(&row.blob);
	return r;
}

int
state_scan(struct state *s, record_fn *fn, void *ctx, struct err *e)
{
	struct state_scan scan = { s, fn, ctx, { .in = STATE_BLOCK } };
	struct err changed = { 0 };

	if (!s->db)
		return 0;
	if (state_check_pages(s, e))
		return -1;
	int r = scan_table(&scan, e);
	scan.where.in = STATE_JOURNAL;
	if (r == 0)
		r = scan_table(&scan, e);
	/* A merge elsewhere took a segment away: that is no damage. */
	if (r < 0 && e->cls == ERR_CONFIG && state_check_unchanged(s, &changed))
		*e = changed;
	return r < 0 ? -1 : 0;
}

int
state_has(struct state *s, const struct intent_id *id, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	if (!s->db)
		return 0;
	if (state_prepare(s,
		"SELECT 1 FROM journal WHERE run=? AND chunk=? AND attempt=?",
		&st, e))
		return -1;
	sqlite3_bind_int64(st, 1, (int64_t)id->run);
	sqlite3_bind_int64(st, 2, id->chunk);
	sqlite3_bind_int64(st, 3, id->attempt);
	int r = sqlite3_step(st);
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		(void)state_error(s, "reading", e);
	sqlite3_finalize(st);
	return r == SQLITE_ROW ? 1 : r == SQLITE_DONE ? 0 : -1;
}
