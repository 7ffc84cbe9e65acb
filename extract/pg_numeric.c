#include "extract/pg_numeric_short.h"
#include "extract/pg_value.h"
#include "proto/limits.h"
#include <stdbool.h>
#include <string.h>

enum { NUMERIC_BASE = 10000, NUMERIC_DIGITS_MAX = LIMIT_DECIMAL_DIGITS / 4 };
enum { SIGN_NAN = 0xc000, SIGN_PINF = 0xd000, SIGN_NINF = 0xf000 };

static void
put_word(struct emit_column *c, const char *word)
{
	column_builder_bytes(&c->values, word, strlen(word));
}

static uint8_t *
put4(uint8_t *out, unsigned v)
{
	out[0] = (uint8_t)('0' + v / 1000);
	out[1] = (uint8_t)('0' + v / 100 % 10);
	out[2] = (uint8_t)('0' + v / 10 % 10);
	out[3] = (uint8_t)('0' + v % 10);
	return out + 4;
}

/* Without leading zeros; at least one digit. */
static uint8_t *
put_first(uint8_t *out, unsigned v)
{
	uint8_t tmp[4];
	int skip = v >= 1000 ? 0 : v >= 100 ? 1 : v >= 10 ? 2 : 3;

	put4(tmp, v);
	for (int i = skip; i < 4; i++)
		*out++ = tmp[i];
	return out;
}

static uint8_t *
put_whole(uint8_t *out, const uint8_t *d, int ndigits, int weight)
{
	if (weight < 0) {
		*out++ = '0';
		return out;
	}
	out = put_first(out, pg_u16(d));
	for (int i = 1; i <= weight; i++)
		out = put4(out, i < ndigits ? pg_u16(d + 2 * i) : 0);
	return out;
}

static uint8_t *
put_fraction(uint8_t *out, const uint8_t *d, int ndigits, int weight)
{
	if (ndigits <= weight + 1)
		return out;
	uint8_t *point = out;
	*out++ = '.';
	for (int i = weight + 1; i < 0; i++)
		out = put4(out, 0);
	for (int i = weight < 0 ? 0 : weight + 1; i < ndigits; i++)
		out = put4(out, pg_u16(d + 2 * i));
	while (out[-1] == '0')
		out--;
	return out[-1] == '.' ? point : out;
}

static bool
digits_valid(const uint8_t *d, int ndigits)
{
	for (int i = 0; i < ndigits; i++)
		if (pg_u16(d + 2 * i) >= NUMERIC_BASE)
			return false;
	return true;
}

static int
put_special(struct emit_column *c, unsigned sign, size_t n, struct err *e)
{
	switch (sign) {
	case SIGN_NAN:
		put_word(c, "NaN");
		return 0;
	case SIGN_PINF:
		put_word(c, "Infinity");
		return 0;
	case SIGN_NINF:
		put_word(c, "-Infinity");
		return 0;
	default:
		return pg_value_bad(c, n, e);
	}
}

int
pg_numeric_put_plain(
    struct emit_column *c, const uint8_t *p, size_t n, struct err *e)
{
	if (n < PG_NUMERIC_HEAD)
		return pg_value_bad(c, n, e);
	int ndigits = pg_u16(p), weight = (int16_t)pg_u16(p + 2);
	unsigned sign = pg_u16(p + 4);
	const uint8_t *d = p + PG_NUMERIC_HEAD;

	if (sign != PG_NUMERIC_POSITIVE && sign != PG_NUMERIC_NEGATIVE)
		return put_special(c, sign, n, e);
	if (n != PG_NUMERIC_HEAD + 2 * (size_t)ndigits ||
	    ndigits > NUMERIC_DIGITS_MAX || !digits_valid(d, ndigits))
		return pg_value_bad(c, n, e);
	/* The server strips zeros at both ends; the text depends on it. */
	for (; ndigits && pg_u16(d) == 0; d += 2, ndigits--)
		weight--;
	if (ndigits == 0) {
		put_word(c, "0");
		return 0;
	}
	size_t whole = weight < 0 ? 1 : 4 * ((size_t)weight + 1);
	size_t zeros = weight < -1 ? 4 * (size_t)(-weight - 1) : 0;
	if (whole + zeros > LIMIT_DECIMAL_DIGITS)
		return pg_value_bad(c, n, e);
	uint8_t *start = column_builder_room(
	    &c->values, whole + zeros + 4 * (size_t)ndigits + 2);
	uint8_t *out = start;
	if (sign == PG_NUMERIC_NEGATIVE)
		*out++ = '-';
	out = put_whole(out, d, ndigits, weight);
	out = put_fraction(out, d, ndigits, weight);
	column_builder_commit(&c->values, (size_t)(out - start));
	return 0;
}

int
pg_numeric_put(struct emit_column *c, const uint8_t *p, size_t n, struct err *e)
{
	if (pg_numeric_put_short(&c->values, p, n))
		return 0;
	return pg_numeric_put_plain(c, p, n, e);
}
