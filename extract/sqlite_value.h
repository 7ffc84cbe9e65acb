#ifndef EXTRACT_SQLITE_VALUE_H
#define EXTRACT_SQLITE_VALUE_H
#include "extract/emit.h"
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>

struct sqlite3_stmt;

/*
 * Value i of a SQLite row into column i. SQLite keeps whatever it is
 * given, so the storage class of each value counts, not only the column's
 * declaration:
 *
 *   declared     fits as it is
 *   int          integer
 *   bool         integer 0 or 1
 *   float        real, integer
 *   decimal      integer, real (shortest decimal), text in canonical form
 *   text         text; numbers as their plain text, blobs byte for byte
 *   json         text; numbers as their plain text
 *   bytes        blob; text and numbers byte for byte
 *   dates, uuid  nothing: SQLite has no such storage, so that the column
 *                travels as text from the start, numbers as plain text
 *
 * A value that does not fit demotes the column (emit.h). A blob in a column
 * that is not for bytes counts as text, like SQLite's CAST(x AS TEXT); text
 * that is not UTF-8 is then rejected by normalize.
 *
 * Returns 0 and adds the value's size to *bytes, or -1 and adds nothing: it
 * has more than most.handled bytes, and there is no most.kept to cut it to.
 */
struct sqlite_value_limit {
	size_t handled, kept;
};
int sqlite_value_put(struct emit *em, int i, struct sqlite3_stmt *st,
    const struct sqlite_value_limit *most, size_t *bytes) MUST_CHECK;

/* How many bytes of text or blob value i has; 0: it has none of its own. */
size_t sqlite_value_bytes(struct sqlite3_stmt *st, int i);

/* The type of a column's batches, as far as its values fit it. */
enum value_type sqlite_value_travels(enum value_type declared);

#endif
