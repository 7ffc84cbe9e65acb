#include "extract/chunk.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <string.h>

enum { RANGE_TEXT_BYTES = 1 << 20, ROWS_DEPTH = 8 };

static const char bad[] = "bad_range";

void
chunk_encode(const struct chunk_range *r, struct buf *out)
{
	if (r->kind == CHUNK_ROWS) {
		buf_put(out, r->rows.data, r->rows.len);
		return;
	}
	size_t pairs = 3 + (r->snapshot != NULL) + (r->version.len > 0) +
		       (r->column != NULL) + (r->low != NULL) +
		       (r->high != NULL);
	pack_map(out, pairs);
	pack_str(out, "kind");
	pack_uint(out, r->kind);
	pack_str(out, "lo");
	pack_uint(out, r->lo);
	pack_str(out, "hi");
	pack_uint(out, r->hi);
	if (r->snapshot) {
		pack_str(out, "snapshot");
		pack_str(out, r->snapshot);
	}
	if (r->version.len) {
		pack_str(out, "version");
		pack_bin(out, r->version.data, r->version.len);
	}
	if (r->column) {
		pack_str(out, "column");
		pack_str(out, r->column);
	}
	if (r->low) {
		pack_str(out, "low");
		pack_str(out, r->low);
	}
	if (r->high) {
		pack_str(out, "high");
		pack_str(out, r->high);
	}
}

static int
decode_kind(const msgpack_object *o, struct chunk_range *r)
{
	uint64_t v;

	if (unpack_uint(o, CHUNK_SPAN, &v) != 0)
		return -1;
	r->kind = (enum chunk_kind)v;
	return 0;
}

static int
decode_pair(const msgpack_object_kv *kv, struct arena *a, struct chunk_range *r)
{
	const msgpack_object *k = &kv->key, *v = &kv->val;

	if (unpack_key_is(k, "kind"))
		return decode_kind(v, r);
	if (unpack_key_is(k, "lo"))
		return unpack_uint(v, INT64_MAX, &r->lo);
	if (unpack_key_is(k, "hi"))
		return unpack_uint(v, INT64_MAX, &r->hi);
	if (unpack_key_is(k, "snapshot"))
		return unpack_str(v, a, LIMIT_NAME_BYTES, &r->snapshot);
	if (unpack_key_is(k, "version"))
		return unpack_bin(v, RANGE_TEXT_BYTES, &r->version);
	if (unpack_key_is(k, "column"))
		return unpack_str(v, a, LIMIT_NAME_BYTES, &r->column);
	if (unpack_key_is(k, "low"))
		return unpack_str(v, a, RANGE_TEXT_BYTES, &r->low);
	if (unpack_key_is(k, "high"))
		return unpack_str(v, a, RANGE_TEXT_BYTES, &r->high);
	return -1;
}

static int
decode_map(const msgpack_object *root, struct arena *a, struct chunk_range *r,
    struct err *e)
{
	bool kind = false;

	for (uint32_t i = 0; i < root->via.map.size; i++) {
		const msgpack_object_kv *kv = &root->via.map.ptr[i];
		kind = kind || unpack_key_is(&kv->key, "kind");
		if (decode_pair(kv, a, r) != 0)
			return err_data(e, bad,
			    "entry %u of a chunk range is unknown or malformed",
			    i);
	}
	if (!kind)
		return err_data(e, bad, "a chunk range without a kind");
	if (r->kind == CHUNK_KEY && !r->column)
		return err_data(e, bad, "a key range without a column");
	if (r->hi && r->hi < r->lo)
		return err_data(e, bad, "a chunk range ends before it begins");
	return 0;
}

int
chunk_decode(
    struct span in, struct arena *a, struct chunk_range *r, struct err *e)
{
	struct unpack u = { 0 };
	int rc = 0;

	*r = (struct chunk_range){ 0 };
	if (unpack_one(in, ROWS_DEPTH, bad, &u, e) != 0)
		return -1;
	if (u.root.type == MSGPACK_OBJECT_MAP) {
		rc = decode_map(&u.root, a, r, e);
	} else if (u.root.type == MSGPACK_OBJECT_ARRAY) {
		r->kind = CHUNK_ROWS;
		r->rows = in;
		r->estimate = u.root.via.array.size;
	} else {
		rc = err_data(e, bad, "a chunk range is neither map nor array");
	}
	unpack_free(&u);
	return rc;
}

int
chunk_add(struct chunk_list *l, struct arena *a, const struct chunk_range *r,
    struct err *e)
{
	if (l->n == LIMIT_CHUNKS)
		return err_config(e, "too_many_chunks",
		    "the source would be read in more than %d chunks; raise source.chunk_rows",
		    LIMIT_CHUNKS);
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct chunk_range *grown =
		    arena_alloc(a, cap * sizeof(*grown));
		if (l->n)
			memcpy(grown, l->ranges, l->n * sizeof(*grown));
		l->ranges = grown;
		l->cap = cap;
	}
	l->ranges[l->n++] = *r;
	return 0;
}
