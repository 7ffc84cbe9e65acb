#include "proto/ranges.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"

void
ranges_encode(const struct span *ranges, size_t n, struct buf *out)
{
	pack_array(out, n);
	for (size_t i = 0; i < n; i++)
		pack_bin(out, ranges[i].data, ranges[i].len);
}

static int
decode(const msgpack_object *list, struct arena *a, struct span **ranges,
    size_t *n)
{
	if (list->type != MSGPACK_OBJECT_ARRAY ||
	    list->via.array.size > LIMIT_CHUNKS)
		return -1;
	*n = list->via.array.size;
	*ranges = arena_zalloc(a, (*n + 1) * sizeof(**ranges));
	for (size_t i = 0; i < *n; i++)
		if (unpack_bin(&list->via.array.ptr[i], LIMIT_CONTROL_BYTES,
			&(*ranges)[i]) < 0)
			return -1;
	return 0;
}

int
ranges_decode(struct span in, struct arena *a, struct span **ranges, size_t *n,
    struct err *e)
{
	struct unpack u;
	if (unpack_one(in, 2, "bad_message", &u, e) < 0)
		return -1;
	int r = decode(&u.root, a, ranges, n);
	unpack_free(&u);
	return r < 0 ? err_data(e, "bad_message", "ranges: not a list of bin")
		     : 0;
}
