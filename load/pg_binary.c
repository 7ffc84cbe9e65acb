#include "load/pg_binary.h"
#include "load/pg_numeric.h"
#include "proto/datetime.h"
#include "proto/decimal.h"
#include <endian.h>
#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS   INT64_C(10957)
#define EPOCH_MICROS (EPOCH_DAYS * MICROS_PER_DAY)

enum { FIXED_ROOM = 4 + 16, LENGTH_BYTES = 4, SHORT_BYTES = 32 };

void
pg_binary_begin(struct buf *out)
{
	static const char head[19] = "PGCOPY\n\377\r\n";
	buf_put(out, head, sizeof(head));
}

void
pg_binary_end(struct buf *out)
{
	buf_put(out, "\377\377", 2);
}

static inline void
put_u32(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, 4);
}

static inline void
put_u64(uint8_t *p, uint64_t v)
{
	v = htobe64(v);
	memcpy(p, &v, 8);
}

/* Room for n bytes at the end of out, which it does not count yet. */
static inline uint8_t *
room(struct buf *out, size_t n)
{
	if (out->cap - out->len < n)
		buf_reserve(out, n);
	return out->data + out->len;
}

static inline void
put_fixed4(struct buf *out, uint32_t v)
{
	uint8_t *p = room(out, FIXED_ROOM);
	put_u32(p, 4);
	put_u32(p + 4, v);
	out->len += 8;
}

static inline void
put_fixed8(struct buf *out, uint64_t v)
{
	uint8_t *p = room(out, FIXED_ROOM);
	put_u32(p, 8);
	put_u64(p + 4, v);
	out->len += 12;
}

/*
 * Most values are a few words long, which a call costs more than to copy: two
 * moves that overlap, of a width that fits twice, cover any length between.
 */
static inline void
copy_short(uint8_t *to, const uint8_t *from, size_t n)
{
	struct {
		uint64_t a, b;
	} head, tail;
	if (n >= sizeof(head)) {
		memcpy(&head, from, sizeof(head));
		memcpy(&tail, from + n - sizeof(tail), sizeof(tail));
		memcpy(to, &head, sizeof(head));
		memcpy(to + n - sizeof(tail), &tail, sizeof(tail));
	} else if (n >= 8) {
		memcpy(&head.a, from, 8);
		memcpy(&tail.a, from + n - 8, 8);
		memcpy(to, &head.a, 8);
		memcpy(to + n - 8, &tail.a, 8);
	} else if (n >= 4) {
		uint32_t a, b;
		memcpy(&a, from, 4);
		memcpy(&b, from + n - 4, 4);
		memcpy(to, &a, 4);
		memcpy(to + n - 4, &b, 4);
	} else if (n) {
		uint8_t middle = from[n / 2], last = from[n - 1];
		to[0] = from[0];
		to[n / 2] = middle;
		to[n - 1] = last;
	}
}

static inline void
put_bytes(struct buf *out, const void *data, size_t n)
{
	uint8_t *p = room(out, LENGTH_BYTES + n);
	put_u32(p, (uint32_t)n);
	if (n <= SHORT_BYTES)
		copy_short(p + LENGTH_BYTES, data, n);
	else
		memcpy(p + LENGTH_BYTES, data, n);
	out->len += LENGTH_BYTES + n;
}

/* Infinities keep their meaning; what PostgreSQL cannot count becomes a day
 * that it refuses as out of range. */
static uint32_t
pg_days(int32_t days)
{
	if (days == DATE_INFINITY || days == DATE_NEG_INF)
		return (uint32_t)days;
	int64_t v = days - EPOCH_DAYS;
	return (uint32_t)(int32_t)(v <= INT32_MIN ? INT32_MIN + 1 : v);
}

static uint64_t
pg_micros(int64_t micros)
{
	if (micros == MICROS_INFINITY || micros == MICROS_NEG_INF)
		return (uint64_t)micros;
	if (micros <= INT64_MIN + EPOCH_MICROS)
		return (uint64_t)(INT64_MIN + 1);
	return (uint64_t)(micros - EPOCH_MICROS);
}

static void
put_text_of(const struct column *c, size_t row, struct buf *out)
{
	struct value v = column_value(c, row);
	size_t at = out->len;
	buf_extend(out, LENGTH_BYTES);
	value_text(&v, out);
	put_u32(out->data + at, (uint32_t)(out->len - at - LENGTH_BYTES));
}

static void
put_jsonb(struct span s, struct buf *out)
{
	uint8_t *p = room(out, LENGTH_BYTES + 1 + s.len);
	put_u32(p, (uint32_t)s.len + 1);
	p[LENGTH_BYTES] = 1; /* version of the format */
	if (s.len)
		memcpy(p + LENGTH_BYTES + 1, s.data, s.len);
	out->len += LENGTH_BYTES + 1 + s.len;
}

/* Any number as canonical text; tmp holds it where it is made. */
static struct span
number_text(const struct column *c, size_t row, char tmp[DECIMAL_DOUBLE_MAX])
{
	size_t n = 0;
	switch (c->type) {
	case VT_BOOL:
		tmp[0] = c->data[row] ? '1' : '0';
		n = 1;
		break;
	case VT_INT:
		n = decimal_from_i64(column_i64(c, row), tmp);
		break;
	case VT_FLOAT:
		n = decimal_from_double(column_f64(c, row), tmp);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		return column_bytes(c, row);
	}
	return (struct span){ (const uint8_t *)tmp, n };
}

static int
unfit(const struct pg_column *pc, struct err *e)
{
	err_data(e, "22003", "the value does not fit column \"%s\" of type %s",
	    pc->plan->name, pc->type);
	return err_field(e, pc->plan->name);
}

static int
put_int(const struct pg_column *pc, const struct column *c, size_t row,
    struct buf *out, struct err *e)
{
	char tmp[DECIMAL_DOUBLE_MAX];
	int64_t v;
	if (c->type == VT_INT)
		v = column_i64(c, row);
	else if (decimal_to_i64(number_text(c, row, tmp), &v) < 0)
		return unfit(pc, e);
	if (pc->wire == PG_INT8) {
		put_fixed8(out, (uint64_t)v);
	} else if (pc->wire == PG_INT4) {
		if (v < INT32_MIN || v > INT32_MAX)
			return unfit(pc, e);
		put_fixed4(out, (uint32_t)(int32_t)v);
	} else {
		if (v < INT16_MIN || v > INT16_MAX)
			return unfit(pc, e);
		uint16_t be = htobe16((uint16_t)(int16_t)v);
		put_bytes(out, &be, sizeof(be));
	}
	return 0;
}

static int
put_float(const struct pg_column *pc, const struct column *c, size_t row,
    struct buf *out, struct err *e)
{
	char tmp[DECIMAL_DOUBLE_MAX];
	double v;
	uint64_t bits;
	if (c->type == VT_FLOAT)
		v = column_f64(c, row);
	else if (decimal_to_double(number_text(c, row, tmp), &v) < 0)
		return unfit(pc, e);
	memcpy(&bits, &v, sizeof(bits));
	put_fixed8(out, bits);
	return 0;
}

static int
put_numeric(const struct pg_column *pc, const struct column *c, size_t row,
    struct buf *out, struct err *e)
{
	char tmp[DECIMAL_DOUBLE_MAX];
	struct span text = number_text(c, row, tmp);
	uint8_t *p = room(out, LENGTH_BYTES + pg_numeric_room(text.len));
	size_t n = pg_numeric_encode(text, p + LENGTH_BYTES);
	if (!n)
		return unfit(pc, e);
	put_u32(p, (uint32_t)n);
	out->len += LENGTH_BYTES + n;
	return 0;
}

static inline int
put_value(const struct pg_column *pc, const struct column *c, size_t row,
    struct buf *out, struct err *e)
{
	struct span s;
	switch (pc->wire) {
	case PG_BOOL:
		put_bytes(out, c->data[row] ? "\1" : "\0", 1);
		return 0;
	case PG_DATE:
		put_fixed4(out, pg_days(column_i32(c, row)));
		return 0;
	case PG_TIME:
		put_fixed8(out, (uint64_t)column_i64(c, row));
		return 0;
	case PG_STAMP:
		put_fixed8(out, pg_micros(column_i64(c, row)));
		return 0;
	case PG_UUID:
		put_bytes(out, c->data + 16 * row, 16);
		return 0;
	case PG_BYTES:
		s = column_bytes(c, row);
		put_bytes(out, s.data, s.len);
		return 0;
	case PG_JSONB:
		put_jsonb(column_bytes(c, row), out);
		return 0;
	case PG_TEXT:
		put_text_of(c, row, out);
		return 0;
	case PG_INT8:
		if (c->type == VT_INT) {
			put_fixed8(out, (uint64_t)column_i64(c, row));
			return 0;
		}
		return put_int(pc, c, row, out, e);
	case PG_INT2:
	case PG_INT4:
		return put_int(pc, c, row, out, e);
	case PG_FLOAT8:
		return put_float(pc, c, row, out, e);
	case PG_NUMERIC:
		return put_numeric(pc, c, row, out, e);
	}
	return err_bug(e, "no such wire form");
}

int
pg_binary_row(const struct pg_column *cols, const struct input *in, size_t n,
    size_t row, struct buf *out, struct err *e)
{
	size_t start = out->len;
	uint8_t *p = room(out, FIXED_ROOM);
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
	out->len += 2;
	for (size_t i = 0; i < n; i++) {
		const struct column *c = &in[i].col;
		size_t at = input_row(&in[i], row);
		if (column_null(c, at)) {
			put_u32(room(out, LENGTH_BYTES), UINT32_MAX);
			out->len += LENGTH_BYTES;
		} else if (put_value(&cols[i], c, at, out, e) < 0) {
			out->len = start;
			return -1;
		}
	}
	return 0;
}
