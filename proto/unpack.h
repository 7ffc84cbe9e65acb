#ifndef PROTO_UNPACK_H
#define PROTO_UNPACK_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <msgpack/object.h>
#include <stdbool.h>

/*
 * Reading msgpack that came from outside: one checked object, then typed
 * lookups. Only decoders include this header; objects are views into the
 * input and die with the zone.
 */
struct unpack {
	msgpack_object root;
	struct msgpack_zone *zone; /* owned */
};

/* Exactly one object, well formed, no trailing bytes, at most depth deep;
 * else ERR_DATA with the given code. */
int unpack_one(struct span in, unsigned depth, const char *code,
    struct unpack *u, struct err *e) MUST_CHECK;
void unpack_free(struct unpack *u);

/* Each is 0 and sets *out, or -1 when o has another type or is out of range.
 * A str becomes a NUL-terminated copy in a, at most max bytes, without NULs
 * inside. */
int unpack_uint(
    const msgpack_object *o, uint64_t max, uint64_t *out) MUST_CHECK;
int unpack_str(const msgpack_object *o, struct arena *a, size_t max,
    const char **out) MUST_CHECK;
int unpack_bin(
    const msgpack_object *o, size_t max, struct span *out) MUST_CHECK;

/* True if the map key o is that text. */
bool unpack_key_is(const msgpack_object *o, const char *key);

#endif
