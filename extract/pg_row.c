#include "extract/pg_row.h"
#include "extract/pg_numeric_short.h"
#include "proto/column_put.h"
#include "proto/limits.h"

/* Times further off than this from 2000 are left to pg_value.c. */
#define MICROS_NEAR (INT64_C(1) << 62)

struct pg_row_field *
pg_row_fields(const struct emit *em, struct arena *a)
{
	struct pg_row_field *f = arena_zalloc(a, (em->ncols + 1) * sizeof(*f));

	for (size_t i = 0; i < em->ncols; i++) {
		enum value_type t = em->cols[i].declared;
		f[i].put = pg_value_for(t);
		if (t == VT_INT)
			f[i].form = PG_ROW_INT;
		else if (t == VT_TIMESTAMP || t == VT_TIMESTAMPTZ)
			f[i].form = PG_ROW_MICROS;
		else if (t == VT_BOOL)
			f[i].form = PG_ROW_BOOL;
		else if (t == VT_DECIMAL)
			f[i].form = PG_ROW_DECIMAL;
		else if (t == VT_TEXT || t == VT_BYTES || t == VT_OPAQUE)
			f[i].form = PG_ROW_BYTES;
	}
	return f;
}

static inline bool
put_int(struct column_builder *b, const uint8_t *p, size_t n)
{
	if (n == 8)
		column_put_i64(b, (int64_t)pg_u64(p));
	else if (n == 4)
		column_put_i64(b, (int32_t)pg_u32(p));
	return n == 8 || n == 4;
}

static inline bool
put_micros(struct emit_column *c, const uint8_t *p, size_t n)
{
	int64_t v = n == 8 ? (int64_t)pg_u64(p) : MICROS_NEAR;

	if (c->demoted || v >= MICROS_NEAR || v <= -MICROS_NEAR)
		return false;
	column_put_i64(&c->values, v + PG_EPOCH_MICROS);
	return true;
}

static inline bool
put_bool(struct column_builder *b, const uint8_t *p, size_t n)
{
	if (n != 1 || p[0] > 1)
		return false;
	column_put_u8(b, p[0]);
	return true;
}

/* The n bytes at p of some `readable`. False, and nothing added, unless they
 * have the field's usual form. */
static inline bool
put_usual(const struct pg_row_field *f, struct emit_column *c, const uint8_t *p,
    size_t n, size_t readable)
{
	switch (f->form) {
	case PG_ROW_INT:
		return put_int(&c->values, p, n);
	case PG_ROW_MICROS:
		return put_micros(c, p, n);
	case PG_ROW_BOOL:
		return put_bool(&c->values, p, n);
	case PG_ROW_BYTES:
		column_put_bytes(&c->values, p, n, readable);
		return true;
	case PG_ROW_DECIMAL:
		return pg_numeric_put_short(&c->values, p, n);
	case PG_ROW_OTHER:
		break;
	}
	return false;
}

/* Out of the loop, for the sake of its registers. */
static __attribute__((noinline)) bool
put_other(const struct pg_row_field *f, struct emit *em, struct emit_column *c,
    const uint8_t *p, size_t n)
{
	struct err e; /* read by the book, the value says it again */

	return f->put(em, c, p, n, &e) == 0;
}

static __attribute__((noinline)) size_t
undo(struct emit *em, size_t nfields)
{
	emit_take_back(em, nfields);
	return 0;
}

size_t
pg_row_take(const struct pg_row_field *fields, struct emit *em, struct span in)
{
	const uint8_t *p = in.data + 2, *end = in.data + in.len;
	size_t ncols = em->ncols;

	for (size_t i = 0; i < ncols; i++) {
		struct emit_column *c = &em->cols[i];
		if (end - p < 4)
			return undo(em, i);
		uint32_t n = pg_u32(p);
		p += 4;
		if (n == UINT32_MAX) {
			column_put_null(&c->values);
			continue;
		}
		size_t left = (size_t)(end - p);
		if (n > left || n > LIMIT_VALUE_BYTES ||
		    (!put_usual(&fields[i], c, p, n, left) &&
			!put_other(&fields[i], em, c, p, n)))
			return undo(em, i);
		p += n;
	}
	return (size_t)(p - in.data);
}
