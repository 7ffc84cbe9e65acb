#ifndef DELTA_FILTER_H
#define DELTA_FILTER_H
#include "proto/arena.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Which keys may belong to a few of many: never wrong about one that does,
 * seldom about another. One bit a hash (bk_hash is one already), at least 32
 * times as many bits as keys, in 4 KiB to 8 MiB.
 */
struct filter {
	uint64_t *words;
	uint64_t mask; /* of a bit's number */
};

enum { FILTER_BITS_MIN = 1 << 15, FILTER_BITS_MAX = 1 << 26 };

static inline void
filter_init(struct filter *f, uint64_t keys)
{
	uint64_t bits = FILTER_BITS_MIN;
	while (bits < FILTER_BITS_MAX && bits / 32 < keys)
		bits *= 2;
	f->words = mem_zalloc(bits / 8);
	f->mask = bits - 1;
}

static inline void
filter_free(struct filter *f)
{
	free(f->words);
	*f = (struct filter){ 0 };
}

static inline uint64_t
filter_bit(const struct filter *f, const uint8_t bk[16])
{
	uint64_t v;
	memcpy(&v, bk + 8, sizeof(v));
	return v & f->mask;
}

static inline void
filter_add(struct filter *f, const uint8_t bk[16])
{
	uint64_t bit = filter_bit(f, bk);
	f->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline bool
filter_has(const struct filter *f, const uint8_t bk[16])
{
	uint64_t bit = filter_bit(f, bk);
	return f->words[bit / 64] >> (bit % 64) & 1;
}

#endif
