#include "extract/sqlite_value.h"
#include "proto/decimal.h"
#include "proto/limits.h"
#include <math.h>
#include <sqlite3.h>
#include <string.h>

static void
put_span(struct emit_column *c, struct span s)
{
	column_builder_bytes(&c->values, s.data, s.len);
}

static struct span
number_text(sqlite3_stmt *st, int i, char out[DECIMAL_DOUBLE_MAX])
{
	struct span s = { (const uint8_t *)out, 0 };

	if (sqlite3_column_type(st, i) == SQLITE_INTEGER)
		s.len = decimal_from_i64(sqlite3_column_int64(st, i), out);
	else
		s.len = decimal_from_double(sqlite3_column_double(st, i), out);
	return s;
}

static struct span
stored_bytes(sqlite3_stmt *st, int i)
{
	/* As a blob, a text would come in the file's own encoding. */
	const void *p = sqlite3_column_type(st, i) == SQLITE_TEXT
			    ? (const void *)sqlite3_column_text(st, i)
			    : sqlite3_column_blob(st, i);
	return (struct span){ p, (size_t)sqlite3_column_bytes(st, i) };
}

/* Numbers by their plain text, text and blobs by their bytes. */
static void
put_plain(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	char digits[DECIMAL_DOUBLE_MAX];

	if (storage == SQLITE_TEXT || storage == SQLITE_BLOB)
		put_span(c, stored_bytes(st, i));
	else
		put_span(c, number_text(st, i, digits));
}

static void
put_demoted(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	char digits[DECIMAL_DOUBLE_MAX];

	if (storage == SQLITE_TEXT || storage == SQLITE_BLOB)
		put_span(c, stored_bytes(st, i));
	else
		emit_number_text(c, number_text(st, i, digits));
}

static bool
is_canonical(struct span s)
{
	size_t i = s.len && s.data[0] == '-', first = i;

	if (s.len == 3 && memcmp(s.data, "NaN", 3) == 0)
		return true;
	while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
		i++;
	size_t whole = i - first;
	if (whole == 0 || (whole > 1 && s.data[first] == '0'))
		return false;
	if (i == s.len) /* minus zero is written "0" */
		return !(first && whole == 1 && s.data[first] == '0');
	if (s.data[i] != '.' || s.len - i < 2 || s.data[s.len - 1] == '0')
		return false;
	for (i++; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return s.len <= LIMIT_DECIMAL_DIGITS;
}

static bool
put_decimal(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	char digits[DECIMAL_DOUBLE_MAX];
	struct span s;

	if (storage == SQLITE_BLOB)
		return false;
	if (storage == SQLITE_TEXT) {
		s = stored_bytes(st, i);
		if (c->comma || !is_canonical(s))
			return false;
	} else {
		s = number_text(st, i, digits);
	}
	put_span(c, s);
	return true;
}

static bool
put_bool(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	int64_t v = sqlite3_column_int64(st, i);

	if (storage != SQLITE_INTEGER || (v != 0 && v != 1))
		return false;
	column_builder_fixed(&c->values, &(uint8_t){ (uint8_t)v });
	return true;
}

static bool
put_int(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	if (storage != SQLITE_INTEGER)
		return false;
	column_builder_fixed(
	    &c->values, &(int64_t){ sqlite3_column_int64(st, i) });
	return true;
}

static bool
put_float(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	if (storage != SQLITE_FLOAT && storage != SQLITE_INTEGER)
		return false;
	column_builder_fixed(
	    &c->values, &(double){ sqlite3_column_double(st, i) });
	return true;
}

static bool
put_json(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	if (storage == SQLITE_BLOB ||
	    (storage == SQLITE_FLOAT &&
		!isfinite(sqlite3_column_double(st, i))))
		return false;
	put_plain(c, st, i, storage);
	return true;
}

enum value_type
sqlite_value_travels(enum value_type declared)
{
	switch (declared) {
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
		return VT_TEXT;
	case VT_BOOL:
	case VT_INT:
	case VT_DECIMAL:
	case VT_FLOAT:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return declared;
}

/* False, and nothing added, if the value does not fit the declared type. */
static bool
put_declared(struct emit_column *c, sqlite3_stmt *st, int i, int storage)
{
	switch (c->declared) {
	case VT_BOOL:
		return put_bool(c, st, i, storage);
	case VT_INT:
		return put_int(c, st, i, storage);
	case VT_DECIMAL:
		return put_decimal(c, st, i, storage);
	case VT_FLOAT:
		return put_float(c, st, i, storage);
	case VT_TEXT:
	case VT_BYTES:
		put_plain(c, st, i, storage);
		return true;
	case VT_JSON:
		return put_json(c, st, i, storage);
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return false;
}

int
sqlite_value_put(
    struct emit *em, int i, sqlite3_stmt *st, size_t *bytes, struct err *e)
{
	struct emit_column *c = &em->cols[i];
	int storage = sqlite3_column_type(st, i);

	if (storage == SQLITE_NULL) {
		column_builder_null(&c->values);
		return 0;
	}
	if (storage == SQLITE_TEXT || storage == SQLITE_BLOB) {
		size_t n = (size_t)sqlite3_column_bytes(st, i);
		if (n > LIMIT_VALUE_BYTES)
			return emit_too_large(em, c, n, e);
		*bytes += n;
	} else {
		*bytes += 8;
	}
	if (!c->demoted && put_declared(c, st, i, storage))
		return 0;
	if (!c->demoted)
		emit_demote(em, c);
	put_demoted(c, st, i, storage);
	return 0;
}
