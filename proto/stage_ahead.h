#ifndef PROTO_STAGE_AHEAD_H
#define PROTO_STAGE_AHEAD_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/shelf.h"

struct stage;

/* Batches that were taken before there was time for them: copies, so that a
 * slot of shared memory is the sender's again at once. */
struct stage_ahead {
	struct shelf shelf;
	struct err trouble;
};

/* Batches for a service: 0 if none waits, -1 on failure. */
enum {
	STAGE_AHEAD_BATCH = 1,
	STAGE_AHEAD_OTHER = 2 /* a message about batches */
};
int stage_ahead_next(
    struct stage *st, struct frame *f, struct err *e) MUST_CHECK;

#endif
