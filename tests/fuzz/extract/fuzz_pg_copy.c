#include "extract/pg_copy.h"
#include "tests/fuzz/extract/nowhere.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how many columns there are and where the stream is cut;
 * one column of every type in turn. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct entity en = {
		.name = "x", .batch_rows = 4, .batch_bytes = 4096
	};
	struct emit_column cols[VT_COUNT] = { 0 };
	struct arena a = { 0 };
	struct pg_copy copy;
	struct emit em;
	struct err e = { 0 };

	if (size == 0)
		return 0;
	size_t ncols = 1 + data[0] % VT_COUNT, step = 1 + data[0] / VT_COUNT;
	for (size_t i = 0; i < ncols; i++)
		cols[i] = (struct emit_column){ .name = "c",
			.declared = (enum value_type)((data[0] + i) % VT_COUNT),
			.field = true,
			.rowversion = i == 0 };
	emit_init(&em, &nowhere, &en, cols, ncols);
	emit_begin(&em);
	pg_copy_init(&copy, &em, &a);
	int rc = 0;
	for (size_t at = 1; rc == 0 && at < size; at += step) {
		size_t n = size - at < step ? size - at : step;
		rc = pg_copy_feed(&copy, (struct span){ data + at, n }, &e);
	}
	if (rc == 0 && pg_copy_end(&copy, &e) == 0)
		rc = emit_flush(&em, &e);
	pg_copy_free(&copy);
	emit_free(&em);
	arena_free(&a);
	return 0;
}
