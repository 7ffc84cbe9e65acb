#include "delta/attempts.h"
#include "proto/arena.h"
#include "proto/batch.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

static uint16_t *
slot(struct attempts *a, uint32_t chunk)
{
	if (chunk == CHUNK_DELETES)
		return &a->deletes;
	if (chunk < a->n)
		return &a->newest[chunk];
	uint32_t n = a->n ? a->n : 64;
	while (n <= chunk)
		n *= 2;
	a->newest = mem_realloc(a->newest, n * sizeof(*a->newest));
	memset(a->newest + a->n, 0, (n - a->n) * sizeof(*a->newest));
	a->n = n;
	return &a->newest[chunk];
}

int
attempts_take(
    struct attempts *a, uint32_t chunk, uint32_t attempt, struct err *e)
{
	if ((chunk >= LIMIT_CHUNKS && chunk != CHUNK_DELETES) ||
	    attempt > UINT16_MAX) {
		(void)err_data(e, "bad_batch",
		    "chunk %u, attempt %u is beyond what a run may have", chunk,
		    attempt);
		return -2;
	}
	uint16_t *newest = slot(a, chunk);
	if (attempt == *newest)
		return 0;
	if (attempt < *newest)
		return -1;
	a->voided |= *newest != 0;
	*newest = (uint16_t)attempt;
	return 1;
}

uint16_t
attempts_newest(const struct attempts *a, uint32_t chunk)
{
	if (chunk == CHUNK_DELETES)
		return a->deletes;
	return chunk < a->n ? a->newest[chunk] : 0;
}

void
attempts_free(struct attempts *a)
{
	free(a->newest);
	*a = (struct attempts){ 0 };
}
