/* The store's engine: SQLite. */
#include "proto/store_sqlite.h"
#include "proto/store_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CACHE = 96, BUSY_MS = 10000, APPLICATION_ID = 0x53594e43 /* SYNC */ };

struct store_stmt {
	sqlite3_stmt *sqlite;
	const char *sql; /* a literal: the key, by address */
	bool busy;       /* between query and end */
};

struct store_db {
	sqlite3 *sqlite;
	size_t ncached;
	struct store_stmt cache[CACHE];
};

static int
sqlite_error(struct store *s, struct err *e)
{
	sqlite3 *db = s->db->sqlite;
	return store_sqlite_fail(
	    s->path, sqlite3_extended_errcode(db), sqlite3_errmsg(db), e);
}

/* Remembers that the transaction can only be rolled back: SQLite may have
 * done so itself, and what follows would then be kept on its own. */
static int
write_failed(struct store *s, struct err *e)
{
	s->tx_failed = s->in_tx;
	return sqlite_error(s, e);
}

int
store_db_exec(struct store *s, const char *script, struct err *e)
{
	if (sqlite3_exec(s->db->sqlite, script, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return write_failed(s, e);
}

/* --- statements ----------------------------------------------------------- */

static struct store_stmt *
cache_find(struct store_db *db, const char *sql)
{
	for (size_t i = 0; i < db->ncached; i++)
		if (db->cache[i].sql == sql && !db->cache[i].busy)
			return &db->cache[i];
	return NULL;
}

static int
prepare(
    struct store *s, const char *sql, struct store_stmt **out, struct err *e)
{
	struct store_db *db = s->db;
	*out = cache_find(db, sql);
	if (*out)
		return 0;
	if (db->ncached == CACHE)
		return err_bug(e, "the store has more statements than slots");
	struct store_stmt *st = &db->cache[db->ncached];
	if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
		&st->sqlite, NULL) != SQLITE_OK)
		return write_failed(s, e);
	st->sql = sql;
	db->ncached++;
	*out = st;
	return 0;
}

static int
bind_one(sqlite3_stmt *st, int i, const struct store_arg *arg)
{
	switch (arg->type) {
	case STORE_ARG_INT:
		return sqlite3_bind_int64(st, i, arg->i);
	case STORE_ARG_TEXT: /* binds NULL for NULL */
		return sqlite3_bind_text(st, i, arg->text, -1, SQLITE_STATIC);
	case STORE_ARG_BLOB:
		if (arg->blob.len == 0)
			return sqlite3_bind_null(st, i);
		return sqlite3_bind_blob64(
		    st, i, arg->blob.data, arg->blob.len, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

int
store_db_query(struct store *s, const char *sql, const struct store_args *args,
    struct store_rows *q, struct err *e)
{
	struct store_stmt *st;
	*q = (struct store_rows){ .store = s };
	if (s->tx_failed)
		return err_bug(e, "a write follows one that failed");
	if (prepare(s, sql, &st, e) < 0)
		return -1;
	q->stmt = st;
	st->busy = true;
	if ((size_t)sqlite3_bind_parameter_count(st->sqlite) != args->n) {
		store_db_end(q);
		return err_bug(e, "wrong number of parameters: %s", sql);
	}
	for (size_t i = 0; i < args->n; i++) {
		/* $1 is a name to SQLite: numbered as it first appears. */
		if (bind_one(st->sqlite, (int)i + 1, &args->v[i]) !=
		    SQLITE_OK) {
			write_failed(s, e);
			store_db_end(q);
			return -1;
		}
	}
	return 0;
}

int
store_db_step(struct store_rows *q, struct err *e)
{
	/* A query that failed is never stepped.
	 * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	int rc = sqlite3_step(q->stmt->sqlite);
	q->column = 0;
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		write_failed(q->store, e);
	store_db_end(q);
	return rc == SQLITE_DONE ? 0 : -1;
}

void
store_db_end(struct store_rows *q)
{
	if (!q->stmt)
		return;
	sqlite3_reset(q->stmt->sqlite);
	sqlite3_clear_bindings(q->stmt->sqlite);
	q->stmt->busy = false;
	q->stmt = NULL;
}

int
store_db_run(struct store *s, const char *sql, const struct store_args *args,
    uint64_t *changed, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s, sql, args, &q, e) < 0)
		return -1;
	int rc;
	while ((rc = store_db_step(&q, e)) == 1)
		;
	if (rc == 0 && changed)
		*changed = (uint64_t)sqlite3_changes64(s->db->sqlite);
	return rc;
}

uint64_t
store_db_u64(struct store_rows *q)
{
	return (uint64_t)sqlite3_column_int64(q->stmt->sqlite, q->column++);
}

const char *
store_db_text(struct store_rows *q, struct arena *a)
{
	int i = q->column++;
	const unsigned char *t = sqlite3_column_text(q->stmt->sqlite, i);
	return t ? arena_strdup(a, (const char *)t) : "";
}

struct span
store_db_blob(struct store_rows *q, struct arena *a)
{
	int i = q->column++;
	const void *p = sqlite3_column_blob(q->stmt->sqlite, i);
	size_t n = (size_t)sqlite3_column_bytes(q->stmt->sqlite, i);
	if (!p || n == 0)
		return (struct span){ 0 };
	return (struct span){ arena_dup(a, p, n), n };
}

int
store_db_number(struct store *s, const char *sql, const struct store_args *args,
    uint64_t *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s, sql, args, &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc == 1) {
		*out = store_db_u64(&q);
		store_db_end(&q);
	}
	return rc;
}

/* --- transactions --------------------------------------------------------- */

int
store_begin(struct store *s, enum store_sync sync, struct err *e)
{
	if (s->in_tx)
		return err_bug(e, "a transaction inside a transaction");
	bool reader = s->mode == STORE_READ || s->mode == STORE_INSPECT;
	const char *sql = "BEGIN";
	if (!reader && sync == STORE_DURABLE)
		sql = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE";
	else if (!reader)
		sql = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";
	if (store_db_exec(s, sql, e) < 0)
		return -1;
	s->in_tx = true;
	s->tx_failed = false;
	if (reader || store_lease_check(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

int
store_commit(struct store *s, struct err *e)
{
	if (!s->in_tx)
		return err_bug(e, "commit without a transaction");
	if (s->tx_failed) {
		store_rollback(s);
		return err_bug(e, "commit after a write that failed");
	}
	if (store_db_exec(s, "COMMIT", e) < 0) {
		store_rollback(s);
		return -1;
	}
	s->in_tx = false;
	return 0;
}

void
store_rollback(struct store *s)
{
	if (!s->in_tx)
		return;
	/* Cannot fail: at worst SQLite has rolled back by itself before. */
	if (!sqlite3_get_autocommit(s->db->sqlite))
		sqlite3_exec(s->db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	s->in_tx = s->tx_failed = false;
}

/* --- opening -------------------------------------------------------------- */

/* SQLite gives its log the same mode. Only a file that is not there is made
 * and closed again here: closing any descriptor of a file drops all of the
 * process's locks on it. */
static int
create_file(struct store *s, struct err *e)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return err_errno(e, "cannot create %s", s->path);
	return 0;
}

/* A writer may create; whoever reads needs our file, or an empty one. */
static int
check_ours(struct store *s, bool *marked, struct err *e)
{
	uint64_t id = 0, tables = 0;
	if (store_db_number(s, "PRAGMA application_id", STORE_NO_ARGS, &id, e) <
	    0)
		return -1;
	*marked = id == APPLICATION_ID;
	if (*marked)
		return 0;
	if (store_db_number(s, "SELECT count(*) FROM sqlite_schema",
		STORE_NO_ARGS, &tables, e) < 0)
		return -1;
	if (id != 0 || tables != 0)
		return err_config(e, "not_a_store",
		    "%s is another program's SQLite file, not a control store: give `store: {dir: …}` a folder of its own",
		    s->path);
	return 0;
}

/* Ours; the page is written whether or not it says so already. */
int
store_db_touch(struct store *s, struct err *e)
{
	char sql[64];
	snprintf(
	    sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
	return store_db_exec(s, sql, e);
}

static int
set_up(struct store *s, bool write, struct err *e)
{
	bool marked = false;
	sqlite3_busy_timeout(s->db->sqlite, BUSY_MS);
	if (store_db_exec(s,
		"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF", e) < 0)
		return -1;
	if (check_ours(s, &marked, e) < 0)
		return -1;
	if (!write)
		return 0;
	/* SQLite opens what it may not write for reading, without a word. */
	if (sqlite3_db_readonly(s->db->sqlite, "main") == 1)
		return store_sqlite_fail(s->path, SQLITE_READONLY,
		    sqlite3_errstr(SQLITE_READONLY), e);
	if (store_db_exec(s,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"PRAGMA journal_size_limit = 67108864",
		e) < 0)
		return -1;
	return marked ? 0 : store_db_touch(s, e);
}

int
store_db_open(struct store *s, struct err *e)
{
	bool write = s->mode == STORE_WRITE || s->mode == STORE_MAINTAIN;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (write && create_file(s, e) < 0)
		return -1;
	s->db = mem_zalloc(sizeof(*s->db));
	flags |= write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	if (sqlite3_open_v2(s->path, &s->db->sqlite, flags, NULL) != SQLITE_OK)
		return sqlite_error(s, e);
	return set_up(s, write, e);
}

void
store_db_close(struct store *s)
{
	if (!s->db)
		return;
	for (size_t i = 0; i < s->db->ncached; i++)
		sqlite3_finalize(s->db->cache[i].sqlite);
	sqlite3_close(s->db->sqlite);
	free(s->db);
	s->db = NULL;
}
