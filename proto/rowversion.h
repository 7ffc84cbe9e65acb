#ifndef PROTO_ROWVERSION_H
#define PROTO_ROWVERSION_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/value.h"

/*
 * Rowversions as byte strings that memcmp orders as the source does: integers
 * of any size and decimals by value, dates and times by instant, bytes and
 * text bytewise. First byte: the kind, so that two kinds never compare.
 * Only versions of one entity are ever compared.
 *
 *   kind              canon_tag of the type; int, decimal and float are one
 *   number            class byte (-Infinity 0, negative 1, zero 2, positive 3,
 *                     Infinity 4, NaN 5); then, if finite and not zero, the
 *                     decimal exponent (uint32 big-endian, offset 2^31) and
 *                     the digits as ASCII, without zeros at either end. A
 *                     negative's are complemented and end in 0xff
 *   date, times       big-endian, sign bit flipped
 *   the rest          the bytes
 *
 * NULL has no version: nothing is appended.
 */
void rowversion_encode(const struct value *v, struct buf *out);

/*
 * The value back, for the watermark predicate. Its bytes are appended to out
 * and stay there: v is good until out changes. A number comes back as
 * VT_DECIMAL.
 */
int rowversion_decode(
    struct span in, struct buf *out, struct value *v, struct err *e) MUST_CHECK;

/* < 0, 0, > 0. No version (an empty span) is below every version. */
int rowversion_compare(struct span a, struct span b);

/* 8 bytes for the state's entry: equal versions give equal marks; 0 only for
 * no version. */
uint64_t rowversion_mark(struct span encoded);

#endif
