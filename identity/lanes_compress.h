#ifndef IDENTITY_LANES_COMPRESS_H
#define IDENTITY_LANES_COMPRESS_H
#include "identity/lanes_vector.h"

/* The compression function of BLAKE3's specification, lane i working on
 * input i, for lanes_run.h. */
enum { CHUNK_START = 1, CHUNK_END = 2, ROOT = 8 };

static const uint32_t lanes_iv[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
	0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

/* Which message words a round takes: the specification's permutation, applied
 * once more in each. */
static const uint8_t lanes_schedule[7][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8 },
	{ 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1 },
	{ 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6 },
	{ 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4 },
	{ 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7 },
	{ 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13 },
};

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))
/* By whole bytes it is one shuffle, where there is no rotation. */
#if LANES == 8
typedef uint8_t lanes_bytes __attribute__((vector_size(32)));
#define ROTR16(x)                                                              \
	((lanes_t)SHUFFLE((lanes_bytes)(x), (lanes_bytes)(x), 2, 3, 0, 1, 6,   \
	    7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 18, 19, 16, 17, 22, 23, 20, \
	    21, 26, 27, 24, 25, 30, 31, 28, 29))
#define ROTR8(x)                                                               \
	((lanes_t)SHUFFLE((lanes_bytes)(x), (lanes_bytes)(x), 1, 2, 3, 0, 5,   \
	    6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12, 17, 18, 19, 16, 21, 22, 23, \
	    20, 25, 26, 27, 24, 29, 30, 31, 28))
#else
#define ROTR16(x) ROTR(x, 16)
#define ROTR8(x)  ROTR(x, 8)
#endif

/* The state alone fills 16 registers. Of its words the third of each quad waits
 * longest for its next use, so that is the one to be put by; the compiler would
 * take some that the next step waits for. */
#if defined(__x86_64__) && LANES == 8
#define PUT_BY(c) __asm__("" : "+m"(c))
#else
#define PUT_BY(c) (void)(c)
#endif

LANES_FN void
lanes_mix(
    lanes_t v[16], const uint8_t at[4], const lanes_t *x, const lanes_t *y)
{
	lanes_t a = v[at[0]], b = v[at[1]], c = v[at[2]], d = v[at[3]];
	a += b + *x;
	d = ROTR16(d ^ a);
	c += d;
	b = ROTR(b ^ c, 12);
	a += b + *y;
	d = ROTR8(d ^ a);
	c += d;
	b = ROTR(b ^ c, 7);
	v[at[0]] = a;
	v[at[1]] = b;
	v[at[2]] = c;
	v[at[3]] = d;
	PUT_BY(v[at[2]]);
}

/* The columns of the 4 by 4 state, then its diagonals. */
static const uint8_t lanes_quads[8][4] = { { 0, 4, 8, 12 }, { 1, 5, 9, 13 },
	{ 2, 6, 10, 14 }, { 3, 7, 11, 15 }, { 0, 5, 10, 15 }, { 1, 6, 11, 12 },
	{ 2, 7, 8, 13 }, { 3, 4, 9, 14 } };

LANES_FN void
lanes_round(lanes_t v[16], const lanes_t m[16], const uint8_t s[16])
{
	lanes_mix(v, lanes_quads[0], &m[s[0]], &m[s[1]]);
	lanes_mix(v, lanes_quads[1], &m[s[2]], &m[s[3]]);
	lanes_mix(v, lanes_quads[2], &m[s[4]], &m[s[5]]);
	lanes_mix(v, lanes_quads[3], &m[s[6]], &m[s[7]]);
	lanes_mix(v, lanes_quads[4], &m[s[8]], &m[s[9]]);
	lanes_mix(v, lanes_quads[5], &m[s[10]], &m[s[11]]);
	lanes_mix(v, lanes_quads[6], &m[s[12]], &m[s[13]]);
	lanes_mix(v, lanes_quads[7], &m[s[14]], &m[s[15]]);
}

/* v where live. */
LANES_FN void
lanes_finish(lanes_t *cv, lanes_t v, lanes_t live)
{
	*cv = (v & live) | (*cv & ~live);
}

/* One block further, in the lanes whose bits are set in live. Without loops:
 * the compiler would keep what they run over in memory. */
LANES_FN void
lanes_compress(lanes_t cv[8], const lanes_t m[16], lanes_t len, lanes_t flags,
    lanes_t live)
{
	lanes_t v[16] = { cv[0], cv[1], cv[2], cv[3], cv[4], cv[5], cv[6],
		cv[7], ALL(lanes_iv[0]), ALL(lanes_iv[1]), ALL(lanes_iv[2]),
		ALL(lanes_iv[3]), ALL(0), ALL(0), len, flags };
	lanes_round(v, m, lanes_schedule[0]);
	lanes_round(v, m, lanes_schedule[1]);
	lanes_round(v, m, lanes_schedule[2]);
	lanes_round(v, m, lanes_schedule[3]);
	lanes_round(v, m, lanes_schedule[4]);
	lanes_round(v, m, lanes_schedule[5]);
	lanes_round(v, m, lanes_schedule[6]);
	lanes_finish(&cv[0], v[0] ^ v[8], live);
	lanes_finish(&cv[1], v[1] ^ v[9], live);
	lanes_finish(&cv[2], v[2] ^ v[10], live);
	lanes_finish(&cv[3], v[3] ^ v[11], live);
	lanes_finish(&cv[4], v[4] ^ v[12], live);
	lanes_finish(&cv[5], v[5] ^ v[13], live);
	lanes_finish(&cv[6], v[6] ^ v[14], live);
	lanes_finish(&cv[7], v[7] ^ v[15], live);
}

#endif
