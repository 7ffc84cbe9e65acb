#include "normalize/mapping_apply.h"
#include <string.h>

/* The columns an expression reads; cols[i] by list[i], own under first. */
static const struct column **
inputs(struct pass *s, const struct expr *x, const struct expr_column *list,
    size_t n, const struct column *own, struct err *e)
{
	const struct column **cols =
	    arena_zalloc(s->arena, (n + 1) * sizeof(*cols));
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		if (!expr_uses(x, i))
			continue;
		/* Of a condition's columns the first is the field, and the
		 * last, "value", is it again. */
		bool self =
		    own &&
		    (i == 0 ||
			(i + 1 == n && strcmp(list[i].name, "value") == 0 &&
			    !schema_find(s->m->spec.source, "value")));
		cols[i] = self ? own : pass_source(s, list[i].name, &at, e);
		if (!cols[i])
			return NULL;
	}
	return cols;
}

static void
refuse_expr(struct pass *s, size_t row, const char *why)
{
	struct refusal r = { "mapping", "bad_expr",
		arena_strdup(s->arena, why) };
	pass_refuse_value(s, row, &r);
}

/* --- expr: ---------------------------------------------------------------- */
struct gather {
	struct pass *s;
	struct column_builder to;
};

static void
gather_row(void *context, size_t row, const struct value *v, const char *why)
{
	struct gather *g = context;
	struct pass *s = g->s;
	struct value out;
	if (why) {
		refuse_expr(s, row, why);
		column_builder_null(&g->to);
		return;
	}
	if (v->null) {
		column_builder_null(&g->to);
		return;
	}
	switch (layer_convert(&s->p->conv, v, &out, &s->m->work)) {
	case VERDICT_OK:
		column_builder_value(&g->to, &out);
		break;
	case VERDICT_REFUSED:
		pass_refuse_value(s, row, &s->m->work.why);
		column_builder_null(&g->to);
		break;
	case VERDICT_NULL:
		column_builder_null(&g->to);
		break;
	}
}

int
pass_expr(struct pass *s, struct column *c, struct err *e)
{
	const struct plan *p = s->p;
	const struct column **cols =
	    inputs(s, p->expr, s->m->source, s->m->nsource, NULL, e);
	if (!cols)
		return -1;
	struct gather g = { .s = s };
	column_builder_init(&g.to, s->arena, p->type, s->b->nrows);
	struct expr_input in = { .cols = cols, .nrows = s->b->nrows };
	expr_run(p->expr, &in, gather_row, &g);
	*c = (struct column){ .name = p->to };
	column_builder_finish(&g.to, c);
	return 0;
}

/* --- check: --------------------------------------------------------------- */
static bool
is_true(const struct value *v)
{
	if (v->null)
		return false;
	return (v->type == VT_INT && v->i != 0) ||
	       (v->type == VT_FLOAT && v->f != 0);
}

static void
judge_row(void *context, size_t row, const struct value *v, const char *why)
{
	static const struct refusal failed = { "mapping", "check_failed",
		"check is not true" };
	struct pass *s = context;
	if (why) {
		struct refusal r = { "mapping", "bad_expr",
			arena_strdup(s->arena, why) };
		pass_refuse(s, row, &r);
	} else if (!is_true(v)) {
		pass_refuse(s, row, &failed);
	}
}

int
pass_condition(struct pass *s, const struct column *c, struct err *e)
{
	const struct plan *p = s->p;
	if (!p->condition)
		return 0;
	const struct column **cols = inputs(
	    s, p->condition, p->condition_cols, p->ncondition_cols, c, e);
	if (!cols)
		return -1;
	/* Neither NULLs nor rows that leave anyway are judged. */
	size_t bytes = s->b->nrows / 8 + 1;
	uint8_t *skip = arena_dup(s->arena, s->refused, bytes);
	for (size_t i = 0; c->nulls && i < s->b->nrows; i++)
		if (column_null(c, i))
			bit_set(skip, i);
	struct expr_input in = { cols, s->b->nrows, skip };
	expr_run(p->condition, &in, judge_row, s);
	return 0;
}
