#include "load/input.h"

static const char hex[] = "0123456789abcdef";

/* A column of hashes as lower-case hex text, or as bytes. */
static struct column
hash_column(const struct column *from, enum value_type as, size_t nrows,
    struct arena *a)
{
	size_t width = column_width(from);
	size_t each = as == VT_BYTES ? width : 2 * width;
	uint8_t *offs = arena_alloc(a, 4 * (nrows + 1));
	uint8_t *text = NULL;
	for (size_t i = 0; i <= nrows; i++) {
		uint32_t at = (uint32_t)(i * each);
		memcpy(offs + 4 * i, &at, 4);
	}
	if (as != VT_BYTES) {
		text = arena_alloc(a, nrows * each);
		for (size_t i = 0; i < nrows * width; i++) {
			text[2 * i] = (uint8_t)hex[from->data[i] >> 4];
			text[2 * i + 1] = (uint8_t)hex[from->data[i] & 15];
		}
	}
	return (struct column){ .type = as,
		.data = text ? text : from->data,
		.offs = offs,
		.data_bytes = nrows * each };
}

static struct input
constant(enum value_type type, const struct value *v, struct arena *a)
{
	struct column_builder cb;
	struct input in = { .constant = true };
	column_builder_init(&cb, a, type, 1);
	column_builder_value(&cb, v);
	column_builder_finish(&cb, &in.col);
	return in;
}

static int64_t
floor_days(int64_t micros)
{
	const int64_t day = INT64_C(86400000000);
	return micros >= 0 ? micros / day : -((-micros + day - 1) / day);
}

static struct value
constant_value(const struct plan_column *c, const struct input_facts *f)
{
	struct value v = { .type = c->type };
	if (c->from == FROM_NULL)
		v.null = true;
	else if (c->from == FROM_TRUE)
		v.b = true;
	else if (c->from == FROM_RUN)
		v.i = (int64_t)f->run;
	else if (c->from == FROM_NOW)
		v.i = c->type == VT_DATE ? floor_days(f->now_micros)
					 : f->now_micros;
	return v;
}

static struct input
bind(const struct plan_column *c, const struct batch *b,
    const struct input_facts *f, struct arena *a)
{
	switch (c->from) {
	case FROM_FIELD:
		return (
		    struct input){ .col = *batch_find(b, ROLE_FIELD, c->name) };
	case FROM_ROWVERSION:
		return (struct input){ .col = *batch_find(
					   b, ROLE_ROWVERSION, NULL) };
	case FROM_KEY_HASH:
		return (struct input){ .col = hash_column(
					   batch_find(b, ROLE_BK_HASH, NULL),
					   c->type, b->nrows, a) };
	case FROM_DATA_HASH:
		return (struct input){ .col = hash_column(
					   batch_find(b, ROLE_DATA_HASH, NULL),
					   c->type, b->nrows, a) };
	case FROM_NULL:
	case FROM_FALSE:
	case FROM_TRUE:
	case FROM_NOW:
	case FROM_RUN:
		break;
	}
	struct value v = constant_value(c, f);
	return constant(c->type, &v, a);
}

struct input *
input_bind(const struct plan *p, const struct batch *b,
    const struct input_facts *f, struct arena *a)
{
	struct input *in = arena_zalloc(a, (p->n + 1) * sizeof(*in));
	for (size_t i = 0; i < p->n; i++)
		in[i] = bind(&p->cols[i], b, f, a);
	return in;
}
