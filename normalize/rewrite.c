#include "normalize/rewrite.h"

void
rewrite_start(struct rewrite *r, const struct column *from, size_t nrows,
    enum value_type type, struct arena *a)
{
	*r = (struct rewrite){
		.from = from, .arena = a, .type = type, .nrows = nrows
	};
}

static void
copy_row(struct rewrite *r, size_t row)
{
	struct value v = column_value(r->from, row);
	column_builder_value(&r->to, &v);
}

static void
begin_writing(struct rewrite *r)
{
	r->writing = true;
	column_builder_init(&r->to, r->arena, r->type, r->nrows);
	for (size_t i = 0; i < r->at; i++)
		copy_row(r, i);
}

void
rewrite_keep(struct rewrite *r)
{
	if (r->writing)
		copy_row(r, r->at);
	r->at++;
}

void
rewrite_null(struct rewrite *r)
{
	if (!r->writing && column_null(r->from, r->at)) {
		r->at++;
		return;
	}
	if (!r->writing)
		begin_writing(r);
	column_builder_null(&r->to);
	r->at++;
}

void
rewrite_value(struct rewrite *r, const struct value *v)
{
	if (!r->writing)
		begin_writing(r);
	column_builder_value(&r->to, v);
	r->at++;
}

void
rewrite_finish(struct rewrite *r, struct column *c)
{
	*c = *r->from;
	/* Nothing but NULLs of another type: there is nothing to view. */
	if (!r->writing && r->type != r->from->type)
		begin_writing(r);
	if (r->writing)
		column_builder_finish(&r->to, c);
}
