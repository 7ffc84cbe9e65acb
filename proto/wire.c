#include "proto/wire.h"
#include <string.h>

void
wire_init(struct wire *w, struct span in)
{
	/* Arithmetic on a null pointer is undefined: empty input is "". */
	const uint8_t *p = in.len ? in.data : (const uint8_t *)"";
	*w = (struct wire){ .start = p, .p = p, .end = p + in.len };
}

int
wire_fail(const struct wire *w, struct err *e, const char *what)
{
	return err_data(e, "bad_msgpack", "at byte %zu: %s",
	    (size_t)(w->p - w->start), what);
}

static size_t
left(const struct wire *w)
{
	return (size_t)(w->end - w->p);
}

/* n big-endian bytes, 1 to 8. */
static int
take(struct wire *w, size_t n, uint64_t *v, struct err *e)
{
	if (left(w) < n)
		return wire_fail(w, e, "cut short");
	uint64_t r = 0;
	for (size_t i = 0; i < n; i++)
		r = r << 8 | *w->p++;
	*v = r;
	return 0;
}

static int
take_bytes(struct wire *w, enum wire_type type, uint64_t n,
    struct wire_token *t, struct err *e)
{
	if (n > left(w))
		return wire_fail(w, e, "a length beyond the end");
	*t = (struct wire_token){ .type = type, .s = { w->p, (size_t)n } };
	w->p += n;
	return 0;
}

static int
take_container(struct wire *w, enum wire_type type, uint64_t n,
    struct wire_token *t, struct err *e)
{
	/* Every element takes a byte at least, every pair two. */
	if (n > left(w) / (type == WIRE_MAP ? 2 : 1))
		return wire_fail(w, e, "a count beyond the end");
	*t = (struct wire_token){ .type = type, .count = (uint32_t)n };
	return 0;
}

static void
put_int(struct wire_token *t, int64_t v)
{
	if (v < 0)
		*t = (struct wire_token){ .type = WIRE_INT, .i = v };
	else
		*t = (struct wire_token){ .type = WIRE_UINT, .u = (uint64_t)v };
}

static void
put_float(struct wire_token *t, uint64_t bits, size_t width)
{
	*t = (struct wire_token){ .type = WIRE_FLOAT };
	if (width == 8) {
		memcpy(&t->f, &bits, sizeof(t->f));
		return;
	}
	uint32_t bits32 = (uint32_t)bits;
	float f;
	memcpy(&f, &bits32, sizeof(f));
	t->f = (double)f;
}

/* Sign-extends the low width bytes of v. */
static int64_t
extend(uint64_t v, size_t width)
{
	switch (width) {
	case 1:
		return (int8_t)v;
	case 2:
		return (int16_t)v;
	case 4:
		return (int32_t)v;
	}
	return (int64_t)v;
}

/* The formats 0xc4 to 0xdf: a number or a length of width bytes follows. */
enum wide { NONE, BIN, STR, ARRAY, MAP, FLOAT, UINT, INT };
static const struct {
	uint8_t what, width;
} wide_formats[0xe0 - 0xc4] = {
	[0xc4 - 0xc4] = { BIN, 1 },
	[0xc5 - 0xc4] = { BIN, 2 },
	[0xc6 - 0xc4] = { BIN, 4 },
	[0xca - 0xc4] = { FLOAT, 4 },
	[0xcb - 0xc4] = { FLOAT, 8 },
	[0xcc - 0xc4] = { UINT, 1 },
	[0xcd - 0xc4] = { UINT, 2 },
	[0xce - 0xc4] = { UINT, 4 },
	[0xcf - 0xc4] = { UINT, 8 },
	[0xd0 - 0xc4] = { INT, 1 },
	[0xd1 - 0xc4] = { INT, 2 },
	[0xd2 - 0xc4] = { INT, 4 },
	[0xd3 - 0xc4] = { INT, 8 },
	[0xd9 - 0xc4] = { STR, 1 },
	[0xda - 0xc4] = { STR, 2 },
	[0xdb - 0xc4] = { STR, 4 },
	[0xdc - 0xc4] = { ARRAY, 2 },
	[0xdd - 0xc4] = { ARRAY, 4 },
	[0xde - 0xc4] = { MAP, 2 },
	[0xdf - 0xc4] = { MAP, 4 },
};

static int
take_wide(struct wire *w, uint8_t head, struct wire_token *t, struct err *e)
{
	size_t width = wide_formats[head - 0xc4].width;
	uint64_t v = 0;
	if (take(w, width, &v, e) < 0)
		return -1;
	switch ((enum wide)wide_formats[head - 0xc4].what) {
	case NONE:
		break;
	case BIN:
		return take_bytes(w, WIRE_BIN, v, t, e);
	case STR:
		return take_bytes(w, WIRE_STR, v, t, e);
	case ARRAY:
		return take_container(w, WIRE_ARRAY, v, t, e);
	case MAP:
		return take_container(w, WIRE_MAP, v, t, e);
	case FLOAT:
		put_float(t, v, width);
		return 0;
	case UINT:
		*t = (struct wire_token){ .type = WIRE_UINT, .u = v };
		return 0;
	case INT:
		put_int(t, extend(v, width));
		return 0;
	}
	return wire_fail(w, e, "an extension type");
}

int
wire_next(struct wire *w, struct wire_token *t, struct err *e)
{
	if (w->p == w->end)
		return wire_fail(w, e, "cut short");
	uint8_t head = *w->p++;
	if (head < 0x80 || head >= 0xe0) {
		put_int(t, (int8_t)head);
		return 0;
	}
	if (head < 0x90)
		return take_container(w, WIRE_MAP, head & 0x0f, t, e);
	if (head < 0xa0)
		return take_container(w, WIRE_ARRAY, head & 0x0f, t, e);
	if (head < 0xc0)
		return take_bytes(w, WIRE_STR, head & 0x1f, t, e);
	if (head >= 0xc4)
		return take_wide(w, head, t, e);
	if (head == 0xc1)
		return wire_fail(w, e, "a byte that msgpack never uses");
	*t = head == 0xc0
		 ? (struct wire_token){ .type = WIRE_NIL }
		 : (struct wire_token){ .type = WIRE_BOOL, .b = head == 0xc3 };
	return 0;
}

int
wire_skip(struct wire *w, unsigned max_depth, struct span *all, struct err *e)
{
	uint64_t todo[WIRE_DEPTH_MAX + 1] = { 1 }; /* objects left per level */
	unsigned depth = 0;
	const uint8_t *from = w->p;

	if (max_depth > WIRE_DEPTH_MAX)
		max_depth = WIRE_DEPTH_MAX;
	for (;;) {
		while (depth > 0 && todo[depth] == 0)
			depth--;
		if (todo[depth] == 0)
			break;
		todo[depth]--;
		struct wire_token t;
		if (wire_next(w, &t, e) < 0)
			return -1;
		if (t.type != WIRE_ARRAY && t.type != WIRE_MAP)
			continue;
		if (depth == max_depth)
			return wire_fail(w, e, "nested too deep");
		todo[++depth] =
		    (uint64_t)t.count * (t.type == WIRE_MAP ? 2 : 1);
	}
	if (all)
		*all = (struct span){ from, (size_t)(w->p - from) };
	return 0;
}

int
wire_done(const struct wire *w, struct err *e)
{
	return w->p == w->end ? 0 : wire_fail(w, e, "trailing bytes");
}

int
wire_check(struct span in, unsigned max_depth, struct err *e)
{
	struct wire w;
	wire_init(&w, in);
	if (wire_skip(&w, max_depth, NULL, e) < 0)
		return -1;
	return wire_done(&w, e);
}
