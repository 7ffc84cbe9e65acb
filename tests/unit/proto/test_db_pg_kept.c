/* Connections that serve one use after another; needs $SYNCLINE_TEST_PG. */
#include "proto/db_pg_kept.h"
#include <postgresql/libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Last: it wants the others. */
#include <cmocka.h>

static struct connection here = { .name = "pg", .driver = DRIVER_POSTGRES };

static int
setup(void **state)
{
	(void)state;
	here.dsn = getenv("SYNCLINE_TEST_PG");
	return 0;
}

static void
ok(int result, const struct err *e)
{
	if (result < 0)
		fail_msg("%s: %s", e->code, e->msg);
}

static struct pg_conn *
take(struct pg_kept *k, const struct connection *of)
{
	struct err e = { 0 };
	struct pg_conn *c;
	ok(db_pg_take(k, of, "test", &c, &e), &e);
	return c;
}

static void
run(struct pg_conn *c, const char *sql)
{
	struct err e = { 0 };
	ok(db_pg_exec(c, sql, &e), &e);
}

static const char *
ask(struct pg_conn *c, const char *sql, char out[256])
{
	struct err e = { 0 };
	struct pg_result *r;
	ok(db_pg_query(c, sql, &r, &e), &e);
	snprintf(out, 256, "%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
	db_pg_clear(&r);
	return out;
}

/* Everything a use could have left. */
static const char dirt[] =
    "SET search_path = pg_toast; SET TimeZone = 'Asia/Tehran';"
    "SET DateStyle = 'SQL, DMY'; SET statement_timeout = '1h';"
    "SET client_encoding = 'LATIN1'; SET work_mem = '64kB';"
    "SELECT pg_catalog.set_config('sync.line', 'left', false);"
    "CREATE TEMPORARY TABLE left_over (a int);"
    "PREPARE left_over AS SELECT 1;"
    "DECLARE left_over CURSOR WITH HOLD FOR SELECT 1; LISTEN left_over;"
    "SELECT pg_catalog.pg_advisory_lock(781425, 1);"
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;"
    "SET ROLE pg_monitor";

/* Every setting, name by name, and what else a session has. */
static const char session[] =
    "SELECT pg_catalog.md5(pg_catalog.string_agg(name || '=' || setting, ','"
    " ORDER BY name)) || current_user || session_user"
    " || (SELECT count(*) FROM pg_catalog.pg_class"
    " WHERE relname = 'left_over')"
    " || (SELECT count(*) FROM pg_catalog.pg_prepared_statements)"
    " || (SELECT count(*) FROM pg_catalog.pg_cursors WHERE name <> '')"
    " || (SELECT count(*) FROM pg_catalog.pg_listening_channels())"
    " || (SELECT count(*) FROM pg_catalog.pg_locks"
    " WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'advisory')"
    " || coalesce(pg_catalog.current_setting('sync.line', true), '')"
    " FROM pg_catalog.pg_settings";

static void
is_as_good_as_new(void **state)
{
	(void)state;
	static const char *const more[] = { "",
		" options='-c search_path=pg_catalog -c statement_timeout=9000'",
		" options='-c role=pg_read_all_data -c TimeZone=UTC'" };
	for (size_t i = 0; here.dsn && i < ARRAY_LEN(more); i++) {
		char dsn[512], fresh[256], again[256], pid[256], pid2[256];
		snprintf(dsn, sizeof(dsn), "%s%s", here.dsn, more[i]);
		const struct connection c = {
			.name = "pg", .driver = DRIVER_POSTGRES, .dsn = dsn
		};
		struct pg_kept k = { 0 };
		struct pg_conn *conn = take(&k, &c);
		ask(conn, session, fresh);
		ask(conn, "SELECT pg_backend_pid()", pid);
		run(conn, dirt);
		db_pg_give(&k, &c, &conn);
		assert_null(conn);
		assert_non_null(k.conn);
		conn = take(&k, &c);
		assert_string_equal(ask(conn, session, again), fresh);
		assert_string_equal(
		    ask(conn, "SELECT pg_backend_pid()", pid2), pid);
		assert_string_equal(
		    pg_encoding_to_char(PQclientEncoding(conn)), "UTF8");
		db_pg_give(&k, &c, &conn);
		db_pg_kept_free(&k);
	}
}

static void
keeps_nothing_that_is_not_idle(void **state)
{
	(void)state;
	static const char *const busy[] = { "BEGIN", "BEGIN; SELECT 1 / 0",
		"COPY (SELECT 1) TO STDOUT" };
	for (size_t i = 0; here.dsn && i < ARRAY_LEN(busy); i++) {
		struct pg_kept k = { 0 };
		struct pg_conn *conn = take(&k, &here);
		struct pg_result *r = PQexec(conn, busy[i]);
		db_pg_clear(&r);
		db_pg_give(&k, &here, &conn);
		assert_null(conn);
		assert_null(k.conn);
	}
}

static void
serves_one_connection_only(void **state)
{
	(void)state;
	struct connection other = here;
	struct pg_kept k = { 0 };
	char pid[256], sql[512], seen[256];
	if (!here.dsn)
		return;
	struct pg_conn *conn = take(&k, &here);
	ask(conn, "SELECT pg_backend_pid()", pid);
	db_pg_give(&k, &here, &conn);
	conn = take(&k, &other);
	assert_null(k.conn);
	/* The backend may need a moment to go. */
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND "
	    "state IS NOT NULL",
	    pid);
	for (int i = 0; i < 10000; i++)
		if (strcmp(ask(conn, sql, seen), "0") == 0)
			break;
	assert_string_equal(seen, "0");
	db_pg_give(NULL, &other, &conn);
	assert_null(conn);
}

static void
replaces_a_lost_one(void **state)
{
	(void)state;
	struct pg_kept k = { 0 };
	char pid[256], again[256], sql[512], seen[256];
	if (!here.dsn)
		return;
	struct pg_conn *conn = take(&k, &here), *killer = take(NULL, &here);
	ask(conn, "SELECT pg_backend_pid()", pid);
	db_pg_give(&k, &here, &conn);
	assert_non_null(k.conn);
	snprintf(
	    sql, sizeof(sql), "SELECT pg_terminate_backend(%s, 60000)", pid);
	assert_string_equal(ask(killer, sql, seen), "t");
	conn = take(&k, &here);
	ask(conn, "SELECT pg_backend_pid()", again);
	assert_string_not_equal(again, pid);
	db_pg_close(&killer);
	db_pg_give(&k, &here, &conn);
	db_pg_kept_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_as_good_as_new),
		cmocka_unit_test(keeps_nothing_that_is_not_idle),
		cmocka_unit_test(serves_one_connection_only),
		cmocka_unit_test(replaces_a_lost_one),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
