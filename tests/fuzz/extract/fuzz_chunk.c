#include "extract/chunk.h"
#include "extract/rows.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
encode_again(const struct chunk_range *r)
{
	struct buf one = { 0 }, two = { 0 };
	struct arena a = { 0 };
	struct chunk_range again;
	struct err e = { 0 };

	chunk_encode(r, &one);
	if (chunk_decode(buf_span(&one), &a, &again, &e) != 0)
		abort();
	chunk_encode(&again, &two);
	if (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
		abort();
	arena_free(&a);
	buf_free(&one);
	buf_free(&two);
}

/* A range that decodes must say the same when it is written again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct entity en = { .name = "x", .rowversion = "v" };
	struct arena a = { 0 };
	struct chunk_range r;
	struct rows rows;
	struct err e = { 0 };

	if (chunk_decode((struct span){ data, size }, &a, &r, &e) == 0) {
		encode_again(&r);
		if (r.kind == CHUNK_ROWS &&
		    rows_decode(&en, &r, &a, &rows, &e) == 0 &&
		    rows.ncols > LIMIT_COLUMNS)
			abort();
	}
	arena_free(&a);
	return 0;
}
