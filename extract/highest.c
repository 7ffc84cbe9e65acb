#include "extract/highest.h"
#include "proto/datetime.h"
#include "proto/rowversion.h"
#include <math.h>
#include <string.h>

static bool
is_finite(const struct value *v)
{
	switch (v->type) {
	case VT_FLOAT:
		return isfinite(v->f);
	case VT_DECIMAL:
		return !memchr(v->s.data, 'N', v->s.len) &&
		       !memchr(v->s.data, 'I', v->s.len);
	case VT_DATE:
		return v->i != DATE_INFINITY;
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return v->i != MICROS_INFINITY;
	case VT_BOOL:
	case VT_INT:
	case VT_TEXT:
	case VT_BYTES:
	case VT_TIME:
	case VT_UUID:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return true;
}

static void
raise_to(struct buf *highest, const struct value *v)
{
	struct buf enc = { 0 };

	rowversion_encode(v, &enc);
	if (highest->len == 0 ||
	    rowversion_compare(buf_span(&enc), buf_span(highest)) > 0) {
		buf_clear(highest);
		buf_put(highest, enc.data, enc.len);
	}
	buf_free(&enc);
}

/* Integers and times are compared as such: only the highest of them has to
 * be encoded. */
static void
note_fixed(struct buf *highest, const struct column *c, size_t nrows)
{
	int64_t top = c->type == VT_INT ? INT64_MAX : MICROS_INFINITY - 1;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < nrows; i++) {
		if (column_null(c, i) || column_i64(c, i) > top)
			continue;
		if (best == SIZE_MAX || column_i64(c, i) > column_i64(c, best))
			best = i;
	}
	if (best != SIZE_MAX) {
		struct value v = column_value(c, best);
		raise_to(highest, &v);
	}
}

void
highest_note(struct buf *highest, const struct column *c, size_t nrows)
{
	if (value_type_width(c->type) == 8 && c->type != VT_FLOAT) {
		note_fixed(highest, c, nrows);
		return;
	}
	for (size_t i = 0; i < nrows; i++) {
		struct value v = column_value(c, i);
		if (!v.null && is_finite(&v))
			raise_to(highest, &v);
	}
}
