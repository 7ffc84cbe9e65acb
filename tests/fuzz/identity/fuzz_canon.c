/*
 * A packed key. What reads back must pack to a key that reads back to the
 * same, and its text must be printable without reading out of bounds.
 */
#include "proto/canon.h"
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
pack(const struct value *v, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		canon_value(&v[i], out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value v[VALUES_MAX], w[VALUES_MAX];
	struct buf one = { 0 }, two = { 0 }, text = { 0 };
	struct err e = { 0 };

	if (!size)
		return 0;
	size_t n = data[0] % (VALUES_MAX + 1);
	struct span in = { data + 1, size - 1 };
	if (canon_unpack(in, v, n, &e) == 0) {
		pack(v, n, &one);
		if (canon_unpack(buf_span(&one), w, n, &e))
			abort();
		pack(w, n, &two);
		if (one.len != two.len ||
		    (one.len && memcmp(one.data, two.data, one.len) != 0))
			abort();
		for (size_t i = 0; i < n; i++)
			value_text(&v[i], &text);
	}
	buf_free(&one);
	buf_free(&two);
	buf_free(&text);
	return 0;
}
