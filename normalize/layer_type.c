#include "normalize/layers.h"
#include "normalize/utf8.h"
#include "proto/decimal.h"
#include <string.h>

static enum verdict
bad(struct layer_work *w, const char *code, const char *text)
{
	return refuse(&w->why, "type", code, text);
}

/* How a number is read that did not come as text: as we write it. */
static const struct number_options plain_number = {
	.decimal = '.', .precision = -1, .scale = -1
};

/*
 * The value as text to be read by another layer. What came as text, or as
 * bytes that should be text, goes through layer 2 first.
 */
static enum verdict
as_text(const struct conversion *c, const struct value *in, struct span *s,
    struct layer_work *w)
{
	switch (in->type) {
	case VT_TEXT:
	case VT_BYTES:
	case VT_OPAQUE:
		return layer_text(&c->text, in->s, s, w);
	case VT_DECIMAL:
	case VT_JSON:
		*s = in->s;
		return VERDICT_OK;
	case VT_BOOL:
	case VT_INT:
	case VT_FLOAT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_COUNT:
		break;
	}
	buf_clear(&w->plain);
	value_text(in, &w->plain);
	*s = buf_span(&w->plain);
	return VERDICT_OK;
}

static bool
is_number(enum value_type t)
{
	return t == VT_BOOL || t == VT_INT || t == VT_DECIMAL || t == VT_FLOAT;
}

static bool
is_temporal(enum value_type t)
{
	return t == VT_DATE || t == VT_TIME || t == VT_TIMESTAMP ||
	       t == VT_TIMESTAMPTZ;
}

/* --- numbers and bool ---------------------------------------------------- */
/* A value of a numeric type as canonical decimal. */
static struct span
number_text(const struct value *in, struct layer_work *w)
{
	if (in->type == VT_DECIMAL)
		return in->s;
	struct buf *b = &w->number;
	buf_clear(b);
	buf_reserve(b, DECIMAL_DOUBLE_MAX);
	char *to = (char *)b->data;
	if (in->type == VT_FLOAT)
		b->len = decimal_from_double(in->f, to);
	else
		b->len =
		    decimal_from_i64(in->type == VT_BOOL ? in->b : in->i, to);
	return buf_span(b);
}

static enum verdict
as_number(const struct conversion *c, const struct value *in,
    struct span *canon, struct layer_work *w)
{
	struct span s;
	enum verdict v;
	if (is_number(in->type)) {
		s = number_text(in, w);
	} else {
		v = as_text(c, in, &s, w);
		if (v != VERDICT_OK)
			return v;
		bool text = in->type == VT_TEXT || in->type == VT_BYTES ||
			    in->type == VT_OPAQUE;
		v = layer_number(text ? &c->number : &plain_number, s, &s, w);
		if (v != VERDICT_OK)
			return v;
	}
	return layer_number_fit(&c->number, s, canon, w);
}

static bool
is_finite(struct span canon)
{
	uint8_t last = canon.data[canon.len - 1];
	return (uint8_t)(last - '0') < 10;
}

static enum verdict
to_int(struct span canon, struct value *out, struct layer_work *w)
{
	size_t whole, fraction;
	if (decimal_to_i64(canon, &out->i) == 0)
		return VERDICT_OK;
	decimal_digits(canon, &whole, &fraction);
	if (fraction || !is_finite(canon))
		return refuse(
		    &w->why, "number", "bad_number", "not a whole number");
	return refuse(&w->why, "number", "out_of_range",
	    "beyond the whole numbers of 64 bits");
}

static enum verdict
to_float(const struct value *in, struct span canon, struct value *out,
    struct layer_work *w)
{
	bool lost = decimal_to_double(canon, &out->f) < 0 ||
		    (out->f == 0 && canon.data[canon.len - 1] != '0');
	if (lost)
		return refuse(&w->why, "number", "out_of_range",
		    "beyond the numbers a float can hold");
	if (in->type != VT_INT && in->type != VT_DECIMAL)
		return VERDICT_OK;
	char text[DECIMAL_DOUBLE_MAX];
	size_t n = decimal_from_double(out->f, text);
	if (n != canon.len || memcmp(text, canon.data, n) != 0)
		return refuse(&w->why, "number", "out_of_range",
		    "has more digits than a float can hold");
	return VERDICT_OK;
}

static enum verdict
to_number(const struct conversion *c, const struct value *in, struct value *out,
    struct layer_work *w)
{
	struct span canon;
	enum verdict v = as_number(c, in, &canon, w);
	if (v != VERDICT_OK)
		return v;
	if (c->to == VT_INT)
		return to_int(canon, out, w);
	if (c->to == VT_FLOAT)
		return to_float(in, canon, out, w);
	out->s = canon;
	return VERDICT_OK;
}

static bool
is_word(struct span s, const char *word)
{
	if (s.len != strlen(word))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.data[i];
		if ((uint8_t)(c - 'A') < 26)
			c |= 0x20;
		if (c != (uint8_t)word[i])
			return false;
	}
	return true;
}

static enum verdict
to_bool(const struct conversion *c, const struct value *in, struct value *out,
    struct layer_work *w)
{
	static const char *const words[][2] = { { "false", "true" },
		{ "f", "t" }, { "no", "yes" }, { "n", "y" }, { "off", "on" },
		{ "0", "1" } };
	struct span s;
	enum verdict v = VERDICT_OK;
	if (is_number(in->type))
		s = number_text(in, w);
	else
		v = as_text(c, in, &s, w);
	if (v != VERDICT_OK)
		return v;
	bool number = is_number(in->type);
	for (size_t i = number ? ARRAY_LEN(words) - 1 : 0; i < ARRAY_LEN(words);
	     i++) {
		for (int b = 0; b < 2; b++) {
			if (!is_word(s, words[i][b]))
				continue;
			out->b = b;
			return VERDICT_OK;
		}
	}
	return bad(w, "bad_bool",
	    number ? "a number other than 0 and 1"
		   : "not one of true t yes y on 1, false f no n off 0");
}

/* --- the others ---------------------------------------------------------- */
static enum verdict
to_temporal(const struct conversion *c, const struct value *in,
    struct value *out, struct layer_work *w)
{
	struct span s;
	if (is_temporal(in->type))
		return layer_datetime_convert(
		    &c->datetime, in, c->to, &out->i, w);
	enum verdict v = as_text(c, in, &s, w);
	if (v != VERDICT_OK)
		return v;
	return layer_datetime(&c->datetime, c->to, s, &out->i, w);
}

static int
hex_digit(uint8_t c)
{
	if ((uint8_t)(c - '0') < 10)
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 hex digits, bare or as 8-4-4-4-12, bare or in braces. */
static bool
parse_uuid(struct span s, uint8_t out[16])
{
	if (s.len >= 2 && s.data[0] == '{' && s.data[s.len - 1] == '}')
		s = (struct span){ s.data + 1, s.len - 2 };
	bool hyphens = s.len == 36;
	if (!hyphens && s.len != 32)
		return false;
	size_t at = 0;
	for (size_t i = 0; i < 16; i++) {
		if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) &&
		    s.data[at++] != '-')
			return false;
		int high = hex_digit(s.data[at++]);
		int low = hex_digit(s.data[at++]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum verdict
to_uuid(const struct conversion *c, const struct value *in, struct value *out,
    struct layer_work *w)
{
	struct span s;
	if (in->type == VT_BYTES && in->s.len == 16) {
		memcpy(out->uuid, in->s.data, 16);
		return VERDICT_OK;
	}
	enum verdict v = as_text(c, in, &s, w);
	if (v != VERDICT_OK)
		return v;
	if (!parse_uuid(utf8_ascii(s) ? utf8_trim(s) : s, out->uuid))
		return bad(w, "bad_uuid", "not a UUID");
	return VERDICT_OK;
}

static enum verdict
to_bytes(const struct value *in, struct value *out, struct layer_work *w)
{
	if (!value_type_width(in->type)) {
		out->s = in->s;
		return VERDICT_OK;
	}
	buf_clear(&w->bytes);
	if (in->type == VT_UUID)
		buf_put(&w->bytes, in->uuid, sizeof(in->uuid));
	else
		value_text(in, &w->bytes);
	out->s = buf_span(&w->bytes);
	return VERDICT_OK;
}

static enum verdict
to_json(const struct conversion *c, const struct value *in, struct value *out,
    struct layer_work *w)
{
	struct span s;
	enum verdict v = as_text(c, in, &s, w);
	if (v != VERDICT_OK)
		return v;
	struct buf *b = &w->bytes;
	buf_clear(b);
	const char *why = NULL;
	if (is_temporal(in->type) || in->type == VT_UUID)
		json_put_string(b, s);
	else if (json_canonical(s, b, &w->json, &why) < 0)
		return bad(w, "bad_json", why);
	out->s = buf_span(b);
	return VERDICT_OK;
}

static enum verdict
to_text(const struct conversion *c, const struct value *in, struct value *out,
    struct layer_work *w)
{
	if (in->type == VT_JSON)
		return layer_text(&c->text, in->s, &out->s, w);
	return as_text(c, in, &out->s, w);
}

enum verdict
layer_convert(const struct conversion *c, const struct value *in,
    struct value *out, struct layer_work *w)
{
	*out = (struct value){ .type = c->to };
	if (layer_convert_keeps(c, in->type)) {
		*out = *in;
		return VERDICT_OK;
	}
	switch (c->to) {
	case VT_BOOL:
		return to_bool(c, in, out, w);
	case VT_INT:
	case VT_DECIMAL:
	case VT_FLOAT:
		return to_number(c, in, out, w);
	case VT_TEXT:
	case VT_OPAQUE:
		return to_text(c, in, out, w);
	case VT_BYTES:
		return to_bytes(in, out, w);
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return to_temporal(c, in, out, w);
	case VT_UUID:
		return to_uuid(c, in, out, w);
	case VT_JSON:
		return to_json(c, in, out, w);
	case VT_COUNT:
		break;
	}
	return bad(w, "bad_text", "no conversion to this type");
}

bool
layer_convert_keeps(const struct conversion *c, enum value_type from)
{
	if (from != c->to || from == VT_TEXT || from == VT_JSON)
		return false;
	bool number = from == VT_INT || from == VT_DECIMAL || from == VT_FLOAT;
	return !number || (c->number.scale < 0 && c->number.precision < 0);
}
