#ifndef PROTO_CANON_H
#define PROTO_CANON_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/value.h"

/*
 * The canonical encoding of one value, version 1 (identity.md): a tag byte,
 * the ULEB128 length, the bytes. Row and key encodings, and the packed keys
 * that the state keeps, are made of it.
 */
char canon_tag(enum value_type t);

/* Appends tag, length and bytes. v must not be NULL. */
void canon_value(const struct value *v, struct buf *out);

/*
 * Packed key: the values of an entity's key fields, in key order, each as
 * canon_value. Reading one back gives type and bytes; a number comes back as
 * VT_DECIMAL, whatever it was. Text views point into in.
 */
int canon_unpack(
    struct span in, struct value *values, size_t n, struct err *e) MUST_CHECK;

#endif
