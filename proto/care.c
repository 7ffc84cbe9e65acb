#include "proto/care.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <string.h>

enum { MEMBERS = 5, DEPTH = 3 };

static const char bad[] = "bad_care";

void
care_encode(const struct care_span *v, size_t n, struct buf *out)
{
	pack_array(out, n);
	for (size_t i = 0; i < n; i++) {
		pack_array(out, MEMBERS);
		pack_uint(out, v[i].from);
		pack_uint(out, v[i].to);
		pack_uint(out, v[i].piece);
		pack_str(out, v[i].why ? v[i].why : "");
		pack_bin(out, v[i].key, v[i].keyed ? KEY_HASH_BYTES : 0);
	}
}

static int
decode_span(const msgpack_object *o, struct arena *a, struct care_span *s)
{
	const char *why;
	struct span key;
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != MEMBERS)
		return -1;
	const msgpack_object *v = o->via.array.ptr;
	if (unpack_uint(&v[0], INT64_MAX, &s->from) < 0 ||
	    unpack_uint(&v[1], INT64_MAX, &s->to) < 0 ||
	    unpack_uint(&v[2], INT64_MAX, &s->piece) < 0 ||
	    unpack_str(&v[3], a, LIMIT_MESSAGE_TEXT, &why) < 0 ||
	    unpack_bin(&v[4], KEY_HASH_BYTES, &key) < 0 ||
	    (key.len && key.len != KEY_HASH_BYTES))
		return -1;
	s->keyed = key.len != 0;
	if (s->keyed)
		memcpy(s->key, key.data, KEY_HASH_BYTES);
	s->why = why[0] ? why : NULL;
	return s->from < s->to ? 0 : -1;
}

static int
decode_all(const msgpack_object *root, struct arena *a, struct care_span **v,
    size_t *n, struct err *e)
{
	if (root->type != MSGPACK_OBJECT_ARRAY ||
	    root->via.array.size > CARE_SPANS)
		return err_data(e, bad, "care is no list of spans");
	size_t count = root->via.array.size;
	struct care_span *s = arena_zalloc(a, (count + 1) * sizeof(*s));
	for (size_t i = 0; i < count; i++)
		if (decode_span(&root->via.array.ptr[i], a, &s[i]) < 0 ||
		    (i && s[i].from < s[i - 1].to))
			return err_data(e, bad, "span %zu of care", i);
	*v = s;
	*n = count;
	return 0;
}

int
care_decode(struct span in, struct arena *a, struct care_span **v, size_t *n,
    struct err *e)
{
	struct unpack u = { 0 };
	if (unpack_one(in, DEPTH, bad, &u, e) < 0)
		return -1;
	int r = decode_all(&u.root, a, v, n, e);
	unpack_free(&u);
	return r;
}

void
care_keys_encode(const struct care_key *v, size_t n, struct buf *out)
{
	pack_array(out, n);
	for (size_t i = 0; i < n; i++) {
		pack_array(out, 2);
		pack_bin(out, v[i].key, KEY_HASH_BYTES);
		pack_str(out, v[i].why);
	}
}

static int
decode_key(const msgpack_object *o, struct arena *a, struct care_key *k)
{
	struct span key;
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 2 ||
	    unpack_bin(&o->via.array.ptr[0], KEY_HASH_BYTES, &key) < 0 ||
	    key.len != KEY_HASH_BYTES ||
	    unpack_str(&o->via.array.ptr[1], a, LIMIT_MESSAGE_TEXT, &k->why) <
		0)
		return -1;
	memcpy(k->key, key.data, KEY_HASH_BYTES);
	return 0;
}

static int
decode_keys(const msgpack_object *root, struct arena *a, struct care_key **v,
    size_t *n, struct err *e)
{
	if (root->type != MSGPACK_OBJECT_ARRAY ||
	    root->via.array.size > CARE_KEYS)
		return err_data(e, bad, "care is no list of keys");
	size_t count = root->via.array.size;
	struct care_key *k = arena_zalloc(a, (count + 1) * sizeof(*k));
	for (size_t i = 0; i < count; i++)
		if (decode_key(&root->via.array.ptr[i], a, &k[i]) < 0)
			return err_data(e, bad, "key %zu of care", i);
	*v = k;
	*n = count;
	return 0;
}

int
care_keys_decode(struct span in, struct arena *a, struct care_key **v,
    size_t *n, struct err *e)
{
	struct unpack u = { 0 };
	*v = NULL;
	*n = 0;
	if (!in.len)
		return 0;
	if (unpack_one(in, DEPTH, bad, &u, e) < 0)
		return -1;
	int r = decode_keys(&u.root, a, v, n, e);
	unpack_free(&u);
	return r;
}

uint64_t
care_end(const struct care_span *v, size_t n, uint64_t row)
{
	for (size_t i = 0; i < n; i++) {
		if (row < v[i].from)
			return v[i].from;
		if (row >= v[i].to)
			continue;
		if (!v[i].piece)
			return v[i].to;
		uint64_t end =
		    row + v[i].piece - (row - v[i].from) % v[i].piece;
		return end < v[i].to ? end : v[i].to;
	}
	return UINT64_MAX;
}

const struct care_span *
care_find(const struct care_span *v, size_t n, uint64_t row)
{
	for (size_t i = 0; i < n && v[i].from <= row; i++)
		if (row < v[i].to)
			return &v[i];
	return NULL;
}
