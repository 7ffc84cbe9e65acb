#ifndef TESTS_UNIT_LOAD_SERVER_H
#define TESTS_UNIT_LOAD_SERVER_H
#include "tests/unit/load/rig.h"
#include <postgresql/libpq-fe.h>

/*
 * A real PostgreSQL server, named by $SYNCLINE_TEST_PG (a dsn), without which
 * these tests are skipped. They work in a schema of their own.
 */
static struct pg_conn *server; /* the eyes of the test */
static struct connection server_conn = { .name = "pg",
	.driver = DRIVER_POSTGRES };

static inline void
sql(const char *text)
{
	struct pg_result *r = PQexec(server, text);
	ExecStatusType st = PQresultStatus(r);
	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		fail_msg("%s: %s", text, PQerrorMessage(server));
	PQclear(r);
}

/* Cells by '|', rows by '\n', NULL as "-". */
static inline void
expect(const char *query, const char *want)
{
	struct buf out = { 0 };
	struct pg_result *r = PQexec(server, query);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", query, PQerrorMessage(server));
	for (int i = 0; i < PQntuples(r); i++)
		for (int k = 0; k < PQnfields(r); k++)
			buf_printf(&out, "%s%s",
			    k   ? "|"
			    : i ? "\n"
				: "",
			    PQgetisnull(r, i, k) ? "-" : PQgetvalue(r, i, k));
	PQclear(r);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

static inline int
server_setup(void **state)
{
	(void)state;
	const char *dsn = getenv("SYNCLINE_TEST_PG");
	if (!dsn)
		return 0;
	server_conn.dsn = dsn;
	server = PQconnectdb(dsn);
	sql("SET client_min_messages = warning; SET TimeZone = 'UTC'");
	sql("DROP SCHEMA IF EXISTS \"sync line\" CASCADE;"
	    "CREATE SCHEMA \"sync line\"; SET search_path = \"sync line\"");
	return 0;
}

static inline int
server_teardown(void **state)
{
	(void)state;
	if (server)
		sql("DROP SCHEMA IF EXISTS \"sync line\" CASCADE");
	PQfinish(server);
	server = NULL;
	return 0;
}

static const char *server_key[] = { "id" };

static inline struct entity
entity(bool create)
{
	return (struct entity){ .name = "things",
		.target = { .connection = "pg",
		    .table = "\"sync line\".thing",
		    .create = create,
		    .conn = &server_conn },
		.key = { 1, server_key } };
}

#define NEED_SERVER()                                                          \
	do {                                                                   \
		if (!server)                                                   \
			skip();                                                \
	} while (0)
#define SERVER_TEST(f)                                                         \
	cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

#endif
