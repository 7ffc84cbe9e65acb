#ifndef IDENTITY_LANES_VECTOR_H
#define IDENTITY_LANES_VECTOR_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Vectors of LANES 32-bit words, and blocks to and from them, for lanes_run.h.
 * The vectors are the compiler's: a + b adds lane by lane.
 */
#ifndef LANES
#define LANES 4
#endif
#ifndef LANES_TARGET
#define LANES_TARGET
#endif
/* All in one function, so that the state stays in registers. */
#define LANES_FN LANES_TARGET __attribute__((always_inline)) static inline

typedef uint32_t lanes_4 __attribute__((vector_size(16)));
typedef uint32_t lanes_8 __attribute__((vector_size(32)));
typedef uint32_t lanes_t __attribute__((vector_size(4 * LANES)));

/* n in every lane. */
#define ALL(n) ((uint32_t)(n) - (lanes_t){ 0 })

#define SHUFFLE __builtin_shufflevector
#if LANES == 16
#define LO32(a, b)                                                             \
	SHUFFLE(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HI32(a, b)                                                             \
	SHUFFLE(                                                               \
	    a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LO64(a, b)                                                             \
	SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HI64(a, b)                                                             \
	SHUFFLE(                                                               \
	    a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#elif LANES == 8
#define LO32(a, b) SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HI32(a, b) SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LO64(a, b) SHUFFLE(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HI64(a, b) SHUFFLE(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#else
#define LO32(a, b) SHUFFLE(a, b, 0, 4, 1, 5)
#define HI32(a, b) SHUFFLE(a, b, 2, 6, 3, 7)
#define LO64(a, b) SHUFFLE(a, b, 0, 1, 4, 5)
#define HI64(a, b) SHUFFLE(a, b, 2, 3, 6, 7)
#endif

/* 4 by 4 words, transposed within every 16 bytes of the vectors. */
LANES_FN void
lanes_turn(lanes_t r[4])
{
	lanes_t a = LO32(r[0], r[1]), b = HI32(r[0], r[1]);
	lanes_t c = LO32(r[2], r[3]), d = HI32(r[2], r[3]);
	r[0] = LO64(a, c);
	r[1] = HI64(a, c);
	r[2] = LO64(b, d);
	r[3] = HI64(b, d);
}

LANES_FN lanes_4
lanes_load4(const uint8_t *p)
{
	lanes_4 v;
	memcpy(&v, p, sizeof(v));
	return v;
}

/* 16 bytes from every fourth lane. */
LANES_FN lanes_t
lanes_load(const uint8_t *const *at, size_t off)
{
	lanes_4 a = lanes_load4(at[0] + off);
#if LANES == 4
	return a;
#else
	lanes_4 b = lanes_load4(at[4] + off);
	lanes_8 ab = SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
#if LANES == 8
	return ab;
#else
	lanes_4 c = lanes_load4(at[8] + off), d = lanes_load4(at[12] + off);
	lanes_8 cd = SHUFFLE(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
	return SHUFFLE(
	    ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/* Words 4q to 4q + 3 of every lane. */
LANES_FN void
lanes_quarter(const uint8_t *const *at, lanes_t m[16], size_t q)
{
	lanes_t r[4] = { lanes_load(at, 16 * q), lanes_load(at + 1, 16 * q),
		lanes_load(at + 2, 16 * q), lanes_load(at + 3, 16 * q) };
	lanes_turn(r);
	m[4 * q] = r[0];
	m[4 * q + 1] = r[1];
	m[4 * q + 2] = r[2];
	m[4 * q + 3] = r[3];
}

/* m[w] gets word w of the block of every lane. */
LANES_FN void
lanes_message(const uint8_t *const *at, lanes_t m[16])
{
	lanes_quarter(at, m, 0);
	lanes_quarter(at, m, 1);
	lanes_quarter(at, m, 2);
	lanes_quarter(at, m, 3);
}

#endif
