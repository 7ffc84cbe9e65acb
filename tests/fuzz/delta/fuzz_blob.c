/*
 * A state blob, as it stands in state and intent files. The checksum is put
 * right first, so that the records behind it are reached; whatever then reads
 * must write back to the same bytes.
 */
#include "delta/record.h"
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { HEADER = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
seal(struct buf *b)
{
	if (b->len < HEADER)
		return;
	uint64_t sum = XXH3_64bits(b->data + HEADER, b->len - HEADER);
	memcpy(b->data, "SB\1", 4);
	memcpy(b->data + 8, &sum, 8);
}

/* 0 if all of it reads; its records are in out. */
static int
read_all(struct span in, struct blob *out)
{
	struct record run[RECORD_RUN];
	struct blob_reader r;
	struct err e = { 0 };
	size_t n;
	int got;

	if (blob_open(in, &r, &e))
		return -1;
	while ((got = blob_next(&r, run, &n, &e)) == 1)
		for (size_t i = 0; i < n; i++)
			blob_put(out, &run[i]);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = { 0 };
	struct blob one = { 0 }, two = { 0 };

	buf_put(&in, data, size);
	(void)!read_all(buf_span(&in), &one);
	blob_clear(&one);
	seal(&in);
	if (read_all(buf_span(&in), &one) == 0) {
		struct span s = blob_finish(&one);
		if (read_all(s, &two) || two.records != one.records)
			abort();
		struct span t = blob_finish(&two);
		if (s.len != t.len || memcmp(s.data, t.data, s.len) != 0)
			abort();
	}
	blob_free(&one);
	blob_free(&two);
	buf_free(&in);
	return 0;
}
