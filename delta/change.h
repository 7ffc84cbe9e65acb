#ifndef DELTA_CHANGE_H
#define DELTA_CHANGE_H
#include "delta/part.h"
#include "proto/attr.h"

/*
 * Compares the rows of a batch with the partition's table and passes on those
 * that changed, as INSERT or UPDATE, after their intents are written. Second
 * sightings of a key become rejects. Takes *b; b->left goes along.
 */
int change_batch(struct part *p, struct batch **b, const struct outlet *out,
    struct err *e) MUST_CHECK;

/* MODE_SWEEP: only marks the keys as seen. */
void change_sight(struct part *p, const struct batch *b);

#endif
