#ifndef DELTA_JOIN_H
#define DELTA_JOIN_H
#include "delta/spool.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include <stdbool.h>

/*
 * A partition that does not fit in memory. Its rows are put aside by key hash
 * and, once the read is complete, joined with the state piece by piece, each
 * in a table of its own. Between joins nothing is in the table.
 */
struct part;
struct outlet;

struct join {
	bool open;
	struct spool rows;   /* uint32 length, batch frame */
	struct spool marks;  /* sightings of this run */
	struct spool unseen; /* uint32 length, bk_hash, packed key */
	bool judged;         /* unseen is that of the last join */
};

/* Begins it, with the sightings that the table holds; empties the table. */
int join_begin(struct part *p, struct err *e) MUST_CHECK;
void join_end(struct part *p);

/* Puts the rows of b aside; b->left is not kept. */
int join_hold(struct part *p, const struct batch *b, struct err *e) MUST_CHECK;
/* Only the sightings of a sweep. */
int join_mark(struct part *p, const struct batch *b, struct err *e) MUST_CHECK;
/* A key that must not be deleted in this run. */
int join_spare(struct part *p, const uint8_t bk[16], struct err *e) MUST_CHECK;

/* Joins what was put aside; may be done again when more comes. */
int join_run(
    struct part *p, const struct outlet *out, struct err *e) MUST_CHECK;

#endif
