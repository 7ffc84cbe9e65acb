#ifndef IDENTITY_LANES_RUN_H
#define IDENTITY_LANES_RUN_H
#include "identity/lanes.h"
#include "identity/lanes_compress.h"
#include "identity/lanes_vector.h"

/*
 * The body of every kernel of lanes.h. Private to lanes_*.c, each of which
 * says LANES and LANES_TARGET, the attribute of its instruction set, includes
 * this and makes its function of lanes_run.
 */

/* The first n lanes' hashes go out. */
LANES_FN void
lanes_store(
    lanes_t cv[8], const uint16_t *order, size_t n, uint8_t (*out)[LANES_HASH])
{
	uint8_t bytes[8][4 * LANES];
	lanes_turn(cv);
	lanes_turn(cv + 4);
	for (size_t i = 0; i < 8; i++)
		memcpy(bytes[i], &cv[i], sizeof(cv[i]));
	for (size_t i = 0; i < n; i++) {
		uint8_t *to = out[order[i]];
		memcpy(to, bytes[i % 4] + i / 4 * 16, 16);
		memcpy(to + 16, bytes[4 + i % 4] + i / 4 * 16, 16);
	}
}

/* n, 1 to LANES, inputs side by side; idle lanes repeat the last one. */
LANES_FN void
lanes_group(const struct span *in, const uint16_t *order, size_t n,
    uint8_t (*out)[LANES_HASH])
{
	const uint8_t *at[LANES];
	uint32_t lens[LANES];
	lanes_t cv[8], m[16], left, live = ALL(-1);
	lanes_t start = ALL(CHUNK_START);

	for (size_t i = 0; i < LANES; i++) {
		struct span s = in[order[i < n ? i : n - 1]];
		at[i] = s.data;
		lens[i] = (uint32_t)s.len;
	}
	memcpy(&left, lens, sizeof(left));
	for (size_t i = 0; i < 8; i++)
		cv[i] = ALL(lanes_iv[i]);
	for (size_t done = 0;; done += LANES_BLOCK) {
		lanes_t last = (lanes_t)(left <= LANES_BLOCK);
		lanes_t len = (left & last) | (LANES_BLOCK & ~last);
		lanes_t flags = start | ((CHUNK_END | ROOT) & last);
		lanes_message(at, m);
		lanes_compress(cv, m, len, flags, live);
		/* The last lane has the most blocks. */
		if (lens[LANES - 1] <= done + LANES_BLOCK)
			break;
		for (size_t i = 0; i < LANES; i++)
			if (lens[i] > done + LANES_BLOCK)
				at[i] += LANES_BLOCK;
		live &= ~last;
		left -= LANES_BLOCK & ~last;
		start = ALL(0);
	}
	lanes_store(cv, order, n, out);
}

LANES_FN void
lanes_run(const struct span *in, const uint16_t *order, size_t n,
    uint8_t (*out)[LANES_HASH])
{
	for (size_t i = 0; i < n; i += LANES)
		lanes_group(in, order + i, n - i < LANES ? n - i : LANES, out);
}

#endif
