#ifndef EXTRACT_KEY_RANGE_H
#define EXTRACT_KEY_RANGE_H
#include "extract/chunk.h"
#include "extract/source.h"
#include "proto/buf.h"
#include <stdbool.h>

/* Ranges of the key's first column, for every engine that speaks SQL. */

/* The source column of the first key field, or NULL. */
const char *key_range_column(const struct source_handle *s);

/* Where the night may end before the read does, ranges of the key are worth
 * more than other ways to divide a table: the next night goes on with them. */
bool key_range_wanted(const struct source_handle *s);

/* The condition of a CHUNK_KEY, appended; nothing if it has no end. */
void key_range_condition(const struct chunk_range *r, struct buf *sql);

#endif
