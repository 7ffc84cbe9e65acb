#ifndef PROTO_DB_PG_H
#define PROTO_DB_PG_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include "proto/sql.h"

/* PostgreSQL by libpq: what source and target both need. */
struct pg_conn;   /* libpq's PGconn */
struct pg_result; /* libpq's PGresult */

/*
 * Connects with the connection's dsn and its password (read from its secret
 * here, wiped after use), UTF-8, ISO dates, UTC, a client name that says
 * which stage it is. ERR_RETRY when unreachable, ERR_CONFIG when refused
 * (bad password, no such database or role).
 */
int db_pg_connect(const struct connection *c, const char *stage,
    struct pg_conn **out, struct err *e) MUST_CHECK;
void db_pg_close(struct pg_conn **c);

/* One command without a result set. */
int db_pg_exec(struct pg_conn *c, const char *sql, struct err *e) MUST_CHECK;
/* One query; text results. The caller clears *out with db_pg_clear. */
int db_pg_query(struct pg_conn *c, const char *sql, struct pg_result **out,
    struct err *e) MUST_CHECK;
void db_pg_clear(struct pg_result **r);

/*
 * Fills e from a failed result (or from the connection if r is NULL): code is
 * the SQLSTATE; class by SQLSTATE: 08, 40001, 40P01, 53, 57P, 55P03 and a lost
 * connection ERR_RETRY; 22, 23, P0001 ERR_DATA; the rest ERR_CONFIG.
 */
int db_pg_error(struct pg_conn *c, const struct pg_result *r, struct err *e);

/* The same from what a server said; any of it may be missing. */
struct db_pg_error_text {
	const char *state, *message, *hint, *column;
};
int db_pg_error_of(const struct db_pg_error_text *t, struct err *e);

/* Value type of a type OID (enums text, domains by base type, the rest
 * opaque); typmod gives precision and scale. */
int db_pg_table_schema(struct pg_conn *c, const struct sql_table *t,
    struct arena *a, struct schema *out, struct err *e) MUST_CHECK;
int db_pg_query_schema(struct pg_conn *c, const char *query, struct arena *a,
    struct schema *out, struct err *e) MUST_CHECK;

/* What keeps exactly these columns unique: an enum sql_unique, or -1. An index
 * that is partial does not. */
int db_pg_has_unique(struct pg_conn *c, const struct sql_table *t,
    const char *const *cols, size_t n, struct err *e) MUST_CHECK;

#endif
