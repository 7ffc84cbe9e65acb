#ifndef PROTO_DB_SQLITE_H
#define PROTO_DB_SQLITE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include "proto/sql.h"
#include <stdbool.h>

/* SQLite: what source, target and nothing else need. */
struct sqlite3;
struct sqlite3_stmt;

/* Opens the connection's file. write: read-write, created if missing (its
 * folder must exist); else read-only and it must exist. Busy timeout 30 s.
 * A file that cannot be opened is ERR_CONFIG, with why and what to do. */
int db_sqlite_open(const struct connection *c, bool write, struct sqlite3 **out,
    struct err *e) MUST_CHECK;
void db_sqlite_close(struct sqlite3 **db);
int db_sqlite_exec(
    struct sqlite3 *db, const char *sql, struct err *e) MUST_CHECK;
int db_sqlite_prepare(struct sqlite3 *db, const char *sql,
    struct sqlite3_stmt **out, struct err *e) MUST_CHECK;

/* Fills e from the last error: code is the extended result name; CONSTRAINT,
 * MISMATCH, TOOBIG, RANGE ERR_DATA; BUSY, LOCKED, IOERR, FULL, NOMEM, PROTOCOL
 * ERR_RETRY; the rest ERR_CONFIG. */
int db_sqlite_error(struct sqlite3 *db, struct err *e);

/*
 * Value type of a declared column type. The first word of the declaration
 * decides where it names a type of ours, whatever follows ("DECIMAL TEXT"):
 * BOOL BOOLEAN, DATE, TIME, DATETIME TIMESTAMP, TIMESTAMPTZ, DECIMAL NUMERIC
 * NUMBER, UUID, JSON JSONB; otherwise SQLite's affinity: INTEGER int, REAL
 * float, TEXT text, NUMERIC decimal, BLOB or no type bytes for BLOB, else text.
 */
void db_sqlite_type(const char *declared, struct schema_column *out);
int db_sqlite_table_schema(struct sqlite3 *db, const struct sql_table *t,
    struct arena *a, struct schema *out, struct err *e) MUST_CHECK;
int db_sqlite_query_schema(struct sqlite3 *db, const char *query,
    struct arena *a, struct schema *out, struct err *e) MUST_CHECK;

/* What keeps exactly these columns unique: an enum sql_unique, or -1. It is the
 * primary key or an index that is not partial. */
int db_sqlite_has_unique(struct sqlite3 *db, const struct sql_table *t,
    const char *const *cols, size_t n, struct err *e) MUST_CHECK;

#endif
