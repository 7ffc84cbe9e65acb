/* SQLite files: opening, classes of errors, types, keys. */
#include "proto/db_sqlite.h"
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/syncline-sqlite-XXXXXX";
static char file[64];
static struct connection conn = { .name = "plan", .path = file };

static int
set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/x.db", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static sqlite3 *
fresh(const char *sql)
{
	sqlite3 *db;
	struct err e = { 0 };

	unlink(file);
	if (db_sqlite_open(&conn, true, &db, &e) != 0 ||
	    db_sqlite_exec(db, sql, &e) != 0)
		fail_msg("%s", e.msg);
	return db;
}

static void
declared_types(void **state)
{
	static const struct {
		const char *declared;
		enum value_type type;
		int precision, scale;
	} rows[] = {
		{ "INTEGER", VT_INT, -1, -1 },
		{ "bigint unsigned", VT_INT, -1, -1 },
		{ "FLOATING POINT", VT_INT, -1, -1 }, /* SQLite says so too */
		{ "BOOLEAN", VT_BOOL, -1, -1 },
		{ "bool", VT_BOOL, -1, -1 },
		{ "BOOLEANS", VT_DECIMAL, -1, -1 },
		{ "REAL", VT_FLOAT, -1, -1 },
		{ "double precision", VT_FLOAT, -1, -1 },
		{ "VARCHAR(20)", VT_TEXT, 20, -1 },
		{ "TEXT", VT_TEXT, -1, -1 },
		{ "CLOB", VT_TEXT, -1, -1 },
		{ "BLOB", VT_BYTES, -1, -1 },
		{ "", VT_TEXT, -1, -1 },
		{ NULL, VT_TEXT, -1, -1 },
		{ "DECIMAL(14,3)", VT_DECIMAL, 14, 3 },
		{ "NUMERIC( 8 )", VT_DECIMAL, 8, 0 },
		{ "DECIMAL TEXT", VT_DECIMAL, -1, -1 },
		{ "NUMBER", VT_DECIMAL, -1, -1 },
		{ "DATE TEXT", VT_DATE, -1, -1 },
		{ "TIME", VT_TIME, -1, -1 },
		{ "DATETIME", VT_TIMESTAMP, -1, -1 },
		{ "TIMESTAMP(6)", VT_TIMESTAMP, -1, -1 },
		{ "TIMESTAMP WITH TIME ZONE", VT_TIMESTAMPTZ, -1, -1 },
		{ "TIMESTAMPTZ TEXT", VT_TIMESTAMPTZ, -1, -1 },
		{ "UUID TEXT", VT_UUID, -1, -1 },
		{ "JSONB", VT_JSON, -1, -1 },
		{ "STRING", VT_DECIMAL, -1, -1 },
		{ "VARCHAR(99999999999999)", VT_TEXT, 999999999, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct schema_column c = { 0 };
		db_sqlite_type(rows[i].declared, &c);
		if (c.type != rows[i].type ||
		    c.precision != rows[i].precision ||
		    c.scale != rows[i].scale)
			fail_msg("%s: %s(%d,%d)", rows[i].declared,
			    value_type_name(c.type), c.precision, c.scale);
	}
}

static void
put_schema(const struct schema *s, struct buf *out)
{
	for (size_t i = 0; i < s->ncols; i++) {
		const struct schema_column *c = &s->cols[i];
		buf_printf(out, "%s %s%s%s%s%s\n", c->name,
		    value_type_name(c->type), c->not_null ? " notnull" : "",
		    c->has_default ? " default" : "",
		    c->generated ? " generated" : "",
		    c->identity ? " identity" : "");
	}
}

static void
schema_of(sqlite3 *db, const char *name, const char *query, const char *want)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct schema s;
	struct sql_table t;
	struct err e = { 0 };
	int rc = query ? db_sqlite_query_schema(db, query, &a, &s, &e)
		       : sql_table_parse(name, &t, &e) ||
			     db_sqlite_table_schema(db, &t, &a, &s, &e);

	if (rc != 0)
		fail_msg("%s", e.msg);
	put_schema(&s, &out);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
	arena_free(&a);
}

static void
schemas(void **state)
{
	sqlite3 *db = fresh(
	    "CREATE TABLE \"Mi\"\"x.ed\"(id INTEGER PRIMARY KEY, \"select\" TEXT"
	    " NOT NULL DEFAULT 'x', n DECIMAL(9,2), twice INT AS (n*2) STORED,"
	    " v INT AS (n) VIRTUAL);"
	    "CREATE TABLE pair(a INTEGER, b TEXT, PRIMARY KEY(a,b)) WITHOUT ROWID;"
	    "CREATE TABLE wide(id INTEGER PRIMARY KEY, c1,c2,c3,c4,c5,c6,c7,c8,"
	    "c9,c10,c11,c12,c13,c14,c15,c16,c17);"
	    "CREATE VIEW vi AS SELECT id, n AS m FROM \"Mi\"\"x.ed\"");

	(void)state;
	schema_of(db, "\"Mi\"\"x.ed\"", NULL,
	    "id int notnull default identity\n"
	    "select text notnull default\n"
	    "n decimal\ntwice int generated\nv int generated\n");
	schema_of(db, "main.pair", NULL, "a int notnull\nb text notnull\n");
	schema_of(db, "wide", NULL,
	    "id int notnull default identity\n"
	    "c1 text\nc2 text\nc3 text\nc4 text\nc5 text\nc6 text\nc7 text\n"
	    "c8 text\nc9 text\nc10 text\nc11 text\nc12 text\nc13 text\n"
	    "c14 text\nc15 text\nc16 text\nc17 text\n");
	schema_of(db, "vi", NULL, "id int\nm decimal\n");
	schema_of(db, NULL, "SELECT id, count(*) AS n FROM vi GROUP BY 1;",
	    "id int\nn text\n");
	db_sqlite_close(&db);
}

static void
unique_keys(void **state)
{
	static const struct {
		const char *table;
		const char *cols[3];
		size_t n;
		int want;
	} rows[] = {
		{ "p", { "id" }, 1, 1 },
		{ "p", { "id", "a" }, 2, 0 },
		{ "p", { "a", "b" }, 2, 1 },
		{ "p", { "b", "a" }, 2, 1 },
		{ "p", { "a" }, 1, 0 },
		{ "p", { "b" }, 1, 0 },
		{ "p", { "c" }, 1, 0 },
		{ "p", { "d" }, 1, 0 },
		{ "w", { "y", "x" }, 2, 1 },
		{ "w", { "x" }, 1, 0 },
		{ "none", { "a" }, 1, 0 },
		{ "q", { "a" }, 1, SQL_UNIQUE_LOOSE },
		{ "q", { "b", "a" }, 2, SQL_UNIQUE_LOOSE },
		{ "q", { "b" }, 1, SQL_UNIQUE_EXACT },
		{ "v", { "K" }, 1, SQL_UNIQUE_LOOSE },
	};
	sqlite3 *db =
	    fresh("CREATE TABLE p(id INTEGER PRIMARY KEY, a, b, c, d);"
		  "CREATE UNIQUE INDEX p1 ON p(a,b);"
		  "CREATE UNIQUE INDEX p2 ON p(b) WHERE b > 0;"
		  "CREATE INDEX p3 ON p(c);"
		  "CREATE UNIQUE INDEX p4 ON p(abs(d));"
		  "CREATE TABLE w(x, y, PRIMARY KEY(x,y)) WITHOUT ROWID;"
		  "CREATE TABLE none(a);"
		  "CREATE TABLE q(a UNIQUE COLLATE NOCASE, b UNIQUE, c,"
		  " UNIQUE(a,b));"
		  "CREATE TABLE v(k COLLATE RTRIM PRIMARY KEY) WITHOUT ROWID");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sql_table t;
		struct err e = { 0 };
		assert_int_equal(sql_table_parse(rows[i].table, &t, &e), 0);
		int got =
		    db_sqlite_has_unique(db, &t, rows[i].cols, rows[i].n, &e);
		if (got != rows[i].want)
			fail_msg("row %zu: %d %s", i, got, e.msg);
	}
	db_sqlite_close(&db);
}

static void
open_fails(const char *path, bool write, const char *code)
{
	struct connection c = { .name = "plan", .path = path };
	sqlite3 *db;
	struct err e = { 0 };

	assert_int_equal(db_sqlite_open(&c, write, &db, &e), -1);
	assert_null(db);
	if (e.cls != ERR_CONFIG || strcmp(e.code, code) != 0)
		fail_msg("%s: %s %s", path, e.code, e.msg);
	assert_non_null(strstr(e.msg, "connection plan"));
	assert_non_null(strstr(e.msg, path));
}

static void
files_that_cannot_be_opened(void **state)
{
	char missing[80], deep[96];
	sqlite3 *db;
	struct err e = { 0 };

	(void)state;
	snprintf(missing, sizeof(missing), "%s/none.db", dir);
	snprintf(deep, sizeof(deep), "%s/no/where.db", dir);
	open_fails(missing, false, "ENOENT");
	open_fails(deep, true, "SQLITE_CANTOPEN");
	open_fails(dir, true, "SQLITE_CANTOPEN");
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", f);
	fclose(f);
	open_fails(file, false, "SQLITE_NOTADB");
	db = fresh("CREATE TABLE t(a)");
	db_sqlite_close(&db);
	assert_int_equal(db_sqlite_open(&conn, false, &db, &e), 0);
	assert_int_equal(db_sqlite_exec(db, "INSERT INTO t VALUES(1)", &e), -1);
	assert_string_equal(e.code, "SQLITE_READONLY");
	assert_int_equal(e.cls, ERR_CONFIG);
	db_sqlite_close(&db);
}

static void
classes_of_errors(void **state)
{
	static const struct {
		const char *sql, *code;
		enum err_class cls;
	} rows[] = {
		{ "INSERT INTO t VALUES(1,1)", "SQLITE_CONSTRAINT_PRIMARYKEY",
		    ERR_DATA },
		{ "INSERT INTO t VALUES(2,NULL)", "SQLITE_CONSTRAINT_NOTNULL",
		    ERR_DATA },
		{ "INSERT INTO t VALUES('x',1)", "SQLITE_MISMATCH", ERR_DATA },
		{ "INSERT INTO t VALUES(3,zeroblob(2000000000))",
		    "SQLITE_TOOBIG", ERR_DATA },
		{ "SELECT nothing FROM t", "SQLITE_ERROR", ERR_CONFIG },
		{ "SELECT \"nothing\" FROM t", "SQLITE_ERROR", ERR_CONFIG },
		{ "BEGIN; BEGIN", "SQLITE_ERROR", ERR_CONFIG },
	};
	sqlite3 *db =
	    fresh("CREATE TABLE t(id INTEGER PRIMARY KEY, v NOT NULL);"
		  "INSERT INTO t VALUES(1,1)");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = { 0 };
		assert_int_equal(db_sqlite_exec(db, rows[i].sql, &e), -1);
		if (e.cls != rows[i].cls || strcmp(e.code, rows[i].code) != 0)
			fail_msg("%s: %s %s", rows[i].sql, e.code, e.msg);
	}
	db_sqlite_close(&db);
}

static void
a_busy_file_may_get_better(void **state)
{
	sqlite3 *db = fresh("CREATE TABLE t(a)"), *other;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(db_sqlite_exec(db, "BEGIN EXCLUSIVE", &e), 0);
	assert_int_equal(sqlite3_open(file, &other), SQLITE_OK);
	assert_int_equal(
	    db_sqlite_exec(other, "INSERT INTO t VALUES(1)", &e), -1);
	assert_string_equal(e.code, "SQLITE_BUSY");
	assert_int_equal(e.cls, ERR_RETRY);
	sqlite3_close(other);
	db_sqlite_close(&db);
}

static void
one_statement_at_a_time(void **state)
{
	sqlite3 *db = fresh("CREATE TABLE t(a)");
	struct sqlite3_stmt *st;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(db_sqlite_prepare(db, "SELECT 1; \n ;", &st, &e), 0);
	sqlite3_finalize(st);
	assert_int_equal(
	    db_sqlite_prepare(db, "SELECT 1; SELECT 2", &st, &e), -1);
	assert_null(st);
	assert_int_equal(db_sqlite_prepare(db, " -- nothing", &st, &e), -1);
	db_sqlite_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_types),
		cmocka_unit_test(schemas),
		cmocka_unit_test(unique_keys),
		cmocka_unit_test(files_that_cannot_be_opened),
		cmocka_unit_test(classes_of_errors),
		cmocka_unit_test(a_busy_file_may_get_better),
		cmocka_unit_test(one_statement_at_a_time),
	};
	return cmocka_run_group_tests_name(
	    "db_sqlite", tests, set_up, tear_down);
}
