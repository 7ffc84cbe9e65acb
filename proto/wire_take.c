/* The readers of wire.h that want one type of token. */
#include "proto/wire.h"
#include <string.h>

/* The next token, which must be of this type. */
static int
want(struct wire *w, enum wire_type type, struct wire_token *t, struct err *e)
{
	static const char *const missing[] = {
		[WIRE_NIL] = "nil expected",
		[WIRE_BOOL] = "a boolean expected",
		[WIRE_UINT] = "a number from 0 expected",
		[WIRE_INT] = "a negative number expected",
		[WIRE_FLOAT] = "a float expected",
		[WIRE_STR] = "a string expected",
		[WIRE_BIN] = "bytes expected",
		[WIRE_ARRAY] = "an array expected",
		[WIRE_MAP] = "a map expected",
	};
	struct wire at = *w;
	if (wire_next(w, t, e) < 0)
		return -1;
	if (t->type != type)
		return wire_fail(&at, e, missing[type]);
	return 0;
}

static int
counted(struct wire *w, enum wire_type type, uint32_t max, uint32_t *n,
    struct err *e)
{
	struct wire_token t;
	if (want(w, type, &t, e) < 0)
		return -1;
	if (t.count > max)
		return wire_fail(w, e, "too many elements");
	*n = t.count;
	return 0;
}

int
wire_array(struct wire *w, uint32_t max, uint32_t *n, struct err *e)
{
	return counted(w, WIRE_ARRAY, max, n, e);
}

int
wire_map(struct wire *w, uint32_t max, uint32_t *n, struct err *e)
{
	return counted(w, WIRE_MAP, max, n, e);
}

static int
sized(struct wire *w, enum wire_type type, size_t max, struct span *s,
    struct err *e)
{
	struct wire_token t;
	if (want(w, type, &t, e) < 0)
		return -1;
	if (t.s.len > max)
		return wire_fail(w, e, "too long");
	*s = t.s;
	return 0;
}

int
wire_str(struct wire *w, size_t max, struct span *s, struct err *e)
{
	return sized(w, WIRE_STR, max, s, e);
}

int
wire_bin(struct wire *w, size_t max, struct span *s, struct err *e)
{
	return sized(w, WIRE_BIN, max, s, e);
}

int
wire_name(struct wire *w, size_t max, struct span *s, struct err *e)
{
	if (wire_str(w, max, s, e) < 0)
		return -1;
	if (s->len && memchr(s->data, 0, s->len))
		return wire_fail(w, e, "a NUL byte in a name");
	return 0;
}

int
wire_uint(struct wire *w, uint64_t max, uint64_t *v, struct err *e)
{
	struct wire_token t;
	if (want(w, WIRE_UINT, &t, e) < 0)
		return -1;
	if (t.u > max)
		return wire_fail(w, e, "a number out of range");
	*v = t.u;
	return 0;
}

int
wire_i64(struct wire *w, int64_t *v, struct err *e)
{
	struct wire_token t;
	struct wire at = *w;
	if (wire_next(w, &t, e) < 0)
		return -1;
	if (t.type == WIRE_INT) {
		*v = t.i;
		return 0;
	}
	if (t.type != WIRE_UINT)
		return wire_fail(&at, e, "a whole number expected");
	if (t.u > INT64_MAX)
		return wire_fail(&at, e, "a number out of range");
	*v = (int64_t)t.u;
	return 0;
}

int
wire_f64(struct wire *w, double *v, struct err *e)
{
	struct wire_token t;
	if (want(w, WIRE_FLOAT, &t, e) < 0)
		return -1;
	*v = t.f;
	return 0;
}

int
wire_bool(struct wire *w, bool *v, struct err *e)
{
	struct wire_token t;
	if (want(w, WIRE_BOOL, &t, e) < 0)
		return -1;
	*v = t.b;
	return 0;
}
