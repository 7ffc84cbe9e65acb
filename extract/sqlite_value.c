#include "extract/sqlite_value.h"
#include "proto/column_put.h"
#include "proto/decimal.h"
#include <math.h>
#include <sqlite3.h>
#include <string.h>

/* A value and what was asked about it: each question is a call. */
struct cell {
	sqlite3_value *v;
	int storage;
	struct span s; /* text and blobs only */
};

static inline void
put_span(struct emit_column *c, struct span s)
{
	column_put_bytes(&c->values, s.data, s.len, s.len);
}

static struct span
number_text(const struct cell *x, char out[DECIMAL_DOUBLE_MAX])
{
	struct span s = { (const uint8_t *)out, 0 };

	if (x->storage == SQLITE_INTEGER)
		s.len = decimal_from_i64(sqlite3_value_int64(x->v), out);
	else
		s.len = decimal_from_double(sqlite3_value_double(x->v), out);
	return s;
}

static bool
has_bytes(const struct cell *x)
{
	return x->storage == SQLITE_TEXT || x->storage == SQLITE_BLOB;
}

static const uint8_t *
stored_bytes(const struct cell *x)
{
	/* As a blob, a text would come in the file's own encoding. */
	return x->storage == SQLITE_TEXT ? sqlite3_value_text(x->v)
					 : sqlite3_value_blob(x->v);
}

/* Numbers by their plain text, text and blobs by their bytes. */
static void
put_plain(struct emit_column *c, const struct cell *x)
{
	char digits[DECIMAL_DOUBLE_MAX];

	put_span(c, has_bytes(x) ? x->s : number_text(x, digits));
}

static void
put_demoted(struct emit_column *c, const struct cell *x)
{
	char digits[DECIMAL_DOUBLE_MAX];

	if (has_bytes(x))
		put_span(c, x->s);
	else
		emit_number_text(c, number_text(x, digits));
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
put_decimal(struct emit_column *c, const struct cell *x)
{
	char digits[DECIMAL_DOUBLE_MAX];

	if (x->storage == SQLITE_BLOB ||
	    (x->storage == SQLITE_TEXT && (c->comma || !is_canonical(x->s))))
		return false;
	put_span(c, has_bytes(x) ? x->s : number_text(x, digits));
	return true;
}

static bool
put_bool(struct emit_column *c, const struct cell *x)
{
	int64_t v =
	    x->storage == SQLITE_INTEGER ? sqlite3_value_int64(x->v) : -1;

	if (v != 0 && v != 1)
		return false;
	column_put_u8(&c->values, (uint8_t)v);
	return true;
}

static bool
put_int(struct emit_column *c, const struct cell *x)
{
	if (x->storage != SQLITE_INTEGER)
		return false;
	column_put_i64(&c->values, sqlite3_value_int64(x->v));
	return true;
}

static bool
put_float(struct emit_column *c, const struct cell *x)
{
	if (has_bytes(x))
		return false;
	column_builder_fixed(
	    &c->values, &(double){ sqlite3_value_double(x->v) });
	return true;
}

static bool
put_json(struct emit_column *c, const struct cell *x)
{
	if (x->storage == SQLITE_BLOB ||
	    (x->storage == SQLITE_FLOAT &&
		!isfinite(sqlite3_value_double(x->v))))
		return false;
	put_plain(c, x);
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
put_declared(struct emit_column *c, const struct cell *x)
{
	switch (c->declared) {
	case VT_BOOL:
		return put_bool(c, x);
	case VT_INT:
		return put_int(c, x);
	case VT_DECIMAL:
		return put_decimal(c, x);
	case VT_FLOAT:
		return put_float(c, x);
	case VT_TEXT:
	case VT_BYTES:
		put_plain(c, x);
		return true;
	case VT_JSON:
		return put_json(c, x);
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
sqlite_value_put(struct emit *em, int i, sqlite3_stmt *st,
    const struct sqlite_value_limit *most, size_t *bytes)
{
	struct emit_column *c = &em->cols[i];
	/* The value itself: nothing but this statement's next step, here in
	 * this thread, changes it, and it is asked about more than once. */
	sqlite3_value *v = sqlite3_column_value(st, i);
	struct cell x = { .v = v, .storage = sqlite3_value_type(v) };

	if (x.storage == SQLITE_NULL) {
		column_put_null(&c->values);
		return 0;
	}
	if (has_bytes(&x)) {
		x.s.len = (size_t)sqlite3_value_bytes(v);
		if (x.s.len > most->handled && !most->kept)
			return -1;
		if (x.s.len > most->handled)
			x.s.len = most->kept;
		x.s.data = stored_bytes(&x);
		*bytes += x.s.len;
	} else {
		*bytes += 8;
	}
	if (!c->demoted && put_declared(c, &x))
		return 0;
	if (!c->demoted)
		emit_demote(em, c);
	put_demoted(c, &x);
	return 0;
}

size_t
sqlite_value_bytes(sqlite3_stmt *st, int i)
{
	struct cell x = { .v = sqlite3_column_value(st, i) };

	x.storage = sqlite3_value_type(x.v);
	return has_bytes(&x) ? (size_t)sqlite3_value_bytes(x.v) : 0;
}
