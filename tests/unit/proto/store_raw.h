#ifndef TESTS_STORE_RAW_H
#define TESTS_STORE_RAW_H
/* Looking, and writing, behind the store's back. */
#include "tests/unit/proto/store_fixture.h"
#include <sqlite3.h>

static inline sqlite3 *
fixture_raw_open(const struct fixture *f)
{
	char path[160];
	sqlite3 *db;
	snprintf(path, sizeof(path), "%s/control.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	return db;
}

/* SQL behind the store's back. */
static inline void
fixture_raw(const struct fixture *f, const char *sql)
{
	sqlite3 *db = fixture_raw_open(f);
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

/* The first column of the first row, as text; "" for NULL or no row. */
static inline const char *
fixture_text(struct fixture *f, const char *sql)
{
	sqlite3 *db = fixture_raw_open(f);
	sqlite3_stmt *st;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	const char *text = "";
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		text = arena_strdup(
		    &f->a, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

#endif
