#ifndef PROTO_DB_PG_SESSION_H
#define PROTO_DB_PG_SESSION_H
#include "proto/db_pg.h"

/* What db_pg_connect*.c and db_pg_kept.c need from db_pg.c; nobody else does.
 */

/* Makes a connection, fresh or used, mean the same on every server. */
int db_pg_settle(struct pg_conn *c, struct err *e) MUST_CHECK;

/* Fills e from the text of a failed connection; ERR_RETRY unless the server
 * answered with a SQLSTATE that says otherwise. */
int db_pg_connect_error(const char *name, const char *msg, struct err *e);

#endif
