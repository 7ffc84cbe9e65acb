#ifndef DELTA_RECORDER_H
#define DELTA_RECORDER_H
#include "delta/part.h"
#include "proto/attr.h"

/*
 * delta --commit, behind load in a pipe: journals what the target has taken.
 * Memory does not grow with the chunk: rows go to the open commit at once.
 */
struct recorder {
	struct rules rules;
	struct attempts attempts;
	struct part *parts;
	bool *begun;
	size_t nparts;
};

/* rules->blind and write must be set. */
int recorder_open(
    struct recorder *r, const struct rules *rules, struct err *e) MUST_CHECK;
void recorder_close(struct recorder *r); /* an open commit is given up */
int recorder_batch(
    struct recorder *r, struct batch *b, struct err *e) MUST_CHECK;
/* Everything so far is durable once this returns 0. */
int recorder_commit(struct recorder *r, struct err *e) MUST_CHECK;
int recorder_merge(struct recorder *r, struct err *e) MUST_CHECK;

#endif
