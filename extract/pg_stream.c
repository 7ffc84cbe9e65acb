#include "extract/pg_stream.h"
#include "extract/pg_wire.h"
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The server's own count is held against ours. */
static int
check_end(const struct pg_copy *copy, uint64_t tuples, struct err *e)
{
	if (pg_copy_end(copy, e) != 0)
		return -1;
	if (tuples == copy->em->rows)
		return 0;
	return err_retry(e, "short_read",
	    "the server says it sent %llu rows, but %llu arrived",
	    (unsigned long long)tuples, (unsigned long long)copy->em->rows);
}

static int
finish_copy(struct pg_conn *c, const struct pg_copy *copy, struct err *e)
{
	struct pg_result *r = PQgetResult(c);
	int rc;

	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		rc = db_pg_error(c, r, e);
	else
		rc = check_end(copy, strtoull(PQcmdTuples(r), NULL, 10), e);
	db_pg_clear(&r);
	return rc;
}

static int
receive(struct pg_conn *c, struct pg_copy *copy, struct err *e)
{
	char *piece;
	int n;

	while ((n = PQgetCopyData(c, &piece, 0)) > 0) {
		struct span in = { (const uint8_t *)piece, (size_t)n };
		int rc = pg_copy_feed(copy, in, e);
		PQfreemem(piece);
		if (rc != 0)
			return -1;
	}
	if (n == -2) {
		struct pg_result *r = PQgetResult(c);
		db_pg_error(c, r, e);
		db_pg_clear(&r);
		return -1;
	}
	return finish_copy(c, copy, e);
}

static void
cancel(struct pg_conn *c)
{
	char text[256];
	PGcancel *cancel = PQgetCancel(c);

	if (!cancel)
		return;
	(void)PQcancel(cancel, text, sizeof(text));
	PQfreeCancel(cancel);
}

/* Throws away whatever the server is still sending. */
static void
drain(struct pg_conn *c)
{
	struct pg_result *r;

	while (PQstatus(c) == CONNECTION_OK && (r = PQgetResult(c))) {
		bool copying = PQresultStatus(r) == PGRES_COPY_OUT;
		char *piece;
		db_pg_clear(&r);
		while (copying && PQgetCopyData(c, &piece, 0) > 0)
			PQfreemem(piece);
	}
}

int
pg_stream_plain(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e)
{
	struct pg_result *r = PQexec(c, sql);
	int rc = 0;

	if (PQresultStatus(r) != PGRES_COPY_OUT)
		rc = db_pg_error(c, r, e);
	db_pg_clear(&r);
	if (rc != 0)
		return -1;
	rc = receive(c, copy, e);
	if (rc != 0) {
		*called_off = true;
		cancel(c);
		drain(c);
	}
	return rc;
}

/* Ends what was not read to its end, so that libpq finds the connection as it
 * left it, or shut down. */
static void
settle(struct pg_conn *c, struct pg_wire *w, bool *called_off)
{
	struct err ignored = { 0 };

	if (!w->ready && !w->broken) {
		*called_off = true;
		cancel(c);
		w->copy = NULL;
		w->broken = pg_wire_receive(w, &ignored) < 0 && !w->ready;
	}
	if (w->broken)
		(void)shutdown(w->fd, SHUT_RDWR);
}

static int
stream_wire(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e)
{
	struct pg_wire w;

	pg_wire_init(&w, PQsocket(c), copy);
	int rc = pg_wire_send(&w, sql, e);
	if (rc == 0)
		rc = pg_wire_receive(&w, e);
	if (rc != 0)
		settle(c, &w, called_off);
	else
		rc = check_end(copy, w.tuples, e);
	pg_wire_free(&w);
	return rc;
}

int
pg_stream(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e)
{
	if (PQsslInUse(c) || PQgssEncInUse(c))
		return pg_stream_plain(c, sql, copy, called_off, e);
	return stream_wire(c, sql, copy, called_off, e);
}
