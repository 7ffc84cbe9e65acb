#ifndef PROTO_STAGE_AHEAD_H
#define PROTO_STAGE_AHEAD_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include <stddef.h>

struct stage;

/* Batches that were taken before there was time for them, oldest first. */
struct ahead;
struct stage_ahead {
	struct ahead *first, *last;
	size_t bytes;
	struct err trouble;
};

/* Batches for a service: 0 if none waits, -1 on failure. */
enum { STAGE_AHEAD_BATCH = 1, STAGE_AHEAD_OTHER = 2 /* a message about batches */ };
int stage_ahead_next(
    struct stage *st, struct frame *f, struct err *e) MUST_CHECK;
void stage_ahead_free(struct stage *st);

#endif
