#include "proto/db_pg_kept.h"
#include "proto/db_pg_session.h"
#include "proto/log.h"
#include <postgresql/libpq-fe.h>

int
db_pg_take(struct pg_kept *k, const struct connection *c, const char *stage,
    struct pg_conn **out, struct err *e)
{
	struct err lost = { 0 };

	if (!k || k->of != c || !k->conn) {
		if (k)
			db_pg_kept_free(k);
		return db_pg_connect(c, stage, out, e);
	}
	*out = k->conn;
	*k = (struct pg_kept){ 0 };
	if (db_pg_settle(*out, &lost) == 0)
		return 0;
	log_err(LOG_LEVEL_DEBUG, "connecting again", &lost);
	db_pg_close(out);
	return db_pg_connect(c, stage, out, e);
}

/* What is left of a session is left at once: its locks may be waited for. */
void
db_pg_give(struct pg_kept *k, const struct connection *c, struct pg_conn **conn)
{
	struct err ignored = { 0 };

	if (k && *conn && PQtransactionStatus(*conn) == PQTRANS_IDLE &&
	    db_pg_exec(*conn, "DISCARD ALL", &ignored) == 0) {
		db_pg_kept_free(k);
		*k = (struct pg_kept){ *conn, c };
		*conn = NULL;
	}
	db_pg_close(conn);
}

void
db_pg_kept_free(struct pg_kept *k)
{
	db_pg_close(&k->conn);
	*k = (struct pg_kept){ 0 };
}
