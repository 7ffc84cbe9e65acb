#include "normalize/expr_impl.h"
#include "proto/arena.h"
#include <string.h>

/*
 * The type of an expression's results, found by trying it: SQLite's types
 * belong to values, ours to columns. Each sample row holds another kind of
 * text, so that functions which read dates, numbers or JSON find some.
 */
static const char *const texts[] = { "a", "1", "2025-01-15", "{\"a\":\"b\"}" };
enum { SAMPLES = ARRAY_LEN(texts) };

static void
add_sample(struct column_builder *b, enum value_type t, size_t row)
{
	struct value v = { .type = t };
	switch (t) {
	case VT_BOOL:
		v.b = true;
		break;
	case VT_FLOAT:
		v.f = 1.5;
		break;
	case VT_DECIMAL:
		v.s = (struct span){ (const uint8_t *)"1.5", 3 };
		break;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		v.s = (struct span){ (const uint8_t *)texts[row],
			strlen(texts[row]) };
		break;
	case VT_INT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		v.i = 1;
		break;
	case VT_UUID:
		memset(v.uuid, 1, sizeof(v.uuid));
		break;
	}
	column_builder_value(b, &v);
}

static struct column *
sample_column(struct arena *a, enum value_type t)
{
	struct column_builder b;
	struct column *c = arena_zalloc(a, sizeof(*c));
	column_builder_init(&b, a, t, SAMPLES);
	for (size_t i = 0; i < SAMPLES; i++)
		add_sample(&b, t, i);
	column_builder_finish(&b, c);
	return c;
}

struct findings {
	bool any;
	enum value_type type; /* of the first row that has a result */
	bool clock;
};

static void
note(void *context, size_t row, const struct value *v, const char *why)
{
	struct findings *f = context;
	(void)row;
	if (why && strstr(why, "present time"))
		f->clock = true;
	if (why || v->null || f->any)
		return;
	f->any = true;
	f->type = v->type;
}

static bool
reads_decimal(const struct expr *x)
{
	for (size_t i = 0; i < x->ncols; i++)
		if (x->used[i] && x->cols[i].type == VT_DECIMAL)
			return true;
	return false;
}

int
expr_type(struct expr *x, enum value_type *t, struct err *e)
{
	struct arena a = { 0 };
	struct findings f = { 0 };
	const struct column **cols =
	    arena_zalloc(&a, (x->ncols + 1) * sizeof(*cols));
	for (size_t i = 0; i < x->ncols; i++)
		if (x->used[i])
			cols[i] = sample_column(&a, x->cols[i].type);
	struct expr_input in = { .cols = cols, .nrows = SAMPLES };
	expr_run(x, &in, note, &f);
	arena_free(&a);
	if (f.clock)
		return err_config(e, "bad_expr",
		    "the expression asks for the present time, which it may "
		    "not: rows would change every night");
	if (!f.any)
		return err_config(e, "no_type",
		    "cannot tell the type of the expression's results; give "
		    "the field a type:");
	*t = f.type;
	if ((f.type == VT_INT || f.type == VT_FLOAT) && reads_decimal(x))
		*t = VT_DECIMAL;
	return 0;
}
