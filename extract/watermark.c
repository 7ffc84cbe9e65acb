#include "extract/watermark.h"
#include "proto/datetime.h"
#include "proto/decimal.h"
#include "proto/rowversion.h"
#include "proto/sql.h"
#include <string.h>

static int64_t
subtract(int64_t v, int64_t n)
{
	int64_t r;
	return __builtin_sub_overflow(v, n, &r) ? INT64_MIN : r;
}

static int64_t
seconds_below(int64_t micros, int64_t seconds)
{
	int64_t n;
	if (__builtin_mul_overflow(seconds, MICROS_PER_SEC, &n))
		return INT64_MIN + 1;
	n = subtract(micros, n);
	return n == INT64_MIN ? n + 1 : n; /* INT64_MIN is -infinity */
}

static void
put_text_bound(const struct watermark *w, struct span text, struct buf *out)
{
	/* Versions of text compare bytewise, whatever the column's rules. */
	buf_puts(out, w->sqlite ? " COLLATE BINARY >= " : " COLLATE \"C\" >= ");
	sql_literal(out, text);
}

/* The integer at or below a decimal, if it fits. */
static int
floor_i64(struct span canon, int64_t *v)
{
	const uint8_t *point = memchr(canon.data, '.', canon.len);
	struct span whole = canon;

	if (point)
		whole.len = (size_t)(point - canon.data);
	if (whole.len == 2 && memcmp(whole.data, "-0", 2) == 0)
		*v = 0;
	else if (decimal_to_i64(whole, v) != 0)
		return -1;
	if (point && canon.data[0] == '-')
		*v = subtract(*v, 1);
	return 0;
}

static void
put_number(const struct watermark *w, struct span canon, struct buf *out)
{
	int64_t v;

	if (floor_i64(canon, &v) == 0)
		buf_printf(
		    out, " >= (%lld)", (long long)subtract(v, w->overlap));
	else if (!w->sqlite)
		buf_printf(out, " >= (%.*s::numeric - %lld)", (int)canon.len,
		    (const char *)canon.data, (long long)w->overlap);
}

/* Where SQLite keeps decimals as text it would compare them as text. */
static bool
stored_as_text(const struct watermark *w)
{
	const char *d = w->column->type_name ? w->column->type_name : "";
	return w->sqlite && (strcasestr(d, "TEXT") || strcasestr(d, "CHAR") ||
				strcasestr(d, "CLOB"));
}

/*
 * SQLite keeps times as text. The bound is cut to the second and keeps the
 * separator; as a prefix it sorts before every fraction and zone.
 */
static void
put_text(const struct watermark *w, struct span text, struct buf *out)
{
	struct datetime_iso iso;
	struct buf bound = { 0 };

	if (!w->sqlite || w->overlap == 0 ||
	    datetime_parse_iso(text, &iso) != 0 || !iso.has_date ||
	    !iso.has_time || iso.infinity || text.len < 19) {
		put_text_bound(w, text, out);
		return;
	}
	int64_t micros = iso.days * MICROS_PER_DAY + iso.micros;
	datetime_put_timestamp(seconds_below(micros, w->overlap), &bound);
	if (bound.len > 19) {
		bound.data[10] = text.data[10];
		bound.len = 19;
	}
	put_text_bound(w, buf_span(&bound), out);
	buf_free(&bound);
}

static void
put_typed(const struct value *v, struct buf *out)
{
	struct buf text = { 0 };

	if (v->type == VT_BYTES)
		buf_puts(&text, "\\x");
	value_text(v, &text);
	buf_puts(out, " >= ");
	sql_literal(out, buf_span(&text));
	buf_free(&text);
}

static void
put_bytes(const struct watermark *w, const struct value *v, struct buf *out)
{
	if (!w->sqlite) {
		put_typed(v, out);
		return;
	}
	buf_puts(out, " >= x'");
	value_text(v, out);
	buf_putc(out, '\'');
}

static void
put_bound(const struct watermark *w, struct value *v, struct buf *out)
{
	char digits[DECIMAL_I64_MAX];
	size_t n;

	switch (v->type) {
	case VT_INT:
		n = decimal_from_i64(v->i, digits);
		put_number(w, (struct span){ (const uint8_t *)digits, n }, out);
		break;
	case VT_DECIMAL:
		if (!stored_as_text(w) && !memchr(v->s.data, 'N', v->s.len) &&
		    !memchr(v->s.data, 'I', v->s.len))
			put_number(w, v->s, out);
		break;
	case VT_TEXT:
	case VT_JSON:
	case VT_OPAQUE:
		put_text(w, v->s, out);
		break;
	case VT_BYTES:
		put_bytes(w, v, out);
		break;
	case VT_DATE:
		v->i = v->i - w->overlap / 86400 - (w->overlap % 86400 != 0);
		put_typed(v, out);
		break;
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		v->i = seconds_below(v->i, w->overlap);
		if (v->type == VT_TIME && v->i < 0)
			v->i = 0;
		put_typed(v, out);
		break;
	case VT_FLOAT: /* decoding gives numbers as decimals */
	case VT_BOOL:
	case VT_UUID:
	case VT_COUNT:
		put_typed(v, out);
		break;
	}
}

int
watermark_put(const struct watermark *w, struct buf *sql, struct err *e)
{
	struct buf memory = { 0 }, bound = { 0 };
	struct value v;

	if (w->version.len == 0)
		return 0;
	if (rowversion_decode(w->version, &memory, &v, e) != 0) {
		buf_free(&memory);
		return err_wrap(e, "watermark");
	}
	if (!v.null)
		put_bound(w, &v, &bound);
	if (bound.len) {
		bool text = w->column->type == VT_OPAQUE && !w->sqlite;
		buf_puts(sql, "(");
		sql_ident(sql, w->column->name);
		buf_puts(sql, text ? "::text" : "");
		buf_put(sql, bound.data, bound.len);
		buf_puts(sql, " OR ");
		sql_ident(sql, w->column->name);
		buf_puts(sql, " IS NULL)");
	}
	buf_free(&bound);
	buf_free(&memory);
	return 0;
}
