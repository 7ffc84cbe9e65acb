#ifndef SUPERVISOR_RUN_PASS_H
#define SUPERVISOR_RUN_PASS_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "supervisor/run.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * A pass over several nights: a run that was paused, or cut off, goes on under
 * the snapshot of another night with the chunks that are not done, if their
 * ranges are of the key, so that they mean the same now, and the pipeline file
 * is the one that it began with.
 *
 * What it is not: one picture of the source. What changes in a range after it
 * was done is found by the next pass (or, with a rowversion, by the next run
 * above the first night's watermark). What an earlier night saw is forgotten,
 * so such a run never deletes: a sweep of all keys under one snapshot follows.
 */

/* 1, and the number of the entity's live run, which this one is from now on;
 * 0: there is none that can go on. In the caller's transaction. */
int pass_find(struct run *r, uint64_t *id, struct err *e) MUST_CHECK;
/* Its chunks and books, from the ledger. */
int pass_recall(struct run *r, struct arena *a, struct err *e) MUST_CHECK;

/* The ranges of what is not done, for extract; which answers with one chunk
 * each, in that order. */
void pass_ranges(const struct run *r, struct buf *out);
void pass_on_chunk(struct run *r, const struct message *m);

/* It read the whole source, but not as one picture: rows that the source lacks
 * are still to be looked for. */
bool pass_owes_sweep(const struct run *r);

/* What is done of it is worth keeping: another run can go on. */
bool pass_goes_on(const struct run *r);

/* True, and the run is over, if the state does not know what earlier nights
 * did: it was lost meanwhile, and a new run has to begin from nothing. */
bool pass_lost(struct run *r);

#endif
