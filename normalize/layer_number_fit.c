/* What a number's declared precision and scale make of it. */
#include "normalize/layers.h"
#include "proto/decimal.h"
#include <string.h>

static enum decimal_round
round_of(const struct number_options *o)
{
	switch (o->round) {
	case ROUND_HALF_UP:
		break;
	case ROUND_HALF_EVEN:
		return DECIMAL_HALF_EVEN;
	case ROUND_REJECT:
		return DECIMAL_EXACT;
	}
	return DECIMAL_HALF_UP;
}

/* The whole digits that precision leaves; -1: any number of them. */
static int64_t
room_of(const struct number_options *o)
{
	if (o->precision < 0)
		return -1;
	int room = o->precision - (o->scale > 0 ? o->scale : 0);
	return room > 0 ? room : 0; /* numeric(3,5): 0.00123 has none */
}

enum verdict
layer_number_fit(const struct number_options *o, struct span in,
    struct span *canon, struct layer_work *w)
{
	size_t whole, fraction;
	*canon = in;
	if (o->scale < 0 && o->precision < 0)
		return VERDICT_OK;
	decimal_digits(in, &whole, &fraction);
	if (o->scale >= 0 && fraction > (size_t)o->scale) {
		struct buf *out = &w->shown;
		buf_clear(out);
		if (decimal_round(in, (size_t)o->scale, round_of(o), out) < 0)
			return refuse(&w->why, "number", "out_of_range",
			    "has more fraction digits than its scale allows");
		*canon = buf_span(out);
		decimal_digits(*canon, &whole, &fraction);
	}
	int64_t room = room_of(o);
	if (room >= 0 && (int64_t)whole > room)
		return refuse(&w->why, "number", "out_of_range",
		    "has more digits than its precision allows");
	return VERDICT_OK;
}

/* --- a column of decimals ------------------------------------------------ */
/* The top bit of each byte of w that is a point. */
static inline uint64_t
points(uint64_t w)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	w ^= ones * '.';
	return ~((w & (ones * 0x7f)) + ones * 0x7f) & ~w & (ones * 0x80);
}

struct fit {
	int scale;        /* -1: any */
	size_t whole_max; /* digits before the point */
	/* Of the last eight bytes those where a point may be: the last
	 * scale + 1. */
	uint64_t short_enough;
};

static bool
fits(const struct fit *f, struct span s)
{
	size_t whole, fraction;
	decimal_digits(s, &whole, &fraction);
	return whole <= f->whole_max &&
	       (f->scale < 0 || fraction <= (size_t)f->scale);
}

/* The same, mostly by the last eight bytes, which are before end. A canonical
 * number has one point at most, and if it has one, a digit after it. */
static inline bool
fits_quick(const struct fit *f, const uint8_t *end, size_t len)
{
	uint64_t w;
	memcpy(&w, end - 8, 8);
	w = points(w);
	if (len > 8)
		return (w & f->short_enough) && len - 2 <= f->whole_max;
	return len <= f->whole_max &&
	       (w & ~f->short_enough) >> (64 - 8 * len) == 0;
}

bool
layer_number_fits_column(
    const struct number_options *o, const struct column *c, size_t nrows)
{
	if (o->scale < 0 && o->precision < 0)
		return true;
	int64_t room = room_of(o);
	bool any = o->scale < 0 || o->scale >= 7;
	struct fit f = { .scale = o->scale,
		.whole_max = room < 0 ? SIZE_MAX : (size_t)room,
		.short_enough =
		    any ? UINT64_MAX : UINT64_MAX << (8 * (7 - o->scale)) };
	size_t start, end = 0;
	for (size_t i = 0; i < nrows; i++) {
		start = end;
		end = column_off(c, i + 1);
		size_t len = end - start;
		if (end >= 8 && len && fits_quick(&f, c->data + end, len))
			continue;
		if (!column_null(c, i) &&
		    !fits(&f, (struct span){ c->data + start, len }))
			return false;
	}
	return true;
}
