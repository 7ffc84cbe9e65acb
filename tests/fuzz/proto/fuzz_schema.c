/* Whatever decodes must encode to something that decodes to the same. */
#include "proto/schema.h"
#include "proto/wire.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct schema s = { 0 }, t = { 0 };
	struct buf one = { 0 }, two = { 0 };
	struct err e = { 0 };
	struct span in = { data, size };

	if (schema_decode(in, &a, &s, &e) == 0) {
		if (wire_check(in, 2, &e) < 0)
			abort();
		schema_encode(&s, &one);
		if (schema_decode(buf_span(&one), &a, &t, &e) < 0)
			abort();
		schema_encode(&t, &two);
		if (one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0)
			abort();
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
