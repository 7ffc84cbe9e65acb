#include "proto/wire.h"

struct walk {
	const uint8_t *start, *p, *end;
	unsigned depth, max_depth;
	uint64_t todo[WIRE_DEPTH_MAX + 1]; /* objects still to come, by depth */
};

static int
fail(const struct walk *w, struct err *e, const char *what)
{
	return err_data(e, "bad_msgpack", "at byte %zu: %s",
	    (size_t)(w->p - w->start), what);
}

static int
skip(struct walk *w, uint64_t n, struct err *e)
{
	if (n > (uint64_t)(w->end - w->p))
		return fail(w, e, "a length beyond the end");
	w->p += n;
	return 0;
}

static int
enter(struct walk *w, uint64_t count, unsigned per_element, struct err *e)
{
	/* Every object takes a byte at least. */
	if (count > (uint64_t)(w->end - w->p) / per_element)
		return fail(w, e, "a count beyond the end");
	if (w->depth == w->max_depth)
		return fail(w, e, "nested too deep");
	w->todo[++w->depth] = count * per_element;
	return 0;
}

/* What follows a head byte of 0xc0 to 0xdf. */
enum follows { REFUSED, BYTES, LENGTH, ARRAY, MAP };
static const struct {
	uint8_t what;
	uint8_t width; /* BYTES: how many; else of the length or count */
} formats[0xe0 - 0xc0] = {
	[0xc0 - 0xc0] = { BYTES, 0 },  /* nil */
	[0xc2 - 0xc0] = { BYTES, 0 },  /* false */
	[0xc3 - 0xc0] = { BYTES, 0 },  /* true */
	[0xc4 - 0xc0] = { LENGTH, 1 }, /* bin */
	[0xc5 - 0xc0] = { LENGTH, 2 },
	[0xc6 - 0xc0] = { LENGTH, 4 },
	[0xca - 0xc0] = { BYTES, 4 }, /* float */
	[0xcb - 0xc0] = { BYTES, 8 },
	[0xcc - 0xc0] = { BYTES, 1 }, /* unsigned */
	[0xcd - 0xc0] = { BYTES, 2 },
	[0xce - 0xc0] = { BYTES, 4 },
	[0xcf - 0xc0] = { BYTES, 8 },
	[0xd0 - 0xc0] = { BYTES, 1 }, /* signed */
	[0xd1 - 0xc0] = { BYTES, 2 },
	[0xd2 - 0xc0] = { BYTES, 4 },
	[0xd3 - 0xc0] = { BYTES, 8 },
	[0xd9 - 0xc0] = { LENGTH, 1 }, /* str */
	[0xda - 0xc0] = { LENGTH, 2 },
	[0xdb - 0xc0] = { LENGTH, 4 },
	[0xdc - 0xc0] = { ARRAY, 2 },
	[0xdd - 0xc0] = { ARRAY, 4 },
	[0xde - 0xc0] = { MAP, 2 },
	[0xdf - 0xc0] = { MAP, 4 },
};

/* width big-endian bytes. */
static int
take(struct walk *w, size_t width, uint64_t *v, struct err *e)
{
	const uint8_t *p = w->p;
	if (skip(w, width, e) < 0)
		return -1;
	*v = 0;
	for (size_t i = 0; i < width; i++)
		*v = *v << 8 | p[i];
	return 0;
}

static int
long_form(struct walk *w, uint8_t head, struct err *e)
{
	enum follows what = formats[head - 0xc0].what;
	size_t width = formats[head - 0xc0].width;
	uint64_t n;

	if (what == REFUSED)
		return fail(w, e, "an extension type or unused byte");
	if (what == BYTES)
		return skip(w, width, e);
	if (take(w, width, &n, e) < 0)
		return -1;
	if (what == LENGTH)
		return skip(w, n, e);
	return enter(w, n, what == MAP ? 2 : 1, e);
}

static int
object(struct walk *w, struct err *e)
{
	if (w->p == w->end)
		return fail(w, e, "cut short");
	uint8_t head = *w->p++;
	if (head < 0x80 || head >= 0xe0) /* small numbers */
		return 0;
	if (head < 0x90)
		return enter(w, head & 0x0f, 2, e);
	if (head < 0xa0)
		return enter(w, head & 0x0f, 1, e);
	if (head < 0xc0)
		return skip(w, head & 0x1f, e);
	return long_form(w, head, e);
}

int
wire_check(struct span in, unsigned max_depth, struct err *e)
{
	/* Arithmetic on a null pointer is undefined: empty input is "". */
	const uint8_t *p = in.len ? in.data : (const uint8_t *)"";
	struct walk w = { .start = p, .p = p, .end = p + in.len };
	w.max_depth = max_depth < WIRE_DEPTH_MAX ? max_depth : WIRE_DEPTH_MAX;
	w.todo[0] = 1;

	for (;;) {
		while (w.depth > 0 && w.todo[w.depth] == 0)
			w.depth--;
		if (w.todo[w.depth] == 0)
			break;
		w.todo[w.depth]--;
		if (object(&w, e) < 0)
			return -1;
	}
	return w.p == w.end ? 0 : fail(&w, e, "trailing bytes");
}
