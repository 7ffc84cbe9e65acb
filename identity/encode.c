#include "identity/encode.h"
#include "proto/canon.h"
#include "proto/decimal.h"
#include <stdlib.h>
#include <string.h>

/* Prefixes up to this size are copied whole, with one store: the bytes beyond
 * the prefix are overwritten by what follows. */
enum { PREFIX_ROOM = 16, ULEB_MAX = 10 };

static int
by_name(const void *a, const void *b)
{
	const struct encode_field *x = a, *y = b;
	return strcmp(x->col->name, y->col->name);
}

static void
make_prefix(struct encode_field *f, struct arena *a, struct buf *tmp)
{
	buf_clear(tmp);
	buf_put_uleb(tmp, strlen(f->col->name));
	buf_puts(tmp, f->col->name);
	buf_putc(tmp, (uint8_t)canon_tag(f->col->type));
	f->prefix_len = tmp->len;
	while (tmp->len < PREFIX_ROOM)
		buf_putc(tmp, 0);
	f->prefix = arena_dup(a, tmp->data, tmp->len);
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

void
encode_plan_init(struct encode_plan *p, struct arena *a,
    const struct column *const *cols, size_t n)
{
	struct buf tmp = { 0 };

	*p = (struct encode_plan){ .n = n, .fixed_bytes = PREFIX_ROOM };
	p->fields = arena_zalloc(a, (n + 1) * sizeof(*p->fields));
	for (size_t i = 0; i < n; i++) {
		p->fields[i].col = cols[i];
		make_prefix(&p->fields[i], a, &tmp);
		p->fixed_bytes += p->fields[i].prefix_len + ULEB_MAX +
				  value_room(cols[i]->type);
	}
	if (n)
		qsort(p->fields, n, sizeof(*p->fields), by_name);
	buf_free(&tmp);
}

static inline uint8_t *
put_prefix(uint8_t *at, const struct encode_field *f)
{
	if (f->prefix_len <= PREFIX_ROOM)
		memcpy(at, f->prefix, PREFIX_ROOM);
	else
		memcpy(at, f->prefix, f->prefix_len);
	return at + f->prefix_len;
}

static inline uint8_t *
put_len(uint8_t *at, size_t len)
{
	for (; len >= 0x80; len >>= 7)
		*at++ = (uint8_t)(len | 0x80);
	*at++ = (uint8_t)len;
	return at;
}

static inline uint8_t *
put_fixed(uint8_t *at, const uint8_t *v, size_t width)
{
	*at++ = (uint8_t)width;
	memcpy(at, v, width);
	return at + width;
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

/* Room for every fixed cell and prefix of the row is there. */
static inline uint8_t *
put_cell(uint8_t *at, const struct column *c, size_t row)
{
	switch (c->type) {
	case VT_BOOL:
		at[0] = 1;
		at[1] = c->data[row] != 0;
		return at + 2;
	case VT_INT: {
		/* At most 20 digits: the length is always one byte. */
		size_t n = decimal_from_i64(column_i64(c, row), (char *)at + 1);
		*at = (uint8_t)n;
		return at + 1 + n;
	}
	case VT_FLOAT:
		return put_float(at, column_f64(c, row));
	case VT_DATE:
		return put_fixed(at, c->data + 4 * row, 4);
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return put_fixed(at, c->data + 8 * row, 8);
	case VT_UUID:
		return put_fixed(at, c->data + 16 * row, 16);
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return at;
}

void
encode_row(const struct encode_plan *p, size_t row, struct buf *out)
{
	buf_reserve(out, p->fixed_bytes);
	uint8_t *at = out->data + out->len;
	for (size_t i = 0; i < p->n; i++) {
		const struct encode_field *f = &p->fields[i];
		const struct column *c = f->col;
		if (column_null(c, row))
			continue;
		at = put_prefix(at, f);
		if (!c->offs) {
			at = put_cell(at, c, row);
			continue;
		}
		struct span s = column_bytes(c, row);
		out->len = (size_t)(at - out->data);
		/* fixed_bytes covers what follows this cell as well. */
		buf_reserve(out, s.len + p->fixed_bytes);
		at = put_len(out->data + out->len, s.len);
		memcpy(at, s.data, s.len);
		at += s.len;
	}
	out->len = (size_t)(at - out->data);
}
