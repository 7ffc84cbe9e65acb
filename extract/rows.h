#ifndef EXTRACT_ROWS_H
#define EXTRACT_ROWS_H
#include "extract/chunk.h"
#include "extract/emit.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/reject.h"

/*
 * A retry: rows that were stored with their rejects, as the source had them.
 * They need no connection. Columns are those that any of them has; a row
 * without one is NULL there, and a column that has several types is text.
 */
struct rows {
	size_t n;
	struct rows_row {
		struct row_value *values;
		size_t n;
	} * rows;
	size_t ncols;
	struct emit_column *cols;
};

/* Everything is in a; values are views into the range. */
int rows_decode(const struct entity *en, const struct chunk_range *r,
    struct arena *a, struct rows *out, struct err *e) MUST_CHECK;

/* Emits them all; em was initialised with rows' columns. A row that was
 * rejected before it had columns (emit_reject_line) is rejected again. */
int rows_read(
    const struct rows *rows, struct emit *em, struct err *e) MUST_CHECK;

#endif
