#ifndef LOAD_FENCE_H
#define LOAD_FENCE_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The newest attempt of each chunk that was seen or announced. What an older
 * attempt still sends is void. A zeroed fence knows no attempt.
 */
struct fence_slot {
	uint32_t newest; /* 0: none yet */
	bool care;
};
struct fence {
	struct fence_slot *chunks;
	size_t n;
	struct fence_slot deletes; /* CHUNK_DELETES */
};

enum fence_verdict {
	FENCE_OLD,     /* drop it */
	FENCE_CURRENT, /* the newest attempt, or the first one seen */
	FENCE_NEWER,   /* a later attempt of a chunk that was seen before */
};

/* Judges and remembers. ERR_DATA if no chunk can have this number. */
int fence_admit(struct fence *f, uint32_t chunk, uint32_t attempt,
    enum fence_verdict *v, struct err *e) MUST_CHECK;
/* A stage died of a row of that chunk, which was admitted: its parts are
 * better applied one by one, so that it shows which one it is. */
void fence_care(struct fence *f, uint32_t chunk);
bool fence_cares(struct fence *f, uint32_t chunk);
void fence_free(struct fence *f);

#endif
