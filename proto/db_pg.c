#include "proto/db_pg.h"
#include "proto/db_pg_session.h"
#include "proto/log.h"
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <string.h>

/* Results mean the same on every server, whatever its configuration says, and
 * whatever a connection was used for before. */
static const char session[] =
    "RESET ROLE; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';"
    "SET TimeZone = 'UTC'; SET bytea_output = 'hex';"
    "SET extra_float_digits = 1; SET standard_conforming_strings = on;"
    "SET lc_monetary = 'C'; SET xmloption = content; SET array_nulls = on;"
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

static enum err_class
state_class(const char *state)
{
	static const struct {
		const char *prefix;
		enum err_class cls;
	} classes[] = {
		{ "08", ERR_RETRY },
		{ "40001", ERR_RETRY },
		{ "40P01", ERR_RETRY },
		{ "53", ERR_RETRY },
		{ "55P03", ERR_RETRY },
		{ "57P", ERR_RETRY },
		{ "58", ERR_RETRY },
		{ "22", ERR_DATA },
		{ "23", ERR_DATA },
		{ "P0001", ERR_DATA },
	};

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (strncmp(state, classes[i].prefix,
			strlen(classes[i].prefix)) == 0)
			return classes[i].cls;
	return ERR_CONFIG;
}

static void
set_error(struct err *e, enum err_class cls, const char *code, const char *msg)
{
	switch (cls) {
	case ERR_RETRY:
		err_retry(e, code, "%s", msg);
		return;
	case ERR_DATA:
		err_data(e, code, "%s", msg);
		return;
	case ERR_NONE:
	case ERR_CONFIG:
	case ERR_BUG:
		break;
	}
	err_config(e, code, "%s", msg);
}

/* libpq ends its messages with a newline. */
static void
trim_message(struct err *e)
{
	size_t n = strlen(e->msg);
	while (n && (e->msg[n - 1] == '\n' || e->msg[n - 1] == ' '))
		e->msg[--n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (e->msg[i] == '\n' || e->msg[i] == '\t')
			e->msg[i] = ' ';
}

/* The detail is left out: it quotes row values, and errors are logged. */
static int
fill_error(const struct db_pg_error_text *t, enum err_class cls, struct err *e)
{
	set_error(e, cls, t->state, t->message);
	if (t->hint && e->cls == ERR_CONFIG) {
		size_t n = strlen(e->msg);
		snprintf(e->msg + n, sizeof(e->msg) - n, " (%s)", t->hint);
	}
	trim_message(e);
	if (t->column)
		err_field(e, t->column);
	return -1;
}

int
db_pg_error_of(const struct db_pg_error_text *said, struct err *e)
{
	struct db_pg_error_text t = *said;

	if (!t.state)
		t.state = "XX000";
	if (!t.message)
		t.message = "an error without a message";
	return fill_error(&t, state_class(t.state), e);
}

static const char *
error_field(const struct pg_result *r, int field)
{
	return r ? PQresultErrorField(r, field) : NULL;
}

int
db_pg_error(struct pg_conn *c, const struct pg_result *r, struct err *e)
{
	struct db_pg_error_text t = {
		.state = error_field(r, PG_DIAG_SQLSTATE),
		.message = error_field(r, PG_DIAG_MESSAGE_PRIMARY),
		.hint = error_field(r, PG_DIAG_MESSAGE_HINT),
		.column = error_field(r, PG_DIAG_COLUMN_NAME),
	};
	/* A result without a state is libpq's own: it could not write. Its
	 * status turns bad only once it cannot read either. */
	bool lost = PQstatus(c) == CONNECTION_BAD || (r && !t.state);

	if (!t.message)
		t.message = PQerrorMessage(c);
	if (!t.state)
		t.state = lost ? "08006" : "XX000";
	return fill_error(&t, lost ? ERR_RETRY : state_class(t.state), e);
}

void
db_pg_clear(struct pg_result **r)
{
	PQclear(*r); /* NULL is fine */
	*r = NULL;
}

int
db_pg_query(
    struct pg_conn *c, const char *sql, struct pg_result **out, struct err *e)
{
	struct pg_result *r = PQexec(c, sql);

	*out = NULL;
	if (!r || PQresultStatus(r) != PGRES_TUPLES_OK) {
		db_pg_error(c, r, e);
		db_pg_clear(&r);
		return -1;
	}
	*out = r;
	return 0;
}

int
db_pg_exec(struct pg_conn *c, const char *sql, struct err *e)
{
	struct pg_result *r = PQexec(c, sql);
	ExecStatusType st = PQresultStatus(r); /* NULL: a fatal error */
	int rc = 0;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		rc = db_pg_error(c, r, e);
	db_pg_clear(&r);
	return rc;
}

void
db_pg_close(struct pg_conn **c)
{
	if (*c)
		PQfinish(*c);
	*c = NULL;
}

static void
on_notice(void *arg, const char *msg)
{
	(void)arg;
	log_debug("postgres notice", "text", msg, NULL);
}

int
db_pg_settle(struct pg_conn *c, struct err *e)
{
	PQsetErrorVerbosity(c, PQERRORS_DEFAULT);
	PQsetNoticeProcessor(c, on_notice, NULL);
	if (PQserverVersion(c) < 120000)
		return err_config(e, "version",
		    "the server is PostgreSQL %d; 12 or newer is needed",
		    PQserverVersion(c) / 10000);
	if (db_pg_exec(c, session, e) != 0)
		return -1;
	if (strcmp(pg_encoding_to_char(PQclientEncoding(c)), "UTF8") != 0 &&
	    PQsetClientEncoding(c, "UTF8") != 0)
		return err_config(e, "encoding",
		    "the server cannot convert its encoding to UTF-8: %s",
		    PQerrorMessage(c));
	return 0;
}

static void
advise(struct err *e, const char *what)
{
	size_t n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, "; %s", what);
}

int
db_pg_connect_error(const char *name, const char *msg, struct err *e)
{
	char state[6] = "";
	/* With verbose errors libpq writes "FATAL:  28P01: text". */
	for (const char *p = msg; (p = strstr(p, ":  ")); p++) {
		size_t n =
		    strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (n == 5 && p[8] == ':')
			snprintf(state, sizeof(state), "%.5s", p + 3);
	}
	enum err_class cls = state[0] ? state_class(state) : ERR_RETRY;
	bool no_password = !state[0] && strstr(msg, "no password supplied");
	if (no_password)
		cls = ERR_CONFIG;
	if (cls == ERR_DATA)
		cls = ERR_CONFIG;
	set_error(e, cls, state[0] ? state : "08001", msg);
	char *where = strstr(e->msg, "\nLOCATION:");
	if (where)
		*where = '\0';
	trim_message(e);
	err_wrap(e, "connection %s", name);
	if (no_password || strcmp(state, "28P01") == 0)
		advise(e, no_password ? "give the connection a `password`, "
					"such as file:PATH"
				      : "check the user in `dsn` and the "
					"`password` of the connection");
	return -1;
}
