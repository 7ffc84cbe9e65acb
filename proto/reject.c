#include "proto/reject.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <stddef.h>
#include <string.h>

/* The wire form, key by key; a key whose value would be empty is left out. */
static const struct {
	const char *key;
	bool bytes; /* struct span, else const char * */
	size_t offset, max;
} keys[] = {
	{ "stage", false, offsetof(struct reject, stage), LIMIT_NAME_BYTES },
	{ "field", false, offsetof(struct reject, field), LIMIT_NAME_BYTES },
	{ "layer", false, offsetof(struct reject, layer), LIMIT_NAME_BYTES },
	{ "code", false, offsetof(struct reject, code), LIMIT_NAME_BYTES },
	{ "message", false, offsetof(struct reject, message),
	    LIMIT_MESSAGE_TEXT },
	{ "key", true, offsetof(struct reject, key), LIMIT_VALUE_BYTES },
	{ "bk_hash", true, offsetof(struct reject, bk_hash), 16 },
	{ "version", true, offsetof(struct reject, version),
	    LIMIT_VALUE_BYTES },
	{ "original", true, offsetof(struct reject, original),
	    LIMIT_CONTROL_BYTES },
};
enum { LIST_DEPTH = 2 };

static struct span
text_span(const char *s)
{
	return (struct span){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static struct span
field_span(const struct reject *r, size_t k)
{
	const char *at = (const char *)r + keys[k].offset;
	if (keys[k].bytes)
		return *(const struct span *)at;
	return text_span(*(const char *const *)at);
}

static void
put_reject(const struct reject *r, struct buf *out)
{
	size_t n = 0;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		n += field_span(r, k).len > 0;
	pack_map(out, n);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		struct span s = field_span(r, k);
		if (s.len == 0)
			continue;
		pack_str(out, keys[k].key);
		if (keys[k].bytes)
			pack_bin(out, s.data, s.len);
		else
			pack_strn(out, s.data, s.len);
	}
}

void
reject_list_encode(const struct reject *r, size_t n, struct buf *out)
{
	pack_array(out, n);
	for (size_t i = 0; i < n; i++)
		put_reject(&r[i], out);
}

static int
get_pair(const msgpack_object_kv *kv, struct arena *a, struct reject *r)
{
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		if (!unpack_key_is(&kv->key, keys[k].key))
			continue;
		if (field_span(r, k).len) /* the same key twice */
			return -1;
		void *at = (char *)r + keys[k].offset;
		int rc = keys[k].bytes
			     ? unpack_bin(&kv->val, keys[k].max, at)
			     : unpack_str(&kv->val, a, keys[k].max, at);
		return rc == 0 && field_span(r, k).len ? 0 : -1;
	}
	return -1;
}

static int
get_reject(const msgpack_object *o, struct arena *a, struct reject *r)
{
	if (o->type != MSGPACK_OBJECT_MAP)
		return -1;
	*r = (struct reject){ "", "", "", "", "", { 0 }, { 0 }, { 0 }, { 0 } };
	for (size_t i = 0; i < o->via.map.size; i++)
		if (get_pair(&o->via.map.ptr[i], a, r) < 0)
			return -1;
	if (!r->stage[0] || !r->code[0])
		return -1;
	return r->bk_hash.len == 0 || r->bk_hash.len == 16 ? 0 : -1;
}

static int
get_list(const msgpack_object *o, struct arena *a, struct reject **out,
    size_t *n, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_ARRAY ||
	    o->via.array.size > LIMIT_BATCH_ROWS)
		return err_data(e, "bad_reject",
		    "rejects must be an array of at most %d", LIMIT_BATCH_ROWS);
	size_t count = o->via.array.size;
	struct reject *list = arena_alloc(a, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		if (get_reject(&o->via.array.ptr[i], a, &list[i]) < 0)
			return err_data(e, "bad_reject",
			    "reject %zu of a list is malformed", i + 1);
	*out = list;
	*n = count;
	return 0;
}

int
reject_list_decode(struct span in, struct arena *a, struct reject **out,
    size_t *n, struct err *e)
{
	struct unpack u;
	if (unpack_one(in, LIST_DEPTH, "bad_reject", &u, e) < 0)
		return -1;
	int r = get_list(&u.root, a, out, n, e);
	unpack_free(&u);
	return r;
}
