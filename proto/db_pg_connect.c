#include "proto/clock.h"
#include "proto/db_pg.h"
#include "proto/db_pg_session.h"
#include "proto/secret.h"
#include <errno.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_TIMEOUT_S = 15, CONNECT_TIMEOUT_S_MAX = 3600 };

/* What is in a dsn may be secret, so libpq's complaint, which quotes it, is
 * not repeated. */
static int
check_dsn(const struct connection *c, struct err *e)
{
	char *msg = NULL;
	PQconninfoOption *opts = PQconninfoParse(c->dsn ? c->dsn : "", &msg);

	PQfreemem(msg);
	if (!opts)
		return err_config(e, "dsn",
		    "connection %s: `dsn` is neither a list of keyword=value nor a postgresql:// URI; see PostgreSQL's manual, \"Connection Strings\"",
		    c->name);
	PQconninfoFree(opts);
	return 0;
}

static int64_t
timeout_ms(struct pg_conn *c)
{
	int64_t s = 0;
	PQconninfoOption *opts = PQconninfo(c);

	for (PQconninfoOption *o = opts; o && o->keyword; o++)
		if (strcmp(o->keyword, "connect_timeout") == 0 && o->val)
			s = strtol(o->val, NULL, 10);
	PQconninfoFree(opts);
	if (s <= 0 || s > CONNECT_TIMEOUT_S_MAX)
		s = CONNECT_TIMEOUT_S;
	return s * 1000;
}

/* 1 when the connection's socket is ready, 0 when time is up. */
static int
wait_ready(struct pg_conn *c, bool reading, int64_t until_ms)
{
	struct pollfd p = { .fd = PQsocket(c),
		.events = reading ? POLLIN : POLLOUT };

	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		if (left <= 0)
			return 0;
		int n = poll(&p, 1, (int)left);
		if (n > 0)
			return 1;
		if (n < 0 && errno != EINTR)
			return 0;
	}
}

/*
 * Step by step, because only so can the connection be told to put the SQLSTATE
 * into its message before it fails: a wrong password has to be told from a
 * server that is not there.
 */
static int
finish_connect(struct pg_conn *c, const char *name, struct err *e)
{
	PostgresPollingStatusType st = PGRES_POLLING_WRITING;
	int64_t limit_ms = timeout_ms(c);
	int64_t until_ms = clock_mono_ms() + limit_ms;

	if (PQstatus(c) == CONNECTION_BAD)
		return db_pg_connect_error(name, PQerrorMessage(c), e);
	PQsetErrorVerbosity(c, PQERRORS_VERBOSE);
	while (st != PGRES_POLLING_OK) {
		if (st == PGRES_POLLING_FAILED)
			return db_pg_connect_error(name, PQerrorMessage(c), e);
		if (!wait_ready(c, st == PGRES_POLLING_READING, until_ms))
			return err_retry(e, "08001",
			    "connection %s: no answer from host %s port %s within %lld s; check that it is up and reachable",
			    name, PQhost(c) ? PQhost(c) : "(default)",
			    PQport(c) ? PQport(c) : "(default)",
			    (long long)(limit_ms / 1000));
		st = PQconnectPoll(c);
	}
	return 0;
}

static struct pg_conn *
start(const struct connection *c, const char *stage, const char *password)
{
	char client[64];
	/* A host that vanishes is noticed within two minutes. */
	const char *keys[12] = { "keepalives_idle", "keepalives_interval",
		"keepalives_count" };
	const char *values[12] = { "60", "10", "6" };
	size_t n = 3;

	snprintf(client, sizeof(client), "syncline-%s", stage);
	keys[n] = "fallback_application_name";
	values[n++] = client;
	keys[n] = "dbname"; /* expanded: its settings win over those above */
	values[n++] = c->dsn ? c->dsn : "";
	keys[n] = "client_encoding";
	values[n++] = "UTF8";
	if (password) {
		keys[n] = "password";
		values[n] = password;
	}
	return PQconnectStartParams(keys, values, 1);
}

int
db_pg_connect(const struct connection *c, const char *stage,
    struct pg_conn **out, struct err *e)
{
	struct buf password = { 0 };

	*out = NULL;
	if (check_dsn(c, e) != 0)
		return -1;
	if (c->password && secret_read(c->password, NULL, &password, e) != 0)
		return err_wrap(e, "connection %s: password", c->name);
	struct pg_conn *conn =
	    start(c, stage, c->password ? buf_str(&password) : NULL);
	secret_wipe(&password);
	if (!conn)
		return err_retry(
		    e, "ENOMEM", "connection %s: out of memory", c->name);
	if (finish_connect(conn, c->name, e) != 0) {
		db_pg_close(&conn);
		return -1;
	}
	if (db_pg_settle(conn, e) != 0) {
		db_pg_close(&conn);
		return err_wrap(e, "connection %s", c->name);
	}
	*out = conn;
	return 0;
}
