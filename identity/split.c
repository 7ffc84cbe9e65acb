#include "identity/split.h"
#include "proto/limits.h"
#include <string.h>

_Static_assert(
    LIMIT_PARTITIONS == 256, "the first byte of a hash tells the partition");

uint32_t
split_part(const uint8_t bk_hash[16], uint32_t partitions)
{
	return (bk_hash[0] * partitions) >> 8;
}

static void
mark_rejects(const struct ident_reject *rejects, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[rejects[i].row] = 1;
}

void
split_rows(struct batch *b, uint32_t partitions,
    const struct ident_reject *rejects, size_t nrejects,
    struct split_parts *out)
{
	const uint8_t *bk = batch_find(b, ROLE_BK_HASH, NULL)->data;
	size_t at[LIMIT_PARTITIONS + 1] = { 0 };

	*out = (struct split_parts){ 0 };
	if (partitions == 1 && !nrejects) {
		out->from[1] = b->nrows;
		return;
	}
	uint8_t *gone = arena_zalloc(&b->arena, b->nrows + 1);
	mark_rejects(rejects, nrejects, gone);
	for (size_t i = 0; i < b->nrows; i++)
		if (!gone[i])
			out->from[split_part(bk + 16 * i, partitions) + 1]++;
	for (uint32_t p = 0; p < partitions; p++) {
		out->from[p + 1] += out->from[p];
		at[p] = out->from[p];
	}
	out->rows = arena_alloc(&b->arena, (b->nrows + 1) * sizeof(*out->rows));
	for (size_t i = 0; i < b->nrows; i++)
		if (!gone[i])
			out->rows[at[split_part(bk + 16 * i, partitions)]++] =
			    (uint32_t)i;
}

struct batch *
split_take(struct batch **b, const struct split_parts *s, uint32_t partition)
{
	size_t n = s->from[partition + 1] - s->from[partition];
	struct batch *part;

	if (!n)
		return NULL;
	if (n == (*b)->nrows) {
		part = *b;
		*b = NULL;
	} else {
		part = batch_gather(*b, s->rows + s->from[partition], n);
		batch_inherit_left(part, *b);
		/* What left on the way is reported once, with the first. */
		batch_inherit_left(*b, &(const struct batch){ 0 });
	}
	part->part = partition;
	return part;
}
