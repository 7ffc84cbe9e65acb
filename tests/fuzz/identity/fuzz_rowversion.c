/*
 * A rowversion as the ledger keeps it. One that reads back must be written
 * the same again: two spellings of one version would never compare equal.
 */
#include "proto/rowversion.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct buf bytes = { 0 }, again = { 0 };
	struct value v;
	struct err e = { 0 };

	if (rowversion_decode(in, &bytes, &v, &e) == 0) {
		rowversion_encode(&v, &again);
		if (rowversion_compare(in, buf_span(&again)) != 0)
			abort();
		if (rowversion_mark(in) != rowversion_mark(buf_span(&again)))
			abort();
	}
	buf_free(&bytes);
	buf_free(&again);
	return 0;
}
