#ifndef DELTA_WORKER_H
#define DELTA_WORKER_H
#include "delta/part.h"
#include "proto/attr.h"
#include <stddef.h>

/*
 * A delta worker in one run: the partitions it owns (number % instances ==
 * instance), the newest attempts, and what load refused.
 */
struct refused {
	uint32_t chunk, attempt;
	struct buf hashes;
};

struct worker {
	struct rules rules;
	uint32_t instance, instances;
	struct part *parts; /* number / instances */
	size_t nparts;
	struct attempts attempts;
	struct refused *refused;
	size_t nrefused, refused_cap;
	const struct outlet *out;
};

/* Opens the files. rules are copied; memory is this worker's, shared out to its
 * partitions. */
int worker_open(struct worker *w, const struct rules *rules, uint32_t instance,
    uint32_t instances, struct err *e) MUST_CHECK;
void worker_close(struct worker *w);

/* Takes the state into memory and settles what a crash left; before anything
 * else is asked of w but worker_foresee. */
int worker_read(struct worker *w, struct err *e) MUST_CHECK;
/* How many entries worker_read will find, none of them to be counted as
 * unproven: 1, or 0 if only reading tells. */
int worker_foresee(
    const struct worker *w, uint64_t *entries, struct err *e) MUST_CHECK;

uint64_t worker_entries(const struct worker *w); /* as their files say */
uint64_t worker_known(const struct worker *w);   /* entries of the state */
/* … that are inserts in doubt. Counted only for max_update_percent. */
uint64_t worker_unproven(const struct worker *w);

/* Bytes of rules.memory that its tables leave by now. */
uint64_t worker_room(const struct worker *w);

/* The sum of its state files' revisions (place.h). */
uint64_t worker_revision(const struct worker *w);

/* One batch; takes *b. Batches of void attempts are dropped in silence. */
int worker_batch(struct worker *w, struct batch **b, struct err *e) MUST_CHECK;

/* Attempts at the chunk below this one are void. */
int worker_fence(struct worker *w, uint32_t chunk, uint32_t attempt,
    struct err *e) MUST_CHECK;

/* 16-byte hashes that the commit to come must leave out. Of CHUNK_DELETES, and
 * before the deletes: keys to be spared, because the source has them although
 * no row came through. */
int worker_except(struct worker *w, uint32_t chunk, uint32_t attempt,
    struct span hashes, struct err *e) MUST_CHECK;
int worker_commit(struct worker *w, uint32_t chunk, uint32_t attempt,
    struct err *e) MUST_CHECK;

/* The read is complete: joins what did not fit in memory. */
int worker_join(struct worker *w, struct err *e) MUST_CHECK;

/* Keys that were not seen, and up to ten of them as text, one a line. None
 * where deletes are ignored or the run is no whole read. */
int worker_sweep(struct worker *w, uint64_t *n, struct buf *sample,
    struct err *e) MUST_CHECK;

/* Sends deletes for at most max of them; batches and rows say what went. */
struct worker_deletes {
	uint32_t attempt;
	uint64_t max;
	uint32_t batches;
	uint64_t rows;
};
int worker_delete(
    struct worker *w, struct worker_deletes *d, struct err *e) MUST_CHECK;

/* After a complete run: merges what is worth it. */
int worker_merge(struct worker *w, struct err *e) MUST_CHECK;

#endif
