#include "proto/value.h"
#include "proto/datetime.h"
#include "proto/decimal.h"

static const struct {
	const char *name;
	size_t width;
} types[] = {
	[VT_BOOL] = { "bool", 1 },
	[VT_INT] = { "int", 8 },
	[VT_DECIMAL] = { "decimal", 0 },
	[VT_FLOAT] = { "float", 8 },
	[VT_TEXT] = { "text", 0 },
	[VT_BYTES] = { "bytes", 0 },
	[VT_DATE] = { "date", 4 },
	[VT_TIME] = { "time", 8 },
	[VT_TIMESTAMP] = { "timestamp", 8 },
	[VT_TIMESTAMPTZ] = { "timestamptz", 8 },
	[VT_UUID] = { "uuid", 16 },
	[VT_JSON] = { "json", 0 },
	[VT_OPAQUE] = { "opaque", 0 },
};
_Static_assert(ARRAY_LEN(types) == VT_COUNT, "one row per value type");

const char *
value_type_name(enum value_type t)
{
	return types[t].name;
}

size_t
value_type_width(enum value_type t)
{
	return types[t].width;
}

static void
put_hex(const uint8_t *p, size_t n, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		buf_putc(out, (uint8_t)hex[p[i] >> 4]);
		buf_putc(out, (uint8_t)hex[p[i] & 15]);
	}
}

static void
put_uuid(const uint8_t *p, struct buf *out)
{
	static const uint8_t groups[] = { 4, 2, 2, 2, 6 };
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (i)
			buf_putc(out, '-');
		put_hex(p, groups[i], out);
		p += groups[i];
	}
}

void
value_text(const struct value *v, struct buf *out)
{
	char number[DECIMAL_DOUBLE_MAX];

	if (v->null)
		return;
	switch (v->type) {
	case VT_BOOL:
		buf_puts(out, v->b ? "true" : "false");
		break;
	case VT_INT:
		buf_put(out, number, decimal_from_i64(v->i, number));
		break;
	case VT_FLOAT:
		buf_put(out, number, decimal_from_double(v->f, number));
		break;
	case VT_DATE:
		datetime_put_date((int32_t)v->i, out);
		break;
	case VT_TIME:
		datetime_put_time(v->i, out);
		break;
	case VT_TIMESTAMP:
		datetime_put_timestamp(v->i, out);
		break;
	case VT_TIMESTAMPTZ:
		datetime_put_timestamptz(v->i, out);
		break;
	case VT_UUID:
		put_uuid(v->uuid, out);
		break;
	case VT_BYTES:
		put_hex(v->s.data, v->s.len, out);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		buf_put(out, v->s.data, v->s.len);
		break;
	}
}
