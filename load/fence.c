#include "load/fence.h"
#include "proto/arena.h"
#include "proto/batch.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

static uint32_t *
slot(struct fence *f, uint32_t chunk)
{
	if (chunk == CHUNK_DELETES)
		return &f->deletes;
	if (chunk >= f->n) {
		size_t n = f->n ? f->n : 64;
		while (n <= chunk)
			n *= 2;
		f->newest = mem_realloc(f->newest, n * sizeof(*f->newest));
		memset(f->newest + f->n, 0, (n - f->n) * sizeof(*f->newest));
		f->n = n;
	}
	return &f->newest[chunk];
}

int
fence_admit(struct fence *f, uint32_t chunk, uint32_t attempt,
    enum fence_verdict *v, struct err *e)
{
	if (chunk != CHUNK_DELETES && chunk > LIMIT_CHUNKS)
		return err_data(e, "bad_batch",
		    "chunk %u is above the limit of %d", chunk, LIMIT_CHUNKS);
	uint32_t *newest = slot(f, chunk);
	if (attempt < *newest) {
		*v = FENCE_OLD;
		return 0;
	}
	*v = *newest && attempt > *newest ? FENCE_NEWER : FENCE_CURRENT;
	*newest = attempt;
	return 0;
}

void
fence_free(struct fence *f)
{
	free(f->newest);
	*f = (struct fence){ 0 };
}
