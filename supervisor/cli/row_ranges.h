#ifndef SUPERVISOR_CLI_ROW_RANGES_H
#define SUPERVISOR_CLI_ROW_RANGES_H
#include "proto/buf.h"
#include <stddef.h>

/*
 * Stored rows packed as the ranges of a retry's chunks: each is a msgpack
 * array of rows (proto/reject.h), at most ROW_RANGE_ROWS of them and at most
 * ROW_RANGE_BYTES, unless a single row is larger. A zeroed one is empty.
 */
enum { ROW_RANGE_ROWS = 512, ROW_RANGE_BYTES = 8 << 20 };

struct row_ranges {
	size_t n, cap;
	struct buf *v;   /* finished ranges; owned */
	struct buf rows; /* of the one in work */
	size_t nrows;
	size_t bytes; /* of all rows so far */
};

void row_ranges_add(struct row_ranges *r, struct span row);
void row_ranges_finish(struct row_ranges *r); /* v and n are complete */
void row_ranges_free(struct row_ranges *r);

#endif
