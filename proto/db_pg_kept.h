#ifndef PROTO_DB_PG_KEPT_H
#define PROTO_DB_PG_KEPT_H
#include "proto/db_pg.h"

/*
 * A connection between two uses: what one entity is done with serves the next
 * one on the same server, because a new backend costs more than a small table.
 * At most one is kept, so that no more connections are open than are used.
 *
 * Whoever takes one cannot tell it from a new one: settings, role, temporary
 * tables, prepared statements, cursors and locks of the use before are gone.
 * One that was lost meanwhile is replaced by a new one.
 */
struct pg_kept {
	struct pg_conn *conn; /* idle; NULL: none is kept */
	const struct connection *of;
};

/* As db_pg_connect, which k being NULL means. The caller gives it back, or
 * closes it if something is wrong with it. */
int db_pg_take(struct pg_kept *k, const struct connection *c, const char *stage,
    struct pg_conn **out, struct err *e) MUST_CHECK;

/* Takes *conn: keeps it if it is as good as new, else closes it. */
void db_pg_give(
    struct pg_kept *k, const struct connection *c, struct pg_conn **conn);

void db_pg_kept_free(struct pg_kept *k);

#endif
