#ifndef DELTA_INTENT_H
#define DELTA_INTENT_H
#include "delta/place.h"
#include "delta/record.h"
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>

/*
 * Intents: the changes of one attempt at one chunk that may be on their way to
 * the target. They are written before the rows go on and removed once the
 * chunk is in the journal, so that whatever the target may have got is known
 * after a crash. A file is a sequence of frames: uint32 length, blob. One that
 * was cut short while being written belongs to rows that were never sent.
 */
int intent_append(const struct place *p, const struct intent_id *id,
    struct blob *b, struct err *e) MUST_CHECK;

/* No file: no record. */
int intent_read(const struct place *p, const struct intent_id *id,
    record_fn *fn, void *ctx, struct err *e) MUST_CHECK;

/* The same, frame by frame: the blob and a reader of it. 0 go on, 1 enough, -1
 * failed. */
typedef int frame_fn(
    void *ctx, struct span blob, struct blob_reader records, struct err *e);
int intent_frames(const struct place *p, const struct intent_id *id,
    frame_fn *fn, void *ctx, struct err *e) MUST_CHECK;

int intent_remove(const struct place *p, const struct intent_id *id,
    struct err *e) MUST_CHECK;

/* The intents of the partition that a crash left, oldest attempts first; the
 * caller frees *out. */
int intent_list(const struct place *p, struct intent_id **out, size_t *n,
    struct err *e) MUST_CHECK;

#endif
