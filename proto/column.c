#include "proto/column.h"

/* What a role fixes the width at; 0 leaves it to the type. */
static const size_t role_width[] = {
	[ROLE_FIELD] = 0,
	[ROLE_ORIGIN] = 0,
	[ROLE_ROWVERSION] = 0,
	[ROLE_BK_HASH] = 16,
	[ROLE_DATA_HASH] = 32,
	[ROLE_OP] = 1,
};
_Static_assert(ARRAY_LEN(role_width) == ROLE_COUNT, "one row per role");

size_t
column_width(const struct column *c)
{
	size_t w = role_width[c->role];
	return w ? w : value_type_width(c->type);
}

struct value
column_value(const struct column *c, size_t i)
{
	struct value v = { .type = c->type, .null = column_null(c, i) };
	if (v.null)
		return v;
	switch (c->type) {
	case VT_BOOL:
		v.b = c->data[i] != 0;
		break;
	case VT_DATE:
		v.i = column_i32(c, i);
		break;
	case VT_INT:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		v.i = column_i64(c, i);
		break;
	case VT_FLOAT:
		v.f = column_f64(c, i);
		break;
	case VT_UUID:
		memcpy(v.uuid, c->data + 16 * i, 16);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		v.s = column_bytes(c, i);
		break;
	}
	return v;
}

enum { ROWS_MIN = 64, BYTES_PER_ROW_GUESS = 16 };

static void
grow_bytes(struct column_builder *b, size_t extra)
{
	if (b->bytes_cap - b->bytes >= extra)
		return;
	size_t cap = b->bytes_cap * 2;
	if (cap < b->bytes + extra)
		cap = b->bytes + extra;
	uint8_t *data = arena_alloc(b->arena, cap);
	if (b->bytes)
		memcpy(data, b->data, b->bytes);
	b->data = data;
	b->bytes_cap = cap;
}

static void
grow_rows(struct column_builder *b)
{
	size_t cap = b->rows_cap ? b->rows_cap * 2 : ROWS_MIN;
	uint8_t *nulls = arena_zalloc(b->arena, (cap + 7) / 8);
	if (b->rows)
		memcpy(nulls, b->nulls, (b->rows + 7) / 8);
	b->nulls = nulls;
	if (!b->width) {
		uint8_t *offs = arena_alloc(b->arena, 4 * (cap + 1));
		if (b->rows)
			memcpy(offs, b->offs, 4 * (b->rows + 1));
		else
			memset(offs, 0, 4);
		b->offs = offs;
	}
	b->rows_cap = cap;
}

void
column_builder_init(struct column_builder *b, struct arena *a,
    enum value_type type, size_t rows_hint)
{
	*b = (struct column_builder){ .arena = a,
		.type = type,
		.width = value_type_width(type),
		.rows_cap = rows_hint / 2 };
	grow_rows(b);
	grow_bytes(
	    b, b->rows_cap * (b->width ? b->width : BYTES_PER_ROW_GUESS));
}

static void
end_row(struct column_builder *b)
{
	b->rows++;
	if (b->width)
		return;
	uint32_t off = (uint32_t)b->bytes;
	memcpy(b->offs + 4 * b->rows, &off, 4);
}

void
column_builder_null(struct column_builder *b)
{
	if (b->rows == b->rows_cap)
		grow_rows(b);
	if (b->width) {
		grow_bytes(b, b->width);
		memset(b->data + b->bytes, 0, b->width);
		b->bytes += b->width;
	}
	b->nulls[b->rows >> 3] |= (uint8_t)(1u << (b->rows & 7));
	b->any_null = true;
	end_row(b);
}

void
column_builder_fixed(struct column_builder *b, const void *v)
{
	if (b->rows == b->rows_cap)
		grow_rows(b);
	grow_bytes(b, b->width);
	memcpy(b->data + b->bytes, v, b->width);
	b->bytes += b->width;
	b->rows++;
}

uint8_t *
column_builder_room(struct column_builder *b, size_t n)
{
	if (b->rows == b->rows_cap)
		grow_rows(b);
	grow_bytes(b, n);
	return b->data + b->bytes;
}

void
column_builder_commit(struct column_builder *b, size_t n)
{
	b->bytes += n;
	end_row(b);
}

void
column_builder_bytes(struct column_builder *b, const void *p, size_t n)
{
	uint8_t *room = column_builder_room(b, n);
	if (n)
		memcpy(room, p, n);
	column_builder_commit(b, n);
}

void
column_builder_value(struct column_builder *b, const struct value *v)
{
	if (v->null) {
		column_builder_null(b);
		return;
	}
	const uint8_t truth = b->type == VT_BOOL && v->b;
	switch (b->type) {
	case VT_BOOL:
		column_builder_fixed(b, &truth);
		break;
	case VT_DATE:
		column_builder_fixed(b, &(int32_t){ (int32_t)v->i });
		break;
	case VT_INT:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		column_builder_fixed(b, &v->i);
		break;
	case VT_FLOAT:
		column_builder_fixed(b, &v->f);
		break;
	case VT_UUID:
		column_builder_fixed(b, v->uuid);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		column_builder_bytes(b, v->s.data, v->s.len);
		break;
	}
}

void
column_builder_finish(struct column_builder *b, struct column *c)
{
	c->type = b->type;
	c->nulls = b->any_null ? b->nulls : NULL;
	c->data = b->data;
	c->offs = b->width ? NULL : b->offs;
	c->data_bytes = b->bytes;
}
