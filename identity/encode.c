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

static enum encode_form
form_of(enum value_type t)
{
	switch (t) {
	case VT_BOOL:
		return ENCODE_BOOL;
	case VT_INT:
		return ENCODE_INT;
	case VT_FLOAT:
		return ENCODE_FLOAT;
	case VT_DATE:
		return ENCODE_4;
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return ENCODE_8;
	case VT_UUID:
		return ENCODE_16;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return ENCODE_BYTES;
}

/* The length of every value of a form, where it is known. */
static const uint8_t form_bytes[] = {
	[ENCODE_BOOL] = 1,
	[ENCODE_4] = 4,
	[ENCODE_8] = 8,
	[ENCODE_16] = 16,
	[ENCODE_FLOAT] = 0,
};

static void
make_prefix(struct encode_field *f, struct arena *a, struct buf *tmp)
{
	buf_clear(tmp);
	buf_put_uleb(tmp, strlen(f->col->name));
	buf_puts(tmp, f->col->name);
	buf_putc(tmp, (uint8_t)canon_tag(f->col->type));
	if (form_bytes[f->form])
		buf_putc(tmp, form_bytes[f->form]);
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
		.nulls = c->nulls,
		.data = c->data,
		.offs = c->offs,
		.form = form_of(c->type),
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

static void
make_room(struct cursor *c, size_t bytes)
{
	if ((size_t)(c->end - c->at) >= bytes)
		return;
	c->out->len = (size_t)(c->at - c->out->data);
	buf_reserve(c->out, bytes);
	c->at = c->out->data + c->out->len;
	c->end = c->out->data + c->out->cap;
}

static inline uint8_t *
put_prefix(uint8_t *at, struct span s)
{
	if (s.len <= PREFIX_ROOM)
		memcpy(at, s.data, PREFIX_ROOM);
	else
		memcpy(at, s.data, s.len);
	return at + s.len;
}

static uint8_t *
put_len(uint8_t *at, size_t len)
{
	for (; len >= 0x80; len >>= 7)
		*at++ = (uint8_t)(len | 0x80);
	*at++ = (uint8_t)len;
	return at;
}

static uint8_t *
put_float(uint8_t *at, double v)
{
	char number[DECIMAL_DOUBLE_MAX];
	size_t n = decimal_from_double(v, number);

	at = put_len(at, n);
	memcpy(at, number, n);
	return at + n;
}

/* A value of any length. after: the room that is left behind it. */
static __attribute__((noinline)) struct cursor
put_long(struct cursor c, const uint8_t *v, size_t len, size_t after)
{
	make_room(&c, len + after);
	c.at = put_len(c.at, len);
	memcpy(c.at, v, len);
	c.at += len;
	return c;
}

static inline uint64_t
load_64(const uint8_t *data, size_t row)
{
	uint64_t v;
	memcpy(&v, data + 8 * row, sizeof(v));
	return v;
}

static inline void
put_bytes(
    struct cursor *c, const struct encode_field *f, size_t row, size_t after)
{
	uint32_t from, until;
	memcpy(&from, f->offs + 4 * row, sizeof(from));
	memcpy(&until, f->offs + 4 * row + 4, sizeof(until));
	size_t len = until - from;

	if (len > VALUE_ROOM || from >= f->whole_until ||
	    (size_t)(c->end - c->at) < VALUE_ROOM + after) {
		*c = put_long(*c, f->data + from, len, after);
		return;
	}
	*c->at = (uint8_t)len;
	memcpy(c->at + 1, f->data + from, VALUE_ROOM);
	c->at += 1 + len;
}

static inline void
put_cell(
    struct cursor *to, const struct encode_field *f, size_t row, size_t after)
{
	uint64_t v;
	double number;
	size_t n;

	switch (f->form) {
	case ENCODE_BYTES:
		put_bytes(to, f, row, after);
		return;
	case ENCODE_INT:
		/* At most 20 digits: the length is always one byte. */
		n = digits_put_i64((int64_t)load_64(f->data, row), to->at + 1);
		*to->at = (uint8_t)n;
		to->at += 1 + n;
		return;
	case ENCODE_8:
		v = load_64(f->data, row);
		memcpy(to->at, &v, sizeof(v));
		to->at += 8;
		return;
	case ENCODE_BOOL:
		*to->at++ = f->data[row] != 0;
		return;
	case ENCODE_4:
		memcpy(to->at, f->data + 4 * row, 4);
		to->at += 4;
		return;
	case ENCODE_16:
		memcpy(to->at, f->data + 16 * row, 16);
		to->at += 16;
		return;
	case ENCODE_FLOAT:
		memcpy(&number, f->data + 8 * row, sizeof(number));
		to->at = put_float(to->at, number);
		return;
	}
	__builtin_unreachable(); /* so that the form is not checked each time */
}

void
encode_row(const struct encode_plan *p, size_t row, struct buf *out)
{
	/* Room for every prefix and fixed cell, here and behind each of the
	 * others. */
	const size_t room = p->fixed_bytes;
	const struct encode_field *end = p->fields + p->n;
	const size_t byte = row >> 3;
	const unsigned bit = 1u << (row & 7);

	if (out->cap - out->len < room)
		buf_reserve(out, room);
	struct cursor c = { out->data + out->len, out->data + out->cap, out };
	if (p->head.len)
		c.at = put_prefix(c.at, p->head);
	for (const struct encode_field *f = p->fields; f < end; f++) {
		if (f->nulls && (f->nulls[byte] & bit))
			continue;
		c.at = put_prefix(c.at, f->prefix);
		put_cell(&c, f, row, room);
	}
	out->len = (size_t)(c.at - out->data);
}
