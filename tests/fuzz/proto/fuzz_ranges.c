/* Whatever decodes must encode to something that decodes to the same. */
#include "proto/ranges.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct buf one = { 0 };
	struct err e = { 0 };
	struct span *list, *again;
	size_t n, m;

	if (ranges_decode((struct span){ data, size }, &a, &list, &n, &e) ==
	    0) {
		ranges_encode(list, n, &one);
		if (ranges_decode(buf_span(&one), &a, &again, &m, &e) < 0 ||
		    m != n)
			abort();
		for (size_t i = 0; i < n; i++)
			if (span_compare(list[i], again[i]) != 0)
				abort();
	}
	buf_free(&one);
	arena_free(&a);
	return 0;
}
