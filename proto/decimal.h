#ifndef PROTO_DECIMAL_H
#define PROTO_DECIMAL_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Exact decimals as canonical text (identity.md, tag n): optional '-', no
 * leading zeros, no exponent, no trailing fraction zeros, "0" for minus zero;
 * "NaN", "Infinity", "-Infinity". Every span named canon must be canonical.
 */
enum decimal_round { DECIMAL_HALF_UP, DECIMAL_HALF_EVEN, DECIMAL_EXACT };

enum {
	DECIMAL_I64_MAX = 24,     /* room for any int64 */
	DECIMAL_DOUBLE_MAX = 1100 /* room for any double written out */
};

/* Writes v, without NUL; returns the bytes written. */
size_t decimal_from_i64(int64_t v, char out[DECIMAL_I64_MAX]);

/* Writes the shortest decimal that reads back as v. */
size_t decimal_from_double(double v, char out[DECIMAL_DOUBLE_MAX]);

/*
 * Appends the canonical form of an ASCII number: [+-] digits [. digits]
 * [e[+-]digits], or nan, inf, infinity in any case. -1, with out unchanged,
 * if it is none or would need more than LIMIT_DECIMAL_DIGITS digits.
 */
int decimal_canonical(struct span in, struct buf *out) MUST_CHECK;

/* 0 and *v set if canon is an integer that fits, else -1. */
int decimal_to_i64(struct span canon, int64_t *v) MUST_CHECK;

/* The nearest double; -1 if a finite number would overflow to infinity. */
int decimal_to_double(struct span canon, double *v) MUST_CHECK;

/* Digits before and after the point ("0.05": 0 and 2; "0": 0 and 0). */
void decimal_digits(struct span canon, size_t *whole, size_t *fraction);

/* Appends canon rounded to scale fraction digits. DECIMAL_EXACT: -1 if
 * anything would be lost. Half up means away from zero. */
int decimal_round(struct span canon, size_t scale, enum decimal_round how,
    struct buf *out) MUST_CHECK;

/* < 0, 0, > 0; NaN is equal to itself and above everything. */
int decimal_compare(struct span a, struct span b);

#endif
