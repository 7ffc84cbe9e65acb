#include "proto/db_sqlite.h"
#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 30000 };

static const struct {
	int code;
	const char *name;
} results[] = {
	{ SQLITE_ERROR, "SQLITE_ERROR" },
	{ SQLITE_INTERNAL, "SQLITE_INTERNAL" },
	{ SQLITE_PERM, "SQLITE_PERM" },
	{ SQLITE_ABORT, "SQLITE_ABORT" },
	{ SQLITE_BUSY, "SQLITE_BUSY" },
	{ SQLITE_LOCKED, "SQLITE_LOCKED" },
	{ SQLITE_NOMEM, "SQLITE_NOMEM" },
	{ SQLITE_READONLY, "SQLITE_READONLY" },
	{ SQLITE_INTERRUPT, "SQLITE_INTERRUPT" },
	{ SQLITE_IOERR, "SQLITE_IOERR" },
	{ SQLITE_CORRUPT, "SQLITE_CORRUPT" },
	{ SQLITE_NOTFOUND, "SQLITE_NOTFOUND" },
	{ SQLITE_FULL, "SQLITE_FULL" },
	{ SQLITE_CANTOPEN, "SQLITE_CANTOPEN" },
	{ SQLITE_PROTOCOL, "SQLITE_PROTOCOL" },
	{ SQLITE_EMPTY, "SQLITE_EMPTY" },
	{ SQLITE_SCHEMA, "SQLITE_SCHEMA" },
	{ SQLITE_TOOBIG, "SQLITE_TOOBIG" },
	{ SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT" },
	{ SQLITE_MISMATCH, "SQLITE_MISMATCH" },
	{ SQLITE_MISUSE, "SQLITE_MISUSE" },
	{ SQLITE_NOLFS, "SQLITE_NOLFS" },
	{ SQLITE_AUTH, "SQLITE_AUTH" },
	{ SQLITE_RANGE, "SQLITE_RANGE" },
	{ SQLITE_NOTADB, "SQLITE_NOTADB" },
	{ SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY" },
	{ SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT" },
	{ SQLITE_BUSY_TIMEOUT, "SQLITE_BUSY_TIMEOUT" },
	{ SQLITE_LOCKED_SHAREDCACHE, "SQLITE_LOCKED_SHAREDCACHE" },
	{ SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY" },
	{ SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK" },
	{ SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK" },
	{ SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED" },
	{ SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY" },
	{ SQLITE_IOERR_READ, "SQLITE_IOERR_READ" },
	{ SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ" },
	{ SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE" },
	{ SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC" },
	{ SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE" },
	{ SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK" },
	{ SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX" },
	{ SQLITE_CANTOPEN_ISDIR, "SQLITE_CANTOPEN_ISDIR" },
	{ SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK" },
	{ SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY" },
	{ SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL" },
	{ SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY" },
	{ SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER" },
	{ SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE" },
	{ SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID" },
	{ SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE" },
};

/* An extended code without a row of its own goes by its primary name. */
static const char *
result_name(int code)
{
	const char *primary = "SQLITE_ERROR";

	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		if (results[i].code == code)
			return results[i].name;
		if (results[i].code == (code & 0xff))
			primary = results[i].name;
	}
	return primary;
}

static enum err_class
result_class(int code)
{
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_RANGE:
		return ERR_DATA;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_NOMEM:
	case SQLITE_PROTOCOL:
		return ERR_RETRY;
	default:
		return ERR_CONFIG;
	}
}

int
db_sqlite_error(struct sqlite3 *db, struct err *e)
{
	int code = sqlite3_extended_errcode(db);
	const char *name = result_name(code);

	switch (result_class(code)) {
	case ERR_DATA:
		return err_data(e, name, "%s", sqlite3_errmsg(db));
	case ERR_RETRY:
		return err_retry(e, name, "%s", sqlite3_errmsg(db));
	case ERR_NONE:
	case ERR_CONFIG:
	case ERR_BUG:
		break;
	}
	return err_config(e, name, "%s", sqlite3_errmsg(db));
}

int
db_sqlite_exec(struct sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_sqlite_error(db, e);
	return 0;
}

int
db_sqlite_prepare(struct sqlite3 *db, const char *sql,
    struct sqlite3_stmt **out, struct err *e)
{
	const char *tail;

	*out = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, out, &tail) != SQLITE_OK)
		return db_sqlite_error(db, e);
	if (!*out)
		return err_config(e, "SQLITE_ERROR", "the statement is empty");
	while (*tail == ' ' || *tail == '\n' || *tail == '\t' ||
	       *tail == '\r' || *tail == ';')
		tail++;
	if (*tail) {
		sqlite3_finalize(*out);
		*out = NULL;
		return err_config(e, "SQLITE_ERROR",
		    "there is more than one statement; write exactly one");
	}
	return 0;
}

static int
check_file(const struct connection *c, bool write, struct err *e)
{
	struct stat st;

	if (stat(c->path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return err_config(e, "SQLITE_CANTOPEN",
			    "connection %s: %s is a folder, not a SQLite file",
			    c->name, c->path);
		if (access(c->path, write ? W_OK : R_OK) != 0)
			return err_config(e, strerrorname_np(errno),
			    "connection %s: %s is not %s by this user: %s; change its owner or mode",
			    c->name, c->path, write ? "writable" : "readable",
			    strerror(errno));
		return 0;
	}
	if (errno == ENOENT && write)
		return 0; /* to be created; open reports a missing folder */
	return err_config(e, strerrorname_np(errno),
	    "connection %s: SQLite file %s cannot be opened: %s; check `path` of the connection",
	    c->name, c->path, strerror(errno));
}

/* Opening reads nothing: the first statement shows what the file really is. */
static int
settle(
    struct sqlite3 *db, const struct connection *c, bool write, struct err *e)
{
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	/* Otherwise a misspelt "column" is silently a text of that name. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (db_sqlite_exec(db, "SELECT 1 FROM sqlite_schema LIMIT 1", e) != 0)
		return err_wrap(
		    e, "connection %s: SQLite file %s", c->name, c->path);
	if (write && sqlite3_db_readonly(db, "main") == 1)
		return err_config(e, "SQLITE_READONLY",
		    "connection %s: SQLite file %s is read-only; change its owner or mode, or the mount",
		    c->name, c->path);
	return 0;
}

/* A little more than SQLite's own default of 2 MB, in pages of 4 KiB. */
enum { CACHE_PAGES = 600 };

static int
open_file(const struct connection *c, bool write, int flags,
    struct sqlite3 **out, struct err *e)
{
	/* The page cache in one piece: page by page it would come to lie
	 * between batches, and what they leave could not be used again. Void,
	 * and harmless, once SQLite has begun. */
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, (void *)0, 0, CACHE_PAGES);
	int rc =
	    sqlite3_open_v2(c->path, out, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		err_config(e, result_name(sqlite3_extended_errcode(*out)),
		    "connection %s: SQLite file %s cannot be opened: %s; its folder must exist and be %s by this user",
		    c->name, c->path, sqlite3_errmsg(*out),
		    write ? "writable" : "readable");
		db_sqlite_close(out);
		return -1;
	}
	if (settle(*out, c, write, e) != 0) {
		db_sqlite_close(out);
		return -1;
	}
	return 0;
}

/*
 * A writer that was killed left its journal: until somebody who may write has
 * rolled it back, nobody can read what the file said before.
 */
static int
roll_back(const struct connection *c, struct err *e)
{
	struct sqlite3 *db = NULL;
	err_clear(e);
	if (open_file(c, true, SQLITE_OPEN_READWRITE, &db, e) != 0)
		return err_wrap(
		    e, "rolling back what an interrupted writer left");
	db_sqlite_close(&db);
	return 0;
}

int
db_sqlite_open(
    const struct connection *c, bool write, struct sqlite3 **out, struct err *e)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
			  : SQLITE_OPEN_READONLY;

	*out = NULL;
	if (!c->path)
		return err_config(e, "path",
		    "connection %s has no `path`; give the SQLite file",
		    c->name);
	if (check_file(c, write, e) != 0)
		return -1;
	if (open_file(c, write, flags, out, e) == 0)
		return 0;
	if (write || strcmp(e->code, "SQLITE_READONLY_ROLLBACK") != 0)
		return -1;
	return roll_back(c, e) == 0 ? open_file(c, write, flags, out, e) : -1;
}

void
db_sqlite_close(struct sqlite3 **db)
{
	sqlite3_close_v2(*db); /* NULL is fine */
	*db = NULL;
}
