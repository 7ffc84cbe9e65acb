#ifndef EXTRACT_SELECT_H
#define EXTRACT_SELECT_H
#include "extract/source.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"

/*
 * "SELECT columns FROM table or (query) WHERE …" for what a source wants:
 * the entity's `where`, the watermark, the rows that an adoption counts as
 * there, and condition (may be NULL). Opaque columns are selected as text
 * where opaque_text is set.
 */
struct select_options {
	bool sqlite;
	bool opaque_text;
	struct span version;   /* watermark; empty: none */
	const char *condition; /* of the chunk */
};
int select_put(const struct source_handle *s, const struct select_options *o,
    struct buf *sql, struct err *e) MUST_CHECK;

/* Only "FROM …", without conditions. */
int select_put_from(
    const struct source_handle *s, struct buf *sql, struct err *e) MUST_CHECK;

/* A configured query without the semicolons and white space at its end. */
void select_put_query(const char *query, struct buf *sql);

#endif
