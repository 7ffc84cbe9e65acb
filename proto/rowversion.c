#include "proto/rowversion.h"
#include "proto/canon.h"
#include "proto/decimal.h"
#include "proto/limits.h"
#include <string.h>
#include <xxhash.h>

enum number_class { NEG_INF, NEGATIVE, ZERO, POSITIVE, POS_INF, NOT_A_NUMBER };

enum { EXPONENT_BYTES = 4 };
#define EXPONENT_BIAS (UINT32_C(1) << 31)

static void
put_be(struct buf *out, uint64_t v, size_t n)
{
	uint8_t *p = buf_extend(out, n);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static uint64_t
get_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static enum number_class
classify(struct span s)
{
	if (s.data[0] == 'N')
		return NOT_A_NUMBER;
	if (s.data[0] == 'I')
		return POS_INF;
	if (s.data[0] == '-')
		return s.data[1] == 'I' ? NEG_INF : NEGATIVE;
	return s.len == 1 && s.data[0] == '0' ? ZERO : POSITIVE;
}

/* s: canonical digits with at most one point, no sign. Appends them without
 * the point and returns the exponent: 0.d1d2d3… × 10^exponent. */
static int64_t
put_digits(struct span s, struct buf *out)
{
	size_t start = out->len;
	int64_t exponent = 0;
	bool point = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '.') {
			point = true;
			continue;
		}
		bool leading = out->len == start && s.data[i] == '0';
		if (!point && !leading)
			exponent++;
		if (point && leading)
			exponent--;
		if (!leading)
			buf_putc(out, s.data[i]);
	}
	while (out->len > start && out->data[out->len - 1] == '0')
		out->len--;
	return exponent;
}

static void
put_number(struct span s, struct buf *out)
{
	enum number_class cls = classify(s);
	buf_putc(out, (uint8_t)cls);
	if (cls != NEGATIVE && cls != POSITIVE)
		return;
	if (cls == NEGATIVE)
		s = (struct span){ s.data + 1, s.len - 1 };
	size_t start = out->len;
	put_be(out, 0, EXPONENT_BYTES);
	int64_t exponent = put_digits(s, out);
	uint32_t biased = (uint32_t)(exponent + EXPONENT_BIAS);
	for (size_t i = 0; i < EXPONENT_BYTES; i++)
		out->data[start + i] = (uint8_t)(biased >> (24 - 8 * i));
	if (cls == POSITIVE)
		return;
	for (size_t i = start; i < out->len; i++)
		out->data[i] = (uint8_t)~out->data[i];
	/* Of two negatives the one with more digits is the lower. */
	buf_putc(out, 0xff);
}

void
rowversion_encode(const struct value *v, struct buf *out)
{
	char number[DECIMAL_DOUBLE_MAX];
	struct span s = { (const uint8_t *)number, 0 };

	if (v->null)
		return;
	buf_putc(out, (uint8_t)canon_tag(v->type));
	switch (v->type) {
	case VT_BOOL:
		buf_putc(out, v->b);
		break;
	case VT_INT:
		s.len = decimal_from_i64(v->i, number);
		put_number(s, out);
		break;
	case VT_FLOAT:
		s.len = decimal_from_double(v->f, number);
		put_number(s, out);
		break;
	case VT_DECIMAL:
		put_number(v->s, out);
		break;
	case VT_DATE:
		put_be(out, (uint32_t)v->i ^ UINT32_C(1) << 31, 4);
		break;
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		put_be(out, (uint64_t)v->i ^ UINT64_C(1) << 63, 8);
		break;
	case VT_UUID:
		buf_put(out, v->uuid, sizeof(v->uuid));
		break;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		buf_put(out, v->s.data, v->s.len);
		break;
	}
}

/* Puts the point back into digits; they were checked. */
static void
put_plain(struct span digits, int64_t exponent, struct buf *out)
{
	int64_t n = (int64_t)digits.len;
	if (exponent <= 0) {
		buf_puts(out, "0.");
		for (int64_t i = exponent; i < 0; i++)
			buf_putc(out, '0');
		buf_put(out, digits.data, digits.len);
		return;
	}
	int64_t whole = exponent < n ? exponent : n;
	buf_put(out, digits.data, (size_t)whole);
	for (int64_t i = n; i < exponent; i++)
		buf_putc(out, '0');
	if (n == whole)
		return;
	buf_putc(out, '.');
	buf_put(out, digits.data + whole, (size_t)(n - whole));
}

static bool
digits_valid(struct span s)
{
	if (!s.len || s.len > LIMIT_DECIMAL_DIGITS || s.data[0] == '0' ||
	    s.data[s.len - 1] == '0')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return true;
}

/* in: exponent and digits. tmp holds a negative's complement. */
static int
get_finite(struct span in, bool negative, struct buf *tmp, struct buf *out)
{
	if (negative && (!in.len || in.data[in.len - 1] != 0xff))
		return -1;
	for (size_t i = 0; negative && i + 1 < in.len; i++)
		buf_putc(tmp, (uint8_t)~in.data[i]);
	if (negative)
		in = buf_span(tmp);
	if (in.len <= EXPONENT_BYTES)
		return -1;
	int64_t exponent =
	    (int64_t)get_be(in.data, EXPONENT_BYTES) - EXPONENT_BIAS;
	struct span digits = { in.data + EXPONENT_BYTES,
		in.len - EXPONENT_BYTES };
	if (exponent > LIMIT_DECIMAL_DIGITS ||
	    exponent < -(int64_t)LIMIT_DECIMAL_DIGITS || !digits_valid(digits))
		return -1;
	if (negative)
		buf_putc(out, '-');
	put_plain(digits, exponent, out);
	return 0;
}

static int
get_number(struct span in, struct buf *out)
{
	static const char *const words[] = {
		[NEG_INF] = "-Infinity",
		[ZERO] = "0",
		[POS_INF] = "Infinity",
		[NOT_A_NUMBER] = "NaN",
	};
	if (!in.len || in.data[0] > NOT_A_NUMBER)
		return -1;
	enum number_class cls = (enum number_class)in.data[0];
	if (cls != NEGATIVE && cls != POSITIVE) {
		buf_puts(out, words[cls]);
		return in.len == 1 ? 0 : -1;
	}
	struct buf tmp = { 0 };
	struct span rest = { in.data + 1, in.len - 1 };
	int r = get_finite(rest, cls == NEGATIVE, &tmp, out);
	buf_free(&tmp);
	return r;
}

static int
get_instant(struct span in, size_t width, struct value *v)
{
	if (in.len != width)
		return -1;
	uint64_t flipped = get_be(in.data, width) ^ UINT64_C(1)
							<< (8 * width - 1);
	v->i = width == 4 ? (int32_t)(uint32_t)flipped : (int64_t)flipped;
	return 0;
}

static int
get_bytes(struct span in, struct buf *out, struct value *v)
{
	size_t start = out->len;
	int r = 0;
	buf_reserve(out, 1); /* also an empty value points somewhere */
	if (v->type == VT_DECIMAL)
		r = get_number(in, out);
	else
		buf_put(out, in.data, in.len);
	v->s = (struct span){ out->data + start, out->len - start };
	return r;
}

static int
get_value(char kind, struct span in, struct buf *out, struct value *v)
{
	static const struct {
		char kind;
		enum value_type type;
	} kinds[] = { { 'b', VT_BOOL }, { 'n', VT_DECIMAL }, { 't', VT_TEXT },
		{ 'x', VT_BYTES }, { 'd', VT_DATE }, { 'c', VT_TIME },
		{ 's', VT_TIMESTAMP }, { 'z', VT_TIMESTAMPTZ },
		{ 'u', VT_UUID }, { 'j', VT_JSON }, { 'o', VT_OPAQUE } };

	size_t i = 0;
	while (i < ARRAY_LEN(kinds) && kinds[i].kind != kind)
		i++;
	if (i == ARRAY_LEN(kinds))
		return -1;
	*v = (struct value){ .type = kinds[i].type };
	if (kind == 'b') {
		v->b = in.len && in.data[0];
		return in.len == 1 && in.data[0] <= 1 ? 0 : -1;
	}
	if (kind == 'u') {
		if (in.len != sizeof(v->uuid))
			return -1;
		memcpy(v->uuid, in.data, sizeof(v->uuid));
		return 0;
	}
	size_t width = value_type_width(v->type);
	return width ? get_instant(in, width, v) : get_bytes(in, out, v);
}

int
rowversion_decode(
    struct span in, struct buf *out, struct value *v, struct err *e)
{
	if (!in.len)
		return err_data(e, "bad_rowversion", "rowversion is empty");
	struct span rest = { in.data + 1, in.len - 1 };
	if (rest.len > LIMIT_VALUE_BYTES ||
	    get_value((char)in.data[0], rest, out, v))
		return err_data(e, "bad_rowversion",
		    "rowversion of kind 0x%02x is damaged", in.data[0]);
	return 0;
}

int
rowversion_compare(struct span a, struct span b)
{
	return span_compare(a, b);
}

uint64_t
rowversion_mark(struct span encoded)
{
	if (!encoded.len)
		return 0;
	uint64_t mark = XXH3_64bits(encoded.data, encoded.len);
	return mark ? mark : 1;
}
