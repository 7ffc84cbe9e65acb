/* The row of a reject: {column: [type, value]} in msgpack. */
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/reject.h"
#include "proto/unpack.h"
#include <string.h>

enum { ROW_DEPTH = 2 };

static void
put_value(const struct value *v, struct buf *out)
{
	if (v->null) {
		pack_nil(out);
		return;
	}
	switch (v->type) {
	case VT_BOOL:
		pack_bool(out, v->b);
		break;
	case VT_INT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		pack_int(out, v->i);
		break;
	case VT_FLOAT:
		pack_double(out, v->f);
		break;
	case VT_UUID:
		pack_bin(out, v->uuid, sizeof(v->uuid));
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
		/* bin, because a raw text may be anything, not only UTF-8 */
		pack_bin(out, v->s.data, v->s.len);
		break;
	case VT_COUNT:
		break;
	}
}

void
row_encode(const struct row_value *v, size_t n, struct buf *out)
{
	pack_map(out, n);
	for (size_t i = 0; i < n; i++) {
		pack_str(out, v[i].name);
		pack_array(out, v[i].type_name ? 3 : 2);
		pack_uint(out, v[i].value.type);
		put_value(&v[i].value, out);
		if (v[i].type_name)
			pack_str(out, v[i].type_name);
	}
}

static int
get_int(const msgpack_object *o, struct value *v)
{
	if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
		v->i = o->via.i64;
	} else {
		uint64_t u;
		if (unpack_uint(o, INT64_MAX, &u) < 0)
			return -1;
		v->i = (int64_t)u;
	}
	/* A date is an int32 in every column. */
	if (v->type == VT_DATE && (v->i < INT32_MIN || v->i > INT32_MAX))
		return -1;
	return 0;
}

static int
get_uuid(const msgpack_object *o, struct value *v)
{
	struct span s;
	if (unpack_bin(o, sizeof(v->uuid), &s) < 0 || s.len != sizeof(v->uuid))
		return -1;
	memcpy(v->uuid, s.data, s.len);
	return 0;
}

static int
get_value(const msgpack_object *o, struct value *v)
{
	if (o->type == MSGPACK_OBJECT_NIL) {
		v->null = true;
		return 0;
	}
	switch (v->type) {
	case VT_BOOL:
		if (o->type != MSGPACK_OBJECT_BOOLEAN)
			return -1;
		v->b = o->via.boolean;
		return 0;
	case VT_INT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return get_int(o, v);
	case VT_FLOAT:
		v->f = o->via.f64;
		return o->type == MSGPACK_OBJECT_FLOAT64 ? 0 : -1;
	case VT_UUID:
		return get_uuid(o, v);
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
		return unpack_bin(o, LIMIT_VALUE_BYTES, &v->s);
	case VT_COUNT:
		break;
	}
	return -1;
}

static int
get_pair(const msgpack_object_kv *kv, struct arena *a, struct row_value *r)
{
	const msgpack_object *o = &kv->val;
	uint64_t type;

	*r = (struct row_value){ 0 };
	if (unpack_str(&kv->key, a, LIMIT_NAME_BYTES, &r->name) < 0)
		return -1;
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size < 2 ||
	    o->via.array.size > 3)
		return -1;
	const msgpack_object *item = o->via.array.ptr;
	if (unpack_uint(&item[0], VT_COUNT - 1, &type) < 0)
		return -1;
	r->value.type = (enum value_type)type;
	if (o->via.array.size == 3 &&
	    unpack_str(&item[2], a, LIMIT_NAME_BYTES, &r->type_name) < 0)
		return -1;
	return get_value(&item[1], &r->value);
}

static int
get_row(const msgpack_object *o, struct arena *a, struct row_value **out,
    size_t *n, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_MAP || o->via.map.size > LIMIT_COLUMNS)
		return err_data(e, "bad_row",
		    "a row must be a map of at most %d columns", LIMIT_COLUMNS);
	size_t count = o->via.map.size;
	struct row_value *list = arena_alloc(a, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		if (get_pair(&o->via.map.ptr[i], a, &list[i]) < 0)
			return err_data(e, "bad_row",
			    "column %zu of a row is malformed", i + 1);
	*out = list;
	*n = count;
	return 0;
}

int
row_decode(struct span in, struct arena *a, struct row_value **out, size_t *n,
    struct err *e)
{
	struct unpack u;
	if (unpack_one(in, ROW_DEPTH, "bad_row", &u, e) < 0)
		return -1;
	int r = get_row(&u.root, a, out, n, e);
	unpack_free(&u);
	return r;
}
