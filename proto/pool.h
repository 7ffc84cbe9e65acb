#ifndef PROTO_POOL_H
#define PROTO_POOL_H
#include "proto/buf.h"

/*
 * Memory of the batches that were sent, for those to be sent next: fresh
 * memory of a megabyte costs hundreds of page faults, more than filling it.
 * Any thread may call; at most POOL_BUFS buffers are kept.
 */
enum { POOL_BUFS = 4, POOL_MIN_BYTES = 64 << 10, POOL_MAX_BYTES = 8 << 20 };

/* Gives *b, which is empty, a buffer that was given back, if there is one. */
void pool_take(struct buf *b);

/* Takes the memory of *b and zeroes *b; what does not fit is freed. */
void pool_give(struct buf *b);

#endif
