/* Reject lists and rows: what decodes must encode to what decodes alike. */
#include "proto/reject.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_equal(const struct buf *one, const struct buf *two)
{
	if (one->len != two->len || memcmp(one->data, two->data, one->len) != 0)
		abort();
}

static void
try_list(struct span in, struct arena *a)
{
	struct buf one = { 0 }, two = { 0 };
	struct reject *r;
	struct err e = { 0 };
	size_t n;
	if (reject_list_decode(in, a, &r, &n, &e) < 0)
		return;
	reject_list_encode(r, n, &one);
	if (reject_list_decode(buf_span(&one), a, &r, &n, &e) < 0)
		abort();
	reject_list_encode(r, n, &two);
	must_equal(&one, &two);
	buf_free(&one);
	buf_free(&two);
}

static void
try_row(struct span in, struct arena *a)
{
	struct buf one = { 0 }, two = { 0 };
	struct row_value *v;
	struct err e = { 0 };
	size_t n;
	if (row_decode(in, a, &v, &n, &e) < 0)
		return;
	row_encode(v, n, &one);
	if (row_decode(buf_span(&one), a, &v, &n, &e) < 0)
		abort();
	row_encode(v, n, &two);
	must_equal(&one, &two);
	buf_free(&one);
	buf_free(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct span in = { data, size };
	try_list(in, &a);
	try_row(in, &a);
	arena_free(&a);
	return 0;
}
