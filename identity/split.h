#ifndef IDENTITY_SPLIT_H
#define IDENTITY_SPLIT_H
#include "identity/ident.h"
#include "proto/batch.h"
#include <stddef.h>
#include <stdint.h>

/* The partition of a key hash: its leading bits. partitions: a power of two,
 * at most LIMIT_PARTITIONS. */
uint32_t split_part(const uint8_t bk_hash[16], uint32_t partitions);

/*
 * Sorts the rows of b that stay by partition: *rows lists them, those of
 * partition p from from[p] to from[p + 1]. rejects are in row order.
 */
struct split_parts {
	uint32_t *rows; /* in b's arena; NULL if all of b is one partition's */
	size_t from[257];
};
void split_rows(struct batch *b, uint32_t partitions,
    const struct ident_reject *rejects, size_t nrejects,
    struct split_parts *out);

/* The batch of partition p: b itself (and b cleared) when all its rows are
 * there, else a gathered copy. NULL if it has no row. */
struct batch *split_take(
    struct batch **b, const struct split_parts *s, uint32_t partition);

#endif
