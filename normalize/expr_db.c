#include "normalize/expr_impl.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Functions whose answer is not made of their arguments, or that reach out. */
static const char *const forbidden[] = { "random", "randomblob", "current_date",
	"current_time", "current_timestamp", "load_extension",
	"last_insert_rowid", "changes", "total_changes", "fts3_tokenizer",
	"sqlite_offset", "sqlite_log", "readfile", "writefile", "edit",
	"match" };

static int
allow_function(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strcasecmp(name, forbidden[i]) == 0)
			return SQLITE_DENY;
	return SQLITE_OK;
}

static int
allow_read(struct expr *x, const char *table, const char *column)
{
	if (strcmp(table, x->table) != 0)
		return SQLITE_DENY;
	if (!*column) /* the table is named, none of its columns read */
		return SQLITE_OK;
	for (size_t i = 0; i < x->ncols; i++) {
		if (x->hidden[i] || strcmp(column, x->cols[i].name) != 0)
			continue;
		x->used[i] = true;
		return SQLITE_OK;
	}
	return SQLITE_DENY; /* rowid */
}

static int
authorize(void *context, int action, const char *a, const char *b,
    const char *database, const char *trigger)
{
	struct expr *x = ((struct expr_db *)context)->being;
	(void)database;
	(void)trigger;
	if (!x)
		return SQLITE_DENY;
	if (x->declaring)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT: /* the one around the expression; no other */
		return x->selects++ == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_READ:
		return a && b ? allow_read(x, a, b) : SQLITE_DENY;
	case SQLITE_FUNCTION:
		return b ? allow_function(b) : SQLITE_DENY;
	}
	return SQLITE_DENY;
}

static int
spend(void *context)
{
	struct expr *x = ((struct expr_db *)context)->being;
	return !x || ++x->ops > EXPR_ROW_OPS_MAX / EXPR_STEP_OPS;
}

/* date('now') and its kin ask the VFS: a row must not depend on when it is
 * read. */
static int
no_clock(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
	struct expr_db *db =
	    (struct expr_db *)(void *)((char *)vfs -
				       offsetof(struct expr_db, vfs));
	db->clock_asked = true;
	*now = 0;
	return SQLITE_ERROR;
}

static int
no_clock_double(sqlite3_vfs *vfs, double *now)
{
	sqlite3_int64 v;
	*now = 0;
	return no_clock(vfs, &v);
}

static int
register_vfs(struct expr_db *x)
{
	sqlite3_vfs *base = sqlite3_vfs_find(NULL);
	if (!base)
		return SQLITE_ERROR;
	x->vfs = *base;
	x->vfs.pNext = NULL;
	snprintf(x->vfs_name, sizeof(x->vfs_name), "no-clock-%p", (void *)x);
	x->vfs.zName = x->vfs_name;
	x->vfs.xCurrentTime = no_clock_double;
	x->vfs.xCurrentTimeInt64 = no_clock;
	return sqlite3_vfs_register(&x->vfs, 0);
}

static void
lock_down(struct expr_db *x)
{
	static const struct {
		int what, most;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, LIMIT_VALUE_BYTES },
		{ SQLITE_LIMIT_SQL_LENGTH, EXPR_SQL_BYTES_MAX + 256 },
		{ SQLITE_LIMIT_COLUMN, LIMIT_COLUMNS + 8 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 1 },
		{ SQLITE_LIMIT_VDBE_OP, 100000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 127 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 0 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		sqlite3_limit(x->db, limits[i].what, limits[i].most);
	/* Without this an unknown "name" would quietly be a text. */
	sqlite3_db_config(x->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(x->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(x->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(
	    x->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_set_authorizer(x->db, authorize, x);
	sqlite3_progress_handler(x->db, EXPR_STEP_OPS, spend, x);
}

int
expr_db_open(struct expr_db **out, struct err *e)
{
	struct expr_db *x = mem_zalloc(sizeof(*x));
	int rc = register_vfs(x);
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(":memory:", &x->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_MEMORY,
		    x->vfs_name);
	if (rc == SQLITE_OK) {
		lock_down(x);
		*out = x;
		return 0;
	}
	expr_db_close(&x);
	return err_retry(e, "sqlite", "cannot open an in-memory database: %s",
	    sqlite3_errstr(rc));
}

void
expr_db_close(struct expr_db **db)
{
	if (!*db)
		return;
	sqlite3_close((*db)->db);
	sqlite3_vfs_unregister(&(*db)->vfs);
	free(*db);
	*db = NULL;
}
