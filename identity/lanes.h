#ifndef IDENTITY_LANES_H
#define IDENTITY_LANES_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES_BLOCK = 64, LANES_CHUNK = 1024, LANES_HASH = 32 };

/*
 * BLAKE3 of many inputs of at most one chunk each, one in each lane of the
 * processor's vectors. order lists n inputs, those of fewer blocks first, so
 * that neighbours end together; out is indexed as in. Every input is readable,
 * and zero, up to the next multiple of LANES_BLOCK (an empty one: a block).
 */
typedef void lanes_fn(const struct span *in, const uint16_t *order, size_t n,
    uint8_t (*out)[LANES_HASH]);

struct lanes_kernel {
	const char *name;
	lanes_fn *hash;
	bool usable; /* on this processor */
};

/* Kernels there are, the widest first. The last is always usable. */
enum { LANES_KERNELS = 3 };
void lanes_kernels(struct lanes_kernel out[LANES_KERNELS]);

lanes_fn lanes_plain; /* 4 lanes, any processor */
lanes_fn lanes_avx2, lanes_avx512;

#endif
