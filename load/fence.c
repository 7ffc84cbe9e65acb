#include "load/fence.h"
#include "proto/arena.h"
#include "proto/batch.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

static struct fence_slot *
slot(struct fence *f, uint32_t chunk)
{
	if (chunk == CHUNK_DELETES)
		return &f->deletes;
	if (chunk >= f->n) {
		size_t n = f->n ? f->n : 64;
		while (n <= chunk)
			n *= 2;
		f->chunks = mem_realloc(f->chunks, n * sizeof(*f->chunks));
		memset(f->chunks + f->n, 0, (n - f->n) * sizeof(*f->chunks));
		f->n = n;
	}
	return &f->chunks[chunk];
}

int
fence_admit(struct fence *f, uint32_t chunk, uint32_t attempt,
    enum fence_verdict *v, struct err *e)
{
	if (chunk != CHUNK_DELETES && chunk > LIMIT_CHUNKS)
		return err_data(e, "bad_batch",
		    "chunk %u is above the limit of %d", chunk, LIMIT_CHUNKS);
	uint32_t *newest = &slot(f, chunk)->newest;
	if (attempt < *newest) {
		*v = FENCE_OLD;
		return 0;
	}
	*v = *newest && attempt > *newest ? FENCE_NEWER : FENCE_CURRENT;
	*newest = attempt;
	return 0;
}

void
fence_care(struct fence *f, uint32_t chunk)
{
	slot(f, chunk)->care = true;
}

bool
fence_cares(struct fence *f, uint32_t chunk)
{
	return slot(f, chunk)->care;
}

void
fence_free(struct fence *f)
{
	free(f->chunks);
	*f = (struct fence){ 0 };
}
