/*
 * A row is shorter than one BLAKE3 chunk, so the library's own lanes, which
 * run over the chunks of one input, stay empty. Here the lanes run over rows:
 * rows of equally many full blocks share one blake3_hash_many for all blocks
 * but the last, whose length differs, and each row's last block is compressed
 * alone. Inputs over one chunk take the plain way.
 */
#include "identity/hash.h"
#include <blake3_impl.h>
#include <string.h>

enum { CHUNK_BLOCKS = BLAKE3_CHUNK_LEN / BLAKE3_BLOCK_LEN };
_Static_assert(HASH_BLOCK == BLAKE3_BLOCK_LEN, "inputs are padded to blocks");
_Static_assert(DATA_BYTES == BLAKE3_OUT_LEN, "256 bits");

/* Full blocks before the last one, or CHUNK_BLOCKS for more than a chunk. */
static size_t
leading_blocks(size_t len)
{
	if (len > BLAKE3_CHUNK_LEN)
		return CHUNK_BLOCKS;
	return len ? (len - 1) / BLAKE3_BLOCK_LEN : 0;
}

/* order: the inputs' numbers, by leading blocks; from[k] is where those of k
 * blocks begin. */
static void
sort_by_blocks(const struct span *in, size_t n, uint16_t *order,
    size_t from[CHUNK_BLOCKS + 2])
{
	size_t at[CHUNK_BLOCKS + 1];

	memset(from, 0, (CHUNK_BLOCKS + 2) * sizeof(*from));
	for (size_t i = 0; i < n; i++)
		from[leading_blocks(in[i].len) + 1]++;
	for (size_t k = 0; k <= CHUNK_BLOCKS; k++) {
		from[k + 1] += from[k];
		at[k] = from[k];
	}
	for (size_t i = 0; i < n; i++)
		order[at[leading_blocks(in[i].len)]++] = (uint16_t)i;
}

static void
last_block(
    struct span in, size_t blocks, uint32_t cv[8], uint8_t out[DATA_BYTES])
{
	uint8_t flags = CHUNK_END | ROOT;
	if (!blocks)
		flags |= CHUNK_START;
	size_t done = blocks * BLAKE3_BLOCK_LEN;
	blake3_compress_in_place(
	    cv, in.data + done, (uint8_t)(in.len - done), 0, flags);
	store_cv_words(out, cv);
}

/* Inputs order[0..n) all have that many full blocks before the last. */
static void
hash_group(const struct span *in, const uint16_t *order, size_t n,
    size_t blocks, uint8_t (*out)[DATA_BYTES])
{
	const uint8_t *inputs[HASH_MANY_MAX];
	uint8_t cvs[HASH_MANY_MAX][BLAKE3_OUT_LEN];
	uint32_t cv[8];

	for (size_t i = 0; i < n; i++)
		inputs[i] = in[order[i]].data;
	if (blocks)
		blake3_hash_many(
		    inputs, n, blocks, IV, 0, false, 0, CHUNK_START, 0, cvs[0]);
	for (size_t i = 0; i < n; i++) {
		if (blocks)
			load_key_words(cvs[i], cv);
		else
			memcpy(cv, IV, sizeof(cv));
		last_block(in[order[i]], blocks, cv, out[order[i]]);
	}
}

void
hash_many(const struct span *in, size_t n, uint8_t (*out)[DATA_BYTES])
{
	uint16_t order[HASH_MANY_MAX];
	size_t from[CHUNK_BLOCKS + 2];

	while (n > HASH_MANY_MAX) {
		hash_many(in, HASH_MANY_MAX, out);
		in += HASH_MANY_MAX;
		out += HASH_MANY_MAX;
		n -= HASH_MANY_MAX;
	}
	sort_by_blocks(in, n, order, from);
	for (size_t k = 0; k < CHUNK_BLOCKS; k++)
		if (from[k + 1] > from[k])
			hash_group(
			    in, order + from[k], from[k + 1] - from[k], k, out);
	for (size_t i = from[CHUNK_BLOCKS]; i < n; i++)
		hash_data(in[order[i]], out[order[i]]);
}
