#include "proto/canon.h"
#include "proto/decimal.h"
#include "proto/limits.h"
#include <string.h>

static const char tags[] = {
	[VT_BOOL] = 'b',
	[VT_INT] = 'n',
	[VT_DECIMAL] = 'n',
	[VT_FLOAT] = 'n',
	[VT_TEXT] = 't',
	[VT_BYTES] = 'x',
	[VT_DATE] = 'd',
	[VT_TIME] = 'c',
	[VT_TIMESTAMP] = 's',
	[VT_TIMESTAMPTZ] = 'z',
	[VT_UUID] = 'u',
	[VT_JSON] = 'j',
	[VT_OPAQUE] = 'o',
};
_Static_assert(sizeof(tags) == VT_COUNT, "one tag per value type");

char
canon_tag(enum value_type t)
{
	return tags[t];
}

/* What a tag reads back as; VT_COUNT if it is none. */
static enum value_type
type_of_tag(char tag)
{
	if (tag == 'n')
		return VT_DECIMAL;
	for (size_t i = 0; i < VT_COUNT; i++)
		if (tags[i] == tag)
			return (enum value_type)i;
	return VT_COUNT;
}

static void
put(struct buf *out, const void *p, size_t n)
{
	buf_put_uleb(out, n);
	buf_put(out, p, n);
}

void
canon_value(const struct value *v, struct buf *out)
{
	char number[DECIMAL_DOUBLE_MAX];
	const uint8_t truth = v->type == VT_BOOL && v->b;

	buf_putc(out, (uint8_t)tags[v->type]);
	switch (v->type) {
	case VT_BOOL:
		put(out, &truth, 1);
		break;
	case VT_INT:
		put(out, number, decimal_from_i64(v->i, number));
		break;
	case VT_FLOAT:
		put(out, number, decimal_from_double(v->f, number));
		break;
	case VT_DATE:
		/* Little-endian: the low half stands first. */
		put(out, &v->i, 4);
		break;
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		put(out, &v->i, 8);
		break;
	case VT_UUID:
		put(out, v->uuid, 16);
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		put(out, v->s.data, v->s.len);
		break;
	}
}

static bool
is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.data, word, s.len) == 0;
}

static size_t
digits(struct span s, size_t from)
{
	size_t i = from;
	while (i < s.len && s.data[i] >= '0' && s.data[i] <= '9')
		i++;
	return i - from;
}

/* Every function of decimal.h relies on this form, so what comes from a file
 * or a link is checked against it. */
static bool
is_canonical(struct span s)
{
	if (is_word(s, "NaN") || is_word(s, "Infinity") ||
	    is_word(s, "-Infinity") || is_word(s, "0"))
		return true;
	size_t i = s.len && s.data[0] == '-';
	size_t whole = digits(s, i);
	bool zero = whole && s.data[i] == '0';
	if (!whole || (zero && whole > 1) || whole > LIMIT_DECIMAL_DIGITS)
		return false;
	i += whole;
	if (i == s.len)
		return !zero;
	size_t fraction = s.data[i] == '.' ? digits(s, i + 1) : 0;
	return fraction && fraction <= LIMIT_DECIMAL_DIGITS &&
	       i + 1 + fraction == s.len && s.data[s.len - 1] != '0';
}

static int
bad(struct err *e, size_t i, const char *what)
{
	return err_data(e, "bad_key", "packed key, value %zu: %s", i + 1, what);
}

static int
take_bytes(struct value *v, struct span s)
{
	switch (v->type) {
	case VT_BOOL:
		v->b = s.len && s.data[0];
		return s.len == 1 && s.data[0] <= 1 ? 0 : -1;
	case VT_DATE: {
		int32_t days = 0;
		if (s.len != sizeof(days))
			return -1;
		memcpy(&days, s.data, sizeof(days));
		v->i = days;
		return 0;
	}
	case VT_INT:
	case VT_FLOAT:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		if (s.len != sizeof(v->i))
			return -1;
		memcpy(&v->i, s.data, sizeof(v->i));
		return 0;
	case VT_UUID:
		if (s.len != sizeof(v->uuid))
			return -1;
		memcpy(v->uuid, s.data, sizeof(v->uuid));
		return 0;
	case VT_DECIMAL:
		v->s = s;
		return is_canonical(s) ? 0 : -1;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		v->s = s;
		return 0;
	}
	return -1;
}

int
canon_unpack(struct span in, struct value *values, size_t n, struct err *e)
{
	if (!in.len)
		return n ? bad(e, 0, "missing") : 0;
	const uint8_t *p = in.data, *end = in.data + in.len;
	for (size_t i = 0; i < n; i++) {
		uint64_t len;
		if (p == end)
			return bad(e, i, "missing");
		values[i] = (struct value){ .type = type_of_tag((char)*p++) };
		if (values[i].type == VT_COUNT)
			return bad(e, i, "unknown type tag");
		if (uleb_get(&p, end, &len) || len > LIMIT_VALUE_BYTES ||
		    len > (size_t)(end - p))
			return bad(e, i, "its length runs past the end");
		if (take_bytes(&values[i], (struct span){ p, len }))
			return bad(e, i, "its bytes are not of its type");
		p += len;
	}
	return p == end ? 0 : bad(e, n, "bytes after the last one");
}
