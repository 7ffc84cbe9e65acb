#ifndef DELTA_SPOOL_H
#define DELTA_SPOOL_H
#include "delta/place.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdint.h>

/*
 * Items put aside by key hash, in one unlinked temporary file beside the
 * state: what does not fit in memory is then taken up piece by piece. Pieces
 * are in the order of the hash; the items of a piece come back in the order
 * they were put. A zeroed spool is closed.
 */
struct spool_extent {
	uint64_t at;
	uint32_t bytes;
};
struct spool_piece {
	struct buf tail; /* not yet in the file */
	struct spool_extent *extents;
	uint32_t nextents, cap;
};
struct spool {
	int fd; /* valid while pieces is set */
	unsigned skip_bits, bits;
	struct spool_piece *pieces; /* 1 << bits */
	uint64_t end;
	uint64_t items;
};

enum { SPOOL_BITS = 6, SPOOL_BITS_MAX = 8 };

/* 1 << bits pieces; the partition's own leading bits do not count. */
int spool_open(struct spool *s, const struct place *p, unsigned bits,
    struct err *e) MUST_CHECK;
void spool_close(struct spool *s);

uint32_t spool_pieces(const struct spool *s);
uint32_t spool_piece(const struct spool *s, const uint8_t bk[16]);
int spool_put(struct spool *s, uint32_t piece, const void *p, size_t n,
    struct err *e) MUST_CHECK;

/* Hands over a piece in runs of whole items. fn: 0 go on, 1 enough, -1. */
typedef int spool_fn(void *ctx, struct span items, struct err *e);
int spool_read(const struct spool *s, uint32_t piece, spool_fn *fn, void *ctx,
    struct err *e) MUST_CHECK;

#endif
