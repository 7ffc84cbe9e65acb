#ifndef DELTA_ATTEMPTS_H
#define DELTA_ATTEMPTS_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/* The newest attempt of every chunk of a run; what belongs to an older one is
 * void. A zeroed one knows of none. */
struct attempts {
	uint16_t *newest; /* by chunk; 0: never seen */
	uint32_t n;
	uint16_t deletes; /* of CHUNK_DELETES */
	bool voided;      /* some attempt has followed another */
};

/* 0 if that attempt is the newest, -1 if it is void; 1 if it is newer than
 * what was known and now the newest. ERR_DATA beyond the limits: -2. */
int attempts_take(struct attempts *a, uint32_t chunk, uint32_t attempt,
    struct err *e) MUST_CHECK;
uint16_t attempts_newest(const struct attempts *a, uint32_t chunk);
void attempts_free(struct attempts *a);

#endif
