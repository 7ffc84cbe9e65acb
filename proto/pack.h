#ifndef PROTO_PACK_H
#define PROTO_PACK_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writing msgpack into a buf, item by item; a container's items follow it. */
void pack_map(struct buf *out, size_t pairs);
void pack_array(struct buf *out, size_t items);
void pack_str(struct buf *out, const char *s);
void pack_strn(struct buf *out, const void *s, size_t n);
void pack_bin(struct buf *out, const void *p, size_t n);
void pack_uint(struct buf *out, uint64_t v);
void pack_int(struct buf *out, int64_t v);
void pack_double(struct buf *out, double v);
void pack_bool(struct buf *out, bool v);
void pack_nil(struct buf *out);

#endif
