#ifndef DELTA_UNSEEN_H
#define DELTA_UNSEEN_H
#include "delta/part.h"
#include "proto/attr.h"

/* Takes a key: 0 go on, 1 enough, -1 failed. */
typedef int unseen_fn(
    void *ctx, const uint8_t *bk, struct span key, struct err *e);

/* Every key that the state knows and the read did not see, once, in the order
 * of the state. A partition that is too large for memory has been joined. */
int unseen_walk(
    struct part *p, unseen_fn *fn, void *ctx, struct err *e) MUST_CHECK;
int unseen_count(struct part *p, uint64_t *n, struct err *e) MUST_CHECK;

#endif
