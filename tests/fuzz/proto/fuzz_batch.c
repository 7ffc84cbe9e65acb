#include "proto/batch.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A batch that decodes must survive everything that stages do to one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = { 0 }, out = { 0 };
	struct batch *b = NULL;
	struct err e = { 0 };
	buf_put(&in, data, size);
	if (batch_decode(&in, &b, &e) == 0) {
		batch_encode(b, &out);
		for (uint32_t i = 0; i < b->nrows && i < 8; i++)
			batch_original(b, i, &out);
		uint32_t rows[] = { 0, 0 };
		struct batch *g = batch_gather(b, rows, b->nrows ? 2 : 0);
		batch_free(&g);
		batch_free(&b);
	}
	buf_free(&in);
	buf_free(&out);
	return 0;
}
