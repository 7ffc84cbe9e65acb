#include "normalize/checks.h"
#include "normalize/mapping_apply.h"
#include "normalize/rewrite.h"
#include <string.h>

/* --- type: layers 1 to 4 ------------------------------------------------- */
/* True if out says the same as in: the row need not be written again. */
static bool
same(const struct value *in, const struct value *out)
{
	if (in->type != out->type || value_type_width(in->type))
		return false;
	return in->s.len == out->s.len &&
	       (in->s.data == out->s.data || in->s.len == 0 ||
		   memcmp(in->s.data, out->s.data, in->s.len) == 0);
}

static bool
passes_whole(const struct pass *s, const struct column *c)
{
	const struct conversion *conv = &s->p->conv;
	if (conv->to == VT_DECIMAL && c->type == VT_DECIMAL)
		return layer_number_fits_column(&conv->number, c, s->b->nrows);
	return layer_convert_keeps(conv, c->type);
}

static void
take_verdict(struct pass *s, struct rewrite *r, const struct value *in,
    const struct value *out, enum verdict v)
{
	switch (v) {
	case VERDICT_OK:
		if (same(in, out))
			rewrite_keep(r);
		else
			rewrite_value(r, out);
		break;
	case VERDICT_NULL:
		rewrite_null(r);
		break;
	case VERDICT_REFUSED:
		pass_refuse_value(s, r->at, &s->m->work.why);
		rewrite_null(r);
		break;
	}
}

void
pass_convert(struct pass *s, struct column *c)
{
	const struct plan *p = s->p;
	/* An expression's column is already of the field's type, a constant
	 * is one by its making. */
	if (p->expr || !p->from || passes_whole(s, c))
		return;
	if (p->type == VT_TEXT && c->type == VT_TEXT) {
		pass_text(s, c);
		return;
	}
	struct column from = *c;
	struct rewrite r;
	rewrite_start(&r, &from, s->b->nrows, p->type, s->arena);
	for (size_t i = 0; i < s->b->nrows; i++) {
		struct value in = column_value(&from, i), out;
		if (in.null) {
			rewrite_null(&r);
			continue;
		}
		enum verdict v =
		    layer_convert(&p->conv, &in, &out, &s->m->work);
		take_verdict(s, &r, &in, &out, v);
	}
	rewrite_finish(&r, c);
}

/* --- transform ----------------------------------------------------------- */
/* On a field that is no text: its text, transformed, read back. */
static enum verdict
transform_value(struct pass *s, const struct value *in, struct buf *shown,
    struct value *out)
{
	const struct plan *p = s->p;
	struct layer_work *w = &s->m->work;
	bool text = in->type == VT_TEXT || in->type == VT_OPAQUE;
	struct span from = in->s, to;
	if (!text) {
		buf_clear(shown);
		value_text(in, shown);
		from = buf_span(shown);
	}
	enum verdict v =
	    transform_apply(p->steps, p->f->ntransforms, from, &to, w);
	*out = (struct value){ .type = p->type, .s = to };
	if (v != VERDICT_OK || text)
		return v;
	struct value read = { .type = VT_TEXT, .s = to };
	return layer_convert(&p->own, &read, out, w);
}

void
pass_transform(struct pass *s, struct column *c)
{
	if (!s->p->f->ntransforms)
		return;
	struct column from = *c;
	struct buf shown = { 0 };
	struct rewrite r;
	rewrite_start(&r, &from, s->b->nrows, from.type, s->arena);
	for (size_t i = 0; i < s->b->nrows; i++) {
		struct value in = column_value(&from, i), out;
		if (in.null) {
			rewrite_null(&r);
			continue;
		}
		enum verdict v = transform_value(s, &in, &shown, &out);
		take_verdict(s, &r, &in, &out, v);
	}
	rewrite_finish(&r, c);
	buf_free(&shown);
}

/* --- default, required --------------------------------------------------- */
void
pass_default(struct pass *s, struct column *c)
{
	const struct plan *p = s->p;
	if (!p->f->default_value || !c->nulls)
		return;
	struct column from = *c;
	struct rewrite r;
	rewrite_start(&r, &from, s->b->nrows, from.type, s->arena);
	for (size_t i = 0; i < s->b->nrows; i++) {
		/* What was refused stays NULL: the row leaves. */
		if (!column_null(&from, i) || bit_get(s->refused, i))
			rewrite_keep(&r);
		else
			rewrite_value(&r, &p->fill);
	}
	rewrite_finish(&r, c);
}

void
pass_required(struct pass *s, const struct column *c)
{
	static const struct refusal missing = { "mapping", "missing_required",
		"NULL in a required field" };
	if (!s->p->f->required || !c->nulls)
		return;
	for (size_t i = 0; i < s->b->nrows; i++)
		if (column_null(c, i))
			pass_refuse(s, i, &missing);
}

/* --- checks -------------------------------------------------------------- */
void
pass_checks(struct pass *s, const struct column *c)
{
	const struct checks *checks = s->p->checks;
	if (!checks)
		return;
	for (size_t i = 0; i < s->b->nrows; i++) {
		struct value v = column_value(c, i);
		if (!v.null &&
		    checks_apply(checks, &v, &s->m->work) != VERDICT_OK)
			pass_refuse(s, i, &s->m->work.why);
	}
}

/* --- constants ----------------------------------------------------------- */
void
pass_constant(struct pass *s, struct column *c)
{
	struct column_builder b;
	column_builder_init(&b, s->arena, s->p->type, s->b->nrows);
	for (size_t i = 0; i < s->b->nrows; i++)
		column_builder_value(&b, &s->p->constant);
	*c = (struct column){ .name = s->p->to };
	column_builder_finish(&b, c);
}
