#ifndef PROTO_SQL_H
#define PROTO_SQL_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"

/* SQL text that is safe to send: identifiers and literals are always quoted
 * here and nowhere else. */
void sql_ident(struct buf *out, const char *name);   /* "na""me" */
void sql_literal(struct buf *out, struct span text); /* 'it''s' */

/*
 * A configured table name, `table` or `schema.table`; a part may be written
 * in double quotes to hold a dot, a quote (doubled) or upper case. Unquoted
 * parts are taken as they are written (no case folding).
 */
struct sql_table {
	char schema[256]; /* empty: the connection's default */
	char name[256];
};
int sql_table_parse(
    const char *text, struct sql_table *t, struct err *e) MUST_CHECK;
void sql_table_put(struct buf *out, const struct sql_table *t); /* quoted */

/* Does an index keep some columns unique, and by their bytes? Where a collation
 * takes two texts for one, two keys of a source are one row. */
enum sql_unique { SQL_UNIQUE_NONE, SQL_UNIQUE_EXACT, SQL_UNIQUE_LOOSE };

#endif
