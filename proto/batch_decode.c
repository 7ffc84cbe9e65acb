#include "proto/batch.h"
#include "proto/limits.h"
#include "proto/offsets.h"
#include "proto/unpack.h"

/*
 * The mirror of batch_encode.c. Nothing in the frame is trusted: every length
 * is checked against the row count and every offset against the data before
 * a column is handed out.
 */
enum { BATCH_DEPTH = 4, BATCH_VERSION = 1 };

static int
bad(struct err *e, const char *what)
{
	return err_data(e, "bad_batch", "batch: %s", what);
}

static bool
fixed_values_ok(const struct column *c, size_t nrows)
{
	if (c->role == ROLE_OP) {
		for (size_t i = 0; i < nrows; i++)
			if (c->data[i] < OP_INSERT || c->data[i] > OP_DELETE)
				return false;
	} else if (c->type == VT_BOOL && column_width(c) == 1) {
		return offsets_bools_valid(c->data, nrows);
	}
	return true;
}

struct column_lengths {
	size_t nulls, offs;
};

static int
check_column(const struct column *c, const struct column_lengths *len,
    size_t nrows, struct err *e)
{
	if (!c->name || !c->data)
		return bad(e, "column without name or data");
	if (c->nulls && len->nulls != (nrows + 7) / 8)
		return bad(e, "null bitmap of the wrong length");
	size_t width = column_width(c);
	if (width) {
		if (c->offs || c->data_bytes != width * nrows)
			return bad(e, "fixed column of the wrong length");
		return fixed_values_ok(c, nrows) ? 0 : bad(e, "bad value");
	}
	if (!c->offs || len->offs != 4 * (nrows + 1))
		return bad(e, "offsets of the wrong length");
	return offsets_valid(c->offs, nrows, c->data_bytes)
		   ? 0
		   : bad(e, "offsets that lie");
}

static int
column_pair(const msgpack_object_kv *kv, struct batch *b, struct column *c,
    struct column_lengths *len)
{
	const msgpack_object *k = &kv->key, *v = &kv->val;
	struct span s;
	uint64_t u;

	if (unpack_key_is(k, "name"))
		return unpack_str(v, &b->arena, LIMIT_NAME_BYTES, &c->name);
	if (unpack_key_is(k, "tname"))
		return unpack_str(
		    v, &b->arena, LIMIT_NAME_BYTES, &c->type_name);
	if (unpack_key_is(k, "origin"))
		return unpack_str(v, &b->arena, LIMIT_NAME_BYTES, &c->origin);
	if (unpack_key_is(k, "role")) {
		int r = unpack_uint(v, ROLE_COUNT - 1, &u);
		c->role = r < 0 ? ROLE_FIELD : (enum column_role)u;
		return r;
	}
	if (unpack_key_is(k, "type")) {
		int r = unpack_uint(v, VT_COUNT - 1, &u);
		c->type = r < 0 ? VT_TEXT : (enum value_type)u;
		return r;
	}
	if (unpack_bin(v, LIMIT_FRAME_BYTES, &s) < 0)
		return -1;
	if (unpack_key_is(k, "nulls")) {
		c->nulls = s.data;
		len->nulls = s.len;
	} else if (unpack_key_is(k, "offs")) {
		c->offs = s.data;
		len->offs = s.len;
	} else if (unpack_key_is(k, "data")) {
		c->data = s.data;
		c->data_bytes = s.len;
	} else {
		return -1;
	}
	return 0;
}

static int
decode_column(
    const msgpack_object *o, struct batch *b, struct column *c, struct err *e)
{
	struct column_lengths len = { 0 };
	*c = (struct column){ 0 };
	if (o->type != MSGPACK_OBJECT_MAP)
		return bad(e, "column is not a map");
	for (uint32_t i = 0; i < o->via.map.size; i++)
		if (column_pair(&o->via.map.ptr[i], b, c, &len) < 0)
			return bad(e, "column with a bad entry");
	return check_column(c, &len, b->nrows, e);
}

static int
decode_columns(const msgpack_object *o, struct batch *b, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_ARRAY ||
	    o->via.array.size > 2 * LIMIT_COLUMNS + ROLE_COUNT)
		return bad(e, "columns are not an array, or too many");
	b->cols = arena_alloc(&b->arena, o->via.array.size * sizeof(*b->cols));
	for (uint32_t i = 0; i < o->via.array.size; i++) {
		if (decode_column(&o->via.array.ptr[i], b, &b->cols[i], e) < 0)
			return -1;
		b->ncols++;
	}
	return 0;
}

static int
decode_left(const msgpack_object *o, struct batch *b)
{
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != OUT_COUNT)
		return -1;
	for (size_t i = 0; i < OUT_COUNT; i++)
		if (unpack_uint(&o->via.array.ptr[i], UINT32_MAX, &b->left[i]) <
		    0)
			return -1;
	return 0;
}

static int
u32_of(const msgpack_object *o, uint32_t *out)
{
	uint64_t u;
	if (unpack_uint(o, UINT32_MAX, &u) < 0)
		return -1;
	*out = (uint32_t)u;
	return 0;
}

/* One pair of the header; *cols is set for the columns, decoded last. */
static int
header_pair(const msgpack_object_kv *kv, struct batch *b,
    const msgpack_object **cols, bool *versioned)
{
	const msgpack_object *k = &kv->key, *v = &kv->val;
	uint64_t u;

	if (unpack_key_is(k, "batch")) {
		if (unpack_uint(v, BATCH_VERSION, &u) < 0 || u != BATCH_VERSION)
			return -1;
		*versioned = true;
		return 0;
	}
	if (unpack_key_is(k, "entity"))
		return unpack_str(v, &b->arena, LIMIT_NAME_BYTES, &b->entity);
	if (unpack_key_is(k, "run"))
		return unpack_uint(v, INT64_MAX, &b->run);
	if (unpack_key_is(k, "chunk"))
		return u32_of(v, &b->chunk);
	if (unpack_key_is(k, "attempt"))
		return u32_of(v, &b->attempt);
	if (unpack_key_is(k, "seq"))
		return u32_of(v, &b->seq);
	if (unpack_key_is(k, "part"))
		return u32_of(v, &b->part);
	if (unpack_key_is(k, "keys_only")) {
		if (v->type != MSGPACK_OBJECT_BOOLEAN)
			return -1;
		b->keys_only = v->via.boolean;
		return 0;
	}
	if (unpack_key_is(k, "left"))
		return decode_left(v, b);
	if (unpack_key_is(k, "rows")) {
		int r = unpack_uint(v, LIMIT_BATCH_ROWS, &u);
		b->nrows = r < 0 ? 0 : (size_t)u;
		return r;
	}
	if (unpack_key_is(k, "cols")) {
		*cols = v;
		return 0;
	}
	return -1;
}

static int
decode_root(const msgpack_object *o, struct batch *b, struct err *e)
{
	const msgpack_object *cols = NULL;
	bool versioned = false;
	if (o->type != MSGPACK_OBJECT_MAP)
		return bad(e, "not a map");
	for (uint32_t i = 0; i < o->via.map.size; i++)
		if (header_pair(&o->via.map.ptr[i], b, &cols, &versioned) < 0)
			return bad(e, "unknown or bad header entry");
	if (!versioned || !cols || !b->entity)
		return bad(e, "header entries are missing");
	return decode_columns(cols, b, e);
}

int
batch_decode_frame(struct frame *frame, struct batch **bp, struct err *e)
{
	struct unpack u;
	if (frame->bytes.len > LIMIT_FRAME_BYTES)
		return bad(e, "larger than any batch may be");
	if (unpack_one(frame->bytes, BATCH_DEPTH, "bad_batch", &u, e) < 0)
		return -1;
	struct batch *b = batch_new();
	int r = decode_root(&u.root, b, e);
	unpack_free(&u);
	if (r < 0) {
		batch_free(&b);
		return -1;
	}
	b->frame = *frame;
	*frame = (struct frame){ 0 };
	*bp = b;
	return 0;
}

int
batch_decode(struct buf *in, struct batch **bp, struct err *e)
{
	struct frame f = { .bytes = buf_span(in), .owner = in->data };
	if (batch_decode_frame(&f, bp, e) < 0)
		return -1;
	*in = (struct buf){ 0 };
	return 0;
}
