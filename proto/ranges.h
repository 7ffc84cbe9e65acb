#ifndef PROTO_RANGES_H
#define PROTO_RANGES_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stddef.h>

/* Several chunks' ranges in the body of a MSG_PLAN: an array of bin, each as
 * the extract worker made it. The supervisor does not look into them. */
void ranges_encode(const struct span *ranges, size_t n, struct buf *out);

/* The spans are views into in, the array is in a. */
int ranges_decode(struct span in, struct arena *a, struct span **ranges,
    size_t *n, struct err *e) MUST_CHECK;

#endif
