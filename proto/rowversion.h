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
 */
void rowversion_encode(const struct value *v, struct buf *out);

/* The value back, its bytes in out's memory; for the watermark predicate. */
int rowversion_decode(struct span in, struct buf *out, struct value *v,
    struct err *e) MUST_CHECK;

int rowversion_compare(struct span a, struct span b);

/* 8 bytes for the state's entry: equal versions give equal marks. */
uint64_t rowversion_mark(struct span encoded);

#endif
