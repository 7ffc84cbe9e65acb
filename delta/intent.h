#ifndef DELTA_INTENT_H
#define DELTA_INTENT_H
#include "delta/frames.h"
#include "delta/place.h"
#include "delta/record.h"
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>

/*
 * Intents: the changes of one attempt at one chunk that may be on their way to
 * the target. They are written before the rows go on, to a file of frames
 * (frames.h), so that whatever the target may have got is known after a crash.
 * Once the chunk is committed its records are in the journal and the file
 * goes, or the file itself becomes part of the state (state.h). A frame that
 * was cut short while being written belongs to rows that were never sent.
 */
struct intent {
	struct intent_id id;
	uint64_t bytes, records; /* of its file */
};
int intent_append(const struct place *p, struct intent *in, struct blob *b,
    struct err *e) MUST_CHECK;

/* No file: no record. */
int intent_read(const struct place *p, const struct intent_id *id,
    record_fn *fn, void *ctx, struct err *e) MUST_CHECK;

int intent_remove(const struct place *p, const struct intent_id *id,
    struct err *e) MUST_CHECK;

/* The intents of the partition that a crash left, oldest attempts first; the
 * caller frees *out. */
int intent_list(const struct place *p, struct intent_id **out, size_t *n,
    struct err *e) MUST_CHECK;

#endif
