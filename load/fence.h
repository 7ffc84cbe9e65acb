#ifndef LOAD_FENCE_H
#define LOAD_FENCE_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>
#include <stdint.h>

/*
 * The newest attempt of each chunk that was seen or announced. What an older
 * attempt still sends is void. A zeroed fence knows no attempt.
 */
struct fence {
	uint32_t *newest; /* by chunk; 0: none yet */
	size_t n;
	uint32_t deletes; /* of CHUNK_DELETES */
};

enum fence_verdict {
	FENCE_OLD,     /* drop it */
	FENCE_CURRENT, /* the newest attempt, or the first one seen */
	FENCE_NEWER,   /* a later attempt of a chunk that was seen before */
};

/* Judges and remembers. ERR_DATA if no chunk can have this number. */
int fence_admit(struct fence *f, uint32_t chunk, uint32_t attempt,
    enum fence_verdict *v, struct err *e) MUST_CHECK;
void fence_free(struct fence *f);

#endif
