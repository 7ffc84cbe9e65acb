#include "proto/schema.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <string.h>

enum kind { NAME, TYPE, NUMBER, FLAG };

/* The wire form, key by key; every key is there once, in any order. */
static const struct {
	const char *key;
	enum kind kind;
	size_t offset;
} keys[] = {
	{ "name", NAME, offsetof(struct schema_column, name) },
	{ "type", TYPE, offsetof(struct schema_column, type) },
	{ "type_name", NAME, offsetof(struct schema_column, type_name) },
	{ "precision", NUMBER, offsetof(struct schema_column, precision) },
	{ "scale", NUMBER, offsetof(struct schema_column, scale) },
	{ "not_null", FLAG, offsetof(struct schema_column, not_null) },
	{ "has_default", FLAG, offsetof(struct schema_column, has_default) },
	{ "generated", FLAG, offsetof(struct schema_column, generated) },
	{ "identity", FLAG, offsetof(struct schema_column, identity) },
};
enum { ALL_KEYS = (1 << ARRAY_LEN(keys)) - 1, SCHEMA_DEPTH = 2 };

/* Digits and characters fit easily; PostgreSQL's text ends at 1 GiB. */
enum { NUMBER_MAX = 1 << 30 };

const struct schema_column *
schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->ncols; i++)
		if (strcmp(s->cols[i].name, name) == 0)
			return &s->cols[i];
	return NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool
schema_same_rows(const struct schema *a, const struct schema *b)
{
	if (a->ncols != b->ncols)
		return false;
	for (size_t i = 0; i < a->ncols; i++) {
		const struct schema_column *x = &a->cols[i], *y = &b->cols[i];
		if (strcmp(x->name, y->name) != 0 || x->type != y->type ||
		    (x->type == VT_OPAQUE &&
			!same_text(x->type_name, y->type_name)))
			return false;
	}
	return true;
}

static void
put_field(const void *field, enum kind kind, struct buf *out)
{
	const char *s;
	switch (kind) {
	case NAME:
		s = *(const char *const *)field;
		pack_str(out, s ? s : "");
		break;
	case TYPE:
		pack_uint(out, *(const enum value_type *)field);
		break;
	case NUMBER:
		pack_int(out, *(const int *)field);
		break;
	case FLAG:
		pack_bool(out, *(const bool *)field);
		break;
	}
}

void
schema_encode(const struct schema *s, struct buf *out)
{
	pack_array(out, s->ncols);
	for (size_t i = 0; i < s->ncols; i++) {
		pack_map(out, ARRAY_LEN(keys));
		for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
			pack_str(out, keys[k].key);
			put_field((const char *)&s->cols[i] + keys[k].offset,
			    keys[k].kind, out);
		}
	}
}

static int
get_number(const msgpack_object *o, int *out)
{
	uint64_t v;
	if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER && o->via.i64 == -1) {
		*out = -1;
		return 0;
	}
	if (unpack_uint(o, NUMBER_MAX, &v) < 0)
		return -1;
	*out = (int)v;
	return 0;
}

static int
get_field(const msgpack_object *o, enum kind kind, void *field, struct arena *a)
{
	uint64_t v;
	switch (kind) {
	case NAME:
		return unpack_str(o, a, LIMIT_NAME_BYTES, field);
	case TYPE:
		if (unpack_uint(o, VT_COUNT - 1, &v) < 0)
			return -1;
		*(enum value_type *)field = (enum value_type)v;
		return 0;
	case NUMBER:
		return get_number(o, field);
	case FLAG:
		if (o->type != MSGPACK_OBJECT_BOOLEAN)
			return -1;
		*(bool *)field = o->via.boolean;
		return 0;
	}
	return -1;
}

static int
get_pair(const msgpack_object_kv *kv, struct arena *a, struct schema_column *c,
    unsigned *seen)
{
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		if (!unpack_key_is(&kv->key, keys[k].key))
			continue;
		if (*seen & 1u << k)
			return -1;
		*seen |= 1u << k;
		return get_field(
		    &kv->val, keys[k].kind, (char *)c + keys[k].offset, a);
	}
	return -1;
}

static int
get_column(const msgpack_object *o, struct arena *a, struct schema_column *c)
{
	unsigned seen = 0;
	if (o->type != MSGPACK_OBJECT_MAP || o->via.map.size != ARRAY_LEN(keys))
		return -1;
	for (size_t i = 0; i < o->via.map.size; i++)
		if (get_pair(&o->via.map.ptr[i], a, c, &seen) < 0)
			return -1;
	return seen == ALL_KEYS && c->name[0] ? 0 : -1;
}

int
schema_decode(struct span in, struct arena *a, struct schema *s, struct err *e)
{
	struct unpack u;
	if (unpack_one(in, SCHEMA_DEPTH, "bad_schema", &u, e) < 0)
		return -1;

	const msgpack_object_array *list = &u.root.via.array;
	int r = 0;
	if (u.root.type != MSGPACK_OBJECT_ARRAY || list->size > LIMIT_COLUMNS)
		r = err_data(e, "bad_schema",
		    "a schema must be an array of at most %d columns",
		    LIMIT_COLUMNS);
	else
		*s = (struct schema){ list->size,
			arena_zalloc(
			    a, list->size * sizeof(struct schema_column)) };
	for (size_t i = 0; r == 0 && i < s->ncols; i++)
		if (get_column(&list->ptr[i], a, &s->cols[i]) < 0)
			r = err_data(e, "bad_schema",
			    "column %zu of a schema is malformed", i + 1);
	unpack_free(&u);
	return r;
}
