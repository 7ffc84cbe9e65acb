#include "identity/encode.h"
#include "proto/canon.h"
#include "proto/decimal.h"
#include "proto/digits.h"
#include <stdlib.h>
#include <string.h>

/* Prefixes and values up to these sizes are copied whole, with a store or two:
 * the bytes beyond them are overwritten by what follows. */
enum { PREFIX_ROOM = 16, VALUE_ROOM = 32, ULEB_MAX = 10 };

static int
by_name(const void *a, const void *b)
{
	const struct encode_field *x = a, *y = b;
	return strcmp(x->col->name, y->col->name);
}

static struct span
padded(struct arena *a, struct span s)
{
	uint8_t *p = arena_zalloc(a, s.len + PREFIX_ROOM);
	if (s.len)
		memcpy(p, s.data, s.len);
	return (struct span){ p, s.len };
}

void
encode_plan_head(struct encode_plan *p, struct arena *a, struct span head)
{
	p->head = padded(a, head);
	p->fixed_bytes += head.len;
}

static void
make_prefix(struct encode_field *f, struct arena *a, struct buf *tmp)
{
	buf_clear(tmp);
	buf_put_uleb(tmp, strlen(f->col->name));
	buf_puts(tmp, f->col->name);
	buf_putc(tmp, (uint8_t)canon_tag(f->col->type));
	f->prefix = padded(a, buf_span(tmp));
}

static size_t
value_room(enum value_type t)
{
	if (t == VT_INT)
		return DECIMAL_I64_MAX;
	if (t == VT_FLOAT)
		return DECIMAL_DOUBLE_MAX;
	return value_type_width(t);
}

static struct encode_field
field_of(const struct column *c)
{
	return (struct encode_field){
		.col = c,
		.whole_until = c->data_bytes < VALUE_ROOM
				   ? 0
				   : c->data_bytes - VALUE_ROOM + 1,
	};
}

void
encode_plan_init(struct encode_plan *p, struct arena *a,
    const struct column *const *cols, size_t n)
{
	struct buf tmp = { 0 };

	*p = (struct encode_plan){ .n = n, .fixed_bytes = VALUE_ROOM };
	p->fields = arena_zalloc(a, (n + 1) * sizeof(*p->fields));
	for (size_t i = 0; i < n; i++) {
		p->fields[i] = field_of(cols[i]);
		make_prefix(&p->fields[i], a, &tmp);
		p->fixed_bytes += p->fields[i].prefix.len + ULEB_MAX +
				  value_room(cols[i]->type);
	}
	if (n)
		qsort(p->fields, n, sizeof(*p->fields), by_name);
	buf_free(&tmp);
}

/* Where the next byte goes. Kept apart from the buffer, so that a byte written
 * is not one that may have moved it. */
struct cursor {
	uint8_t *at, *end;
	struct buf *out;
};

static inline void
make_room(struct cursor *c, size_t bytes)
{
	if ((size_t)(c->end - c->at) >= bytes)
		return;
	c->out->len = (size_t)(c->at - c->out->data);
	buf_reserve(c->out, bytes);
	c->at = c->out->data + c->out->len;
	c->end = c->out->data + c->out->cap;
}

static inline void
put_prefix(struct cursor *c, struct span s)
{
	if (s.len <= PREFIX_ROOM)
		memcpy(c->at, s.data, PREFIX_ROOM);
	else
		memcpy(c->at, s.data, s.len);
	c->at += s.len;
}

static inline void
put_len(struct cursor *c, size_t len)
{
	for (; len >= 0x80; len >>= 7)
		*c->at++ = (uint8_t)(len | 0x80);
	*c->at++ = (uint8_t)len;
}

static inline void
put_fixed(struct cursor *c, const uint8_t *v, size_t width)
{
	*c->at = (uint8_t)width;
	memcpy(c->at + 1, v, width);
	c->at += 1 + width;
}

static inline void
put_int(struct cursor *c, int64_t v)
{
	/* At most 20 digits: the length is always one byte. */
	size_t n = digits_put_i64(v, c->at + 1);
	*c->at = (uint8_t)n;
	c->at += 1 + n;
}

/* Not given the cursor: whose address is known stays in memory. */
static uint8_t *
put_float(uint8_t *at, double v)
{
	char number[DECIMAL_DOUBLE_MAX];
	size_t n = decimal_from_double(v, number);
	struct cursor c = { .at = at };
	put_len(&c, n);
	memcpy(c.at, number, n);
	return c.at + n;
}

/* after: the room that is left behind it. */
static inline void
put_bytes(
    struct cursor *c, const struct encode_field *f, size_t row, size_t after)
{
	size_t from = column_off(f->col, row);
	size_t len = column_off(f->col, row + 1) - from;
	const uint8_t *v = f->col->data + from;
	make_room(c, len + after);
	put_len(c, len);
	if (len <= VALUE_ROOM && from < f->whole_until)
		memcpy(c->at, v, VALUE_ROOM);
	else
		memcpy(c->at, v, len);
	c->at += len;
}

static inline void
put_cell(
    struct cursor *to, const struct encode_field *f, size_t row, size_t after)
{
	const struct column *c = f->col;
	switch (c->type) {
	case VT_BOOL:
		put_fixed(to, &(uint8_t){ c->data[row] != 0 }, 1);
		break;
	case VT_INT:
		put_int(to, column_i64(c, row));
		break;
	case VT_FLOAT:
		to->at = put_float(to->at, column_f64(c, row));
		break;
	case VT_DATE:
		put_fixed(to, c->data + 4 * row, 4);
		break;
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		put_fixed(to, c->data + 8 * row, 8);
		break;
	case VT_UUID:
		put_fixed(to, c->data + 16 * row, 16);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		put_bytes(to, f, row, after);
		break;
	}
}

void
encode_row(const struct encode_plan *p, size_t row, struct buf *out)
{
	/* Room for every prefix and fixed cell, here and behind each of the
	 * others. */
	size_t room = p->fixed_bytes;

	if (out->cap - out->len < room)
		buf_reserve(out, room);
	struct cursor c = { out->data + out->len, out->data + out->cap, out };
	if (p->head.len)
		put_prefix(&c, p->head);
	for (size_t i = 0; i < p->n; i++) {
		const struct encode_field *f = &p->fields[i];
		if (column_null(f->col, row))
			continue;
		put_prefix(&c, f->prefix);
		put_cell(&c, f, row, room);
	}
	out->len = (size_t)(c.at - out->data);
}
