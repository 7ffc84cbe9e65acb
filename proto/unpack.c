#include "proto/unpack.h"
#include "proto/wire.h"
#include <msgpack/unpack.h>
#include <string.h>

int
unpack_one(struct span in, unsigned depth, const char *code, struct unpack *u,
    struct err *e)
{
	*u = (struct unpack){ 0 };
	/* wire_check first: msgpack-c sizes containers by what they claim. */
	if (wire_check(in, depth, e) < 0)
		return err_data(e, code, "not one well-formed msgpack object");
	msgpack_unpacked got;
	msgpack_unpacked_init(&got);
	size_t off = 0;
	msgpack_unpack_return r =
	    msgpack_unpack_next(&got, (const char *)in.data, in.len, &off);
	if (r != MSGPACK_UNPACK_SUCCESS || off != in.len) {
		msgpack_unpacked_destroy(&got);
		return err_data(e, code, "not one well-formed msgpack object");
	}
	u->root = got.data;
	u->zone = msgpack_unpacked_release_zone(&got);
	return 0;
}

void
unpack_free(struct unpack *u)
{
	if (u->zone)
		msgpack_zone_free(u->zone);
	*u = (struct unpack){ 0 };
}

int
unpack_uint(const msgpack_object *o, uint64_t max, uint64_t *out)
{
	if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER || o->via.u64 > max)
		return -1;
	*out = o->via.u64;
	return 0;
}

int
unpack_str(
    const msgpack_object *o, struct arena *a, size_t max, const char **out)
{
	if (o->type != MSGPACK_OBJECT_STR || o->via.str.size > max)
		return -1;
	/* An empty str has no pointer. */
	if (o->via.str.size && memchr(o->via.str.ptr, 0, o->via.str.size))
		return -1;
	*out = arena_strndup(a, o->via.str.ptr, o->via.str.size);
	return 0;
}

int
unpack_bin(const msgpack_object *o, size_t max, struct span *out)
{
	if (o->type != MSGPACK_OBJECT_BIN || o->via.bin.size > max)
		return -1;
	*out =
	    (struct span){ (const uint8_t *)o->via.bin.ptr, o->via.bin.size };
	return 0;
}

bool
unpack_key_is(const msgpack_object *o, const char *key)
{
	return o->type == MSGPACK_OBJECT_STR &&
	       o->via.str.size == strlen(key) &&
	       memcmp(o->via.str.ptr, key, o->via.str.size) == 0;
}
