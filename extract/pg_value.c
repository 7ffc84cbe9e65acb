#include "extract/pg_value.h"
#include "proto/datetime.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Integers below are themselves as a float and as its shortest text. */
#define FLOAT_EXACT 1e6f

int
pg_value_bad(const struct emit_column *c, size_t n, struct err *e)
{
	err_data(e, "bad_copy",
	    "column %s: %zu bytes that are no binary %s were sent", c->name, n,
	    value_type_name(c->declared));
	return err_field(e, c->name);
}

static int
put_bool(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	if (n != 1 || p[0] > 1)
		return pg_value_bad(c, n, e);
	column_builder_fixed(&c->values, p);
	return 0;
}

static int
put_int(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	int64_t v;

	(void)em;
	if (n == 8)
		v = (int64_t)pg_u64(p);
	else if (n == 4)
		v = (int32_t)pg_u32(p);
	else if (n == 2)
		v = (int16_t)pg_u16(p);
	else
		return pg_value_bad(c, n, e);
	column_builder_fixed(&c->values, &v);
	return 0;
}

static int
put_decimal(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	return pg_numeric_put(c, p, n, e);
}

/*
 * The double whose shortest text is the float's shortest text. Any text of at
 * most six digits survives a normal float, so no shorter one is missed by
 * beginning there; a subnormal holds fewer.
 */
static double
widen(float f)
{
	char text[32];
	float size = fabsf(f);

	if (!isfinite(f) || (size < FLOAT_EXACT && f == truncf(f)))
		return (double)f;
	for (int digits = size < FLT_MIN ? 1 : 6; digits <= 9; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, (double)f);
		if (strtof(text, NULL) == f)
			break;
	}
	return strtod(text, NULL);
}

static int
put_float(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	double v;

	(void)em;
	if (n == 8) {
		uint64_t bits = pg_u64(p);
		memcpy(&v, &bits, 8);
	} else if (n == 4) {
		uint32_t bits = pg_u32(p);
		float f;
		memcpy(&f, &bits, 4);
		v = widen(f);
	} else {
		return pg_value_bad(c, n, e);
	}
	column_builder_fixed(&c->values, &v);
	return 0;
}

static int
put_bytes(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	(void)e;
	column_builder_bytes(&c->values, p, n);
	return 0;
}

/* jsonb has a version byte in front, which no json text can begin with. */
static int
put_json(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	if (n && p[0] < ' ' && p[0] != '\t' && p[0] != '\n' && p[0] != '\r') {
		if (p[0] != 1)
			return pg_value_bad(c, n, e);
		p++;
		n--;
	}
	column_builder_bytes(&c->values, p, n);
	return 0;
}

static int
put_date(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	if (n != 4)
		return pg_value_bad(c, n, e);
	int32_t v = (int32_t)pg_u32(p);
	if (v != DATE_INFINITY && v != DATE_NEG_INF &&
	    __builtin_add_overflow(v, PG_EPOCH_DAYS, &v))
		return pg_value_bad(c, n, e);
	column_builder_fixed(&c->values, &v);
	return 0;
}

static int
put_time(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	if (n != 8 || pg_u64(p) > (uint64_t)MICROS_PER_DAY)
		return pg_value_bad(c, n, e);
	column_builder_fixed(&c->values, &(int64_t){ (int64_t)pg_u64(p) });
	return 0;
}

/* A column with a time beyond int64 holds texts; v is PostgreSQL's count. */
static void
put_time_text(struct emit_column *c, int64_t v)
{
	struct buf out = { 0 };
	int64_t days = v / MICROS_PER_DAY, rest = v % MICROS_PER_DAY;

	if (rest < 0) {
		rest += MICROS_PER_DAY;
		days--;
	}
	if (v == MICROS_INFINITY || v == MICROS_NEG_INF) {
		buf_puts(&out, v < 0 ? "-infinity" : "infinity");
	} else {
		datetime_put_date((int32_t)(days + PG_EPOCH_DAYS), &out);
		buf_putc(&out, 'T');
		datetime_put_time(rest, &out);
		if (c->declared == VT_TIMESTAMPTZ)
			buf_putc(&out, 'Z');
	}
	column_builder_bytes(&c->values, out.data, out.len);
	buf_free(&out);
}

static int
put_timestamp(struct emit *em, struct emit_column *c, const uint8_t *p,
    size_t n, struct err *e)
{
	if (n != 8)
		return pg_value_bad(c, n, e);
	int64_t v = (int64_t)pg_u64(p), since = v;
	bool infinite = v == MICROS_INFINITY || v == MICROS_NEG_INF;
	bool over =
	    !infinite && __builtin_add_overflow(v, PG_EPOCH_MICROS, &since);

	/* INT64_MAX would read as infinity. */
	if ((over || (!infinite && since == MICROS_INFINITY)) && !c->demoted)
		emit_demote(em, c);
	if (c->demoted)
		put_time_text(c, v);
	else
		column_builder_fixed(&c->values, &since);
	return 0;
}

static int
put_uuid(struct emit *em, struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e)
{
	(void)em;
	if (n != 16)
		return pg_value_bad(c, n, e);
	column_builder_fixed(&c->values, p);
	return 0;
}

pg_value_put
pg_value_for(enum value_type t)
{
	static const pg_value_put puts[] = {
		[VT_BOOL] = put_bool,
		[VT_INT] = put_int,
		[VT_DECIMAL] = put_decimal,
		[VT_FLOAT] = put_float,
		[VT_TEXT] = put_bytes,
		[VT_BYTES] = put_bytes,
		[VT_DATE] = put_date,
		[VT_TIME] = put_time,
		[VT_TIMESTAMP] = put_timestamp,
		[VT_TIMESTAMPTZ] = put_timestamp,
		[VT_UUID] = put_uuid,
		[VT_JSON] = put_json,
		[VT_OPAQUE] = put_bytes,
	};
	_Static_assert(ARRAY_LEN(puts) == VT_COUNT, "one row per type");

	return puts[t];
}
