/* What becomes of a libpq failure; needs $SYNCLINE_TEST_PG. */
#include "proto/db_pg.h"
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
/* Last: it wants the others. */
#include <cmocka.h>

enum { PATIENCE_MS = 60000 };

static struct pg_conn *
connect_here(void)
{
	const struct connection here = { .name = "pg",
		.driver = DRIVER_POSTGRES,
		.dsn = getenv("SYNCLINE_TEST_PG") };
	struct pg_conn *c;
	struct err e = { 0 };
	if (!here.dsn)
		skip();
	if (db_pg_connect(&here, "test", &c, &e))
		fail_msg("%s: %s", e.code, e.msg);
	return c;
}

static void
must(struct pg_conn *c, const char *sql)
{
	struct err e = { 0 };
	if (db_pg_exec(c, sql, &e))
		fail_msg("%s: %s", e.code, e.msg);
}

/* A server that goes says a word first, and libpq reads that one after it
 * could write no more: then its status still says that all is well. */
static void
cut_with_a_word_unread(void **state)
{
	(void)state;
	struct pg_conn *c = connect_here(), *other = connect_here();
	struct err e = { 0 };
	must(c, "LISTEN cut");
	must(other, "NOTIFY cut");
	struct pollfd word = { .fd = PQsocket(c), .events = POLLIN };
	assert_int_equal(poll(&word, 1, PATIENCE_MS), 1);
	assert_int_equal(shutdown(PQsocket(c), SHUT_WR), 0);
	assert_int_equal(db_pg_exec(c, "SELECT 1", &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_string_equal(e.code, "08006");
	db_pg_close(&c);
	db_pg_close(&other);
}

static void
classes(void **state)
{
	(void)state;
	static const struct {
		const char *sql, *code;
		enum err_class cls;
	} rows[] = {
		{ "SELECT 1/0", "22012", ERR_DATA },
		{ "SELECT * FROM nowhere", "42P01", ERR_CONFIG },
		{ "DO $$BEGIN RAISE EXCEPTION USING ERRCODE='53100'; END$$",
		    "53100", ERR_RETRY },
		{ "SELECT pg_terminate_backend(pg_backend_pid())", "08006",
		    ERR_RETRY },
	};
	struct pg_conn *c = connect_here();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = { 0 };
		assert_int_equal(db_pg_exec(c, rows[i].sql, &e), -1);
		assert_string_equal(e.code, rows[i].code);
		assert_int_equal(e.cls, rows[i].cls);
	}
	db_pg_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_with_a_word_unread),
		cmocka_unit_test(classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
