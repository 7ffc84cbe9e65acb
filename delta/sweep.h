#ifndef DELTA_SWEEP_H
#define DELTA_SWEEP_H
#include "delta/part.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdint.h>

/*
 * What the state knows and the read did not see. Only asked for when the
 * supervisor, or a complete stream, says that the whole source was read. A
 * partition that is too large for memory has been joined before.
 *
 * sweep_sample appends up to *max keys as text, one a line, and lowers *max by
 * them.
 */
int sweep_sample(
    struct part *p, size_t *max, struct buf *out, struct err *e) MUST_CHECK;

/* The deletes of a run, over all partitions of the worker. */
struct sweep_deletes {
	uint32_t attempt;
	uint64_t left; /* how many more may go out */
	uint32_t seq;  /* of the next batch */
	uint64_t rows; /* sent */
	size_t batch_rows;
	const struct outlet *out;
};
int sweep_delete(
    struct part *p, struct sweep_deletes *d, struct err *e) MUST_CHECK;

#endif
