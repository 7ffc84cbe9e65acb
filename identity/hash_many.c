/*
 * A row is shorter than one BLAKE3 chunk, so the library's own lanes, which
 * run over the chunks of one input, stay empty. Here the lanes run over rows;
 * rows over one chunk take the plain way.
 */
#include "identity/hash.h"
#include "identity/lanes.h"
#include <string.h>

_Static_assert(HASH_BLOCK == (int)LANES_BLOCK, "inputs are padded to blocks");
_Static_assert(DATA_BYTES == (int)LANES_HASH, "256 bits");

enum { CHUNK_BLOCKS = LANES_CHUNK / LANES_BLOCK };

/* Blocks before the last one, or CHUNK_BLOCKS for more than a chunk. */
static size_t
leading_blocks(size_t len)
{
	if (len > LANES_CHUNK)
		return CHUNK_BLOCKS;
	return (len - (len != 0)) / LANES_BLOCK;
}

/* order: the inputs' numbers, by blocks; returns how many are one chunk. */
static size_t
sort_by_blocks(const struct span *in, size_t n, uint16_t *order)
{
	uint8_t blocks[HASH_MANY_MAX];
	uint16_t at[CHUNK_BLOCKS + 2] = { 0 };

	for (size_t i = 0; i < n; i++) {
		blocks[i] = (uint8_t)leading_blocks(in[i].len);
		at[blocks[i] + 1]++;
	}
	for (size_t k = 0; k <= CHUNK_BLOCKS; k++)
		at[k + 1] = (uint16_t)(at[k + 1] + at[k]);
	size_t short_ones = at[CHUNK_BLOCKS];
	for (size_t i = 0; i < n; i++)
		order[at[blocks[i]]++] = (uint16_t)i;
	return short_ones;
}

void
hash_many_with(lanes_fn *lanes, const struct span *in, size_t n,
    uint8_t (*out)[DATA_BYTES])
{
	uint16_t order[HASH_MANY_MAX];

	while (n) {
		size_t some = n < HASH_MANY_MAX ? n : HASH_MANY_MAX;
		size_t i = sort_by_blocks(in, some, order);
		if (i)
			lanes(in, order, i, out);
		for (; i < some; i++)
			hash_data(in[order[i]], out[order[i]]);
		in += some;
		out += some;
		n -= some;
	}
}

void
hash_many(const struct span *in, size_t n, uint8_t (*out)[DATA_BYTES])
{
	struct lanes_kernel kernels[LANES_KERNELS], *k = kernels;

	lanes_kernels(kernels);
	while (!k->usable)
		k++;
	hash_many_with(k->hash, in, n, out);
}
