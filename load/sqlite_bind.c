#include "load/sqlite_bind.h"
#include "proto/decimal.h"
#include <math.h>
#include <sqlite3.h>

/* SQLite's own rule (datatype3.html, 3.1): INT wins over all others. */
static bool
keeps_text(const char *declared)
{
	if (!declared || strcasestr(declared, "INT"))
		return false;
	return strcasestr(declared, "CHAR") || strcasestr(declared, "CLOB") ||
	       strcasestr(declared, "TEXT");
}

static bool
keeps_numbers(const struct schema_column *t)
{
	bool number = t->type == VT_BOOL || t->type == VT_INT ||
		      t->type == VT_DECIMAL || t->type == VT_FLOAT;
	return number && !keeps_text(t->type_name);
}

static enum sqlite_storage
choose_decimal(const struct schema_column *t)
{
	if (!keeps_numbers(t) || t->type == VT_DECIMAL)
		return SQLITE_AS_IS;
	return t->type == VT_FLOAT ? SQLITE_AS_NEAREST : SQLITE_AS_INT_IF_FITS;
}

enum sqlite_storage
sqlite_bind_choose(const struct plan_column *c)
{
	switch (c->type) {
	case VT_BOOL:
		return SQLITE_AS_BOOL;
	case VT_INT:
		return keeps_numbers(c->target) ? SQLITE_AS_INT
						: SQLITE_AS_TEXT;
	case VT_FLOAT:
		return keeps_numbers(c->target) ? SQLITE_AS_REAL
						: SQLITE_AS_TEXT;
	case VT_DECIMAL:
		return choose_decimal(c->target);
	case VT_BYTES:
		return SQLITE_AS_BLOB;
	case VT_TEXT:
	case VT_JSON:
	case VT_OPAQUE:
		return SQLITE_AS_IS;
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_COUNT:
		break;
	}
	return SQLITE_AS_TEXT;
}

bool
sqlite_bind_rounds(const struct plan_column *c)
{
	return c->type == VT_DECIMAL && keeps_numbers(c->target);
}

/* An empty text has no address, which SQLite would take for NULL. */
static int
bind_bytes(struct sqlite3_stmt *st, int i, struct span s)
{
	const char *p = s.data ? (const char *)s.data : "";
	return sqlite3_bind_text64(st, i, p, s.len, SQLITE_STATIC, SQLITE_UTF8);
}

static int
bind_text_of(struct sqlite3_stmt *st, int i, struct buf *text,
    const struct column *c, size_t row)
{
	struct value v = column_value(c, row);
	buf_clear(text);
	value_text(&v, text);
	return bind_bytes(st, i, buf_span(text));
}

/* SQLite turns a NaN into NULL; its name stays what it is. */
static int
bind_real(struct sqlite3_stmt *st, int i, struct buf *text,
    const struct column *c, size_t row)
{
	double v = column_f64(c, row);
	return isnan(v) ? bind_text_of(st, i, text, c, row)
			: sqlite3_bind_double(st, i, v);
}

static int
bind_blob(struct sqlite3_stmt *st, int i, struct span s)
{
	return sqlite3_bind_blob64(
	    st, i, s.data ? (const void *)s.data : "", s.len, SQLITE_STATIC);
}

int
sqlite_bind_value(struct sqlite3_stmt *st, int i, struct sqlite_slot *slot,
    const struct column *c, size_t row)
{
	int64_t n;
	double d;
	if (column_null(c, row))
		return sqlite3_bind_null(st, i);
	switch (slot->as) {
	case SQLITE_AS_IS:
		return bind_bytes(st, i, column_bytes(c, row));
	case SQLITE_AS_BLOB:
		return bind_blob(st, i, column_bytes(c, row));
	case SQLITE_AS_BOOL:
		return sqlite3_bind_int(st, i, c->data[row] != 0);
	case SQLITE_AS_INT:
		return sqlite3_bind_int64(st, i, column_i64(c, row));
	case SQLITE_AS_REAL:
		return bind_real(st, i, &slot->text, c, row);
	case SQLITE_AS_TEXT:
		break;
	case SQLITE_AS_INT_IF_FITS:
		if (decimal_to_i64(column_bytes(c, row), &n) == 0)
			return sqlite3_bind_int64(st, i, n);
		return bind_bytes(st, i, column_bytes(c, row));
	case SQLITE_AS_NEAREST:
		if (decimal_to_double(column_bytes(c, row), &d) == 0 &&
		    !isnan(d))
			return sqlite3_bind_double(st, i, d);
		return bind_bytes(st, i, column_bytes(c, row));
	}
	return bind_text_of(st, i, &slot->text, c, row);
}
