#ifndef IDENTITY_HASH_H
#define IDENTITY_HASH_H
#include "identity/lanes.h"
#include "proto/buf.h"
#include <stddef.h>
#include <stdint.h>

enum { BK_BYTES = 16, DATA_BYTES = 32, HASH_BLOCK = 64 };

/* XXH3 128 bit, seed 0, most significant byte first. */
void hash_bk(struct span in, uint8_t out[BK_BYTES]);

/* BLAKE3, 256 bit: the plain way, one input after the other. */
void hash_data(struct span in, uint8_t out[DATA_BYTES]);

/*
 * BLAKE3 of many short inputs side by side; the same hashes as hash_data.
 * Every input must be readable, and zero, from its end up to the next multiple
 * of HASH_BLOCK (an empty input: a whole block).
 */
enum { HASH_MANY_MAX = 256 };
void hash_many(const struct span *in, size_t n, uint8_t (*out)[DATA_BYTES]);

/* The same with a kernel of lanes_kernels. */
void hash_many_with(lanes_fn *lanes, const struct span *in, size_t n,
    uint8_t (*out)[DATA_BYTES]);

#endif
