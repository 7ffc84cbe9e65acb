#include "normalize/mapping_apply.h"
#include <stdlib.h>
#include <string.h>

void
pass_refuse(struct pass *s, size_t row, const struct refusal *why)
{
	if (bit_get(s->refused, row))
		return;
	bit_set(s->refused, row);
	if (s->nrejects == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;
		struct mapping_reject *more =
		    arena_alloc(s->arena, cap * sizeof(*more));
		if (s->nrejects)
			memcpy(more, s->rejects, s->nrejects * sizeof(*more));
		s->rejects = more;
		s->cap = cap;
	}
	s->rejects[s->nrejects++] = (struct mapping_reject){
		.row = (uint32_t)row,
		.layer = why->layer,
		.code = why->code,
		.field = s->p->to,
		.text = why->text,
	};
}

void
pass_refuse_value(struct pass *s, size_t row, const struct refusal *why)
{
	if (s->p->key)
		bit_set(s->keyless, row);
	pass_refuse(s, row, why);
}

const struct column *
pass_source(const struct pass *s, const char *name, size_t *at, struct err *e)
{
	const struct batch *b = s->b;
	if (*at < b->ncols && strcmp(b->cols[*at].name, name) == 0)
		return &b->cols[*at];
	for (size_t i = 0; i < b->ncols; i++) {
		if (strcmp(b->cols[i].name, name) != 0)
			continue;
		*at = i;
		return &b->cols[i];
	}
	err_config(e, "no_source_column",
	    "entity \"%s\": the source sent no column \"%s\", which field "
	    "\"%s\" reads",
	    s->m->spec.entity->name, name, s->p->to);
	err_field(e, s->p->to);
	return NULL;
}

static bool
untouched(const struct column *field, const struct column *source)
{
	if (field->type != source->type || field->data != source->data ||
	    field->offs != source->offs || field->nulls != source->nulls)
		return false;
	if (!field->type_name || !source->type_name)
		return field->type_name == source->type_name;
	return strcmp(field->type_name, source->type_name) == 0;
}

static int
first_column(struct pass *s, struct plan *p, struct column *c, struct err *e)
{
	if (p->from) {
		const struct column *src = pass_source(s, p->from, &p->at, e);
		if (!src)
			return -1;
		*c = *src;
		return 0;
	}
	if (p->expr)
		return pass_expr(s, c, e);
	pass_constant(s, c);
	return 0;
}

static int
make_field(struct pass *s, struct plan *p, struct column *c, struct err *e)
{
	s->p = p;
	if (first_column(s, p, c, e) < 0)
		return -1;
	pass_convert(s, c);
	pass_transform(s, c);
	pass_default(s, c);
	pass_required(s, c);
	pass_checks(s, c);
	if (pass_condition(s, c, e) < 0)
		return -1;
	c->name = p->to;
	c->role = ROLE_FIELD;
	c->origin = NULL;
	if (p->type != VT_OPAQUE)
		c->type_name = NULL;
	else if (p->type_name)
		c->type_name = p->type_name;
	return 0;
}

static void
add_as(struct column *to, const struct column *c, enum column_role role)
{
	*to = *c;
	to->origin = NULL;
	to->role = role;
}

/* The rowversion: extract may have set it apart already. It is a column of
 * the row as well, to be shown with a reject and to be retried. */
static size_t
add_version(const struct pass *s, struct column *to)
{
	const struct batch *b = s->b;
	const char *name = s->m->spec.entity->rowversion;
	if (s->m->spec.mode == MODE_ADOPT || !name)
		return 0;
	const struct column *field = batch_find(b, ROLE_FIELD, name);
	const struct column *apart = batch_find(b, ROLE_ROWVERSION, NULL);
	size_t n = 0;
	if (apart || field)
		add_as(&to[n++], apart ? apart : field, ROLE_ROWVERSION);
	if (apart && !field)
		add_as(&to[n++], apart, ROLE_ORIGIN);
	return n;
}

/* The source columns no field passes on untouched, and the rowversion. */
static size_t
add_source(struct pass *s, const bool *carried, struct column *to)
{
	size_t n = add_version(s, to);
	for (size_t i = 0; i < s->b->ncols; i++) {
		const struct column *c = &s->b->cols[i];
		if (!carried[i] && c->role == ROLE_FIELD)
			add_as(&to[n++], c, ROLE_ORIGIN);
	}
	return n;
}

static int
make_columns(struct pass *s, struct err *e)
{
	struct mapping *m = s->m;
	struct batch *b = s->b;
	struct column *cols =
	    arena_zalloc(s->arena, (m->nplans + b->ncols + 2) * sizeof(*cols));
	bool *carried = arena_zalloc(s->arena, b->ncols + 1);
	for (size_t i = 0; i < m->nplans; i++) {
		struct plan *p = &m->plans[i];
		struct column *c = &cols[i];
		if (make_field(s, p, c, e) < 0)
			return -1;
		if (!p->from || carried[p->at] ||
		    !untouched(c, &b->cols[p->at]))
			continue;
		c->origin = p->from;
		carried[p->at] = true;
	}
	size_t n = m->nplans + add_source(s, carried, cols + m->nplans);
	b->cols = cols;
	b->ncols = n;
	return 0;
}

static int
compare_rejects(const void *a, const void *b)
{
	const struct mapping_reject *p = a, *q = b;
	return (p->row > q->row) - (p->row < q->row);
}

/* A key is known if every field of it has a value. */
static void
find_known_keys(struct pass *s)
{
	for (size_t i = 0; i < s->m->nplans; i++) {
		const struct column *c = &s->b->cols[i];
		if (!s->m->plans[i].key || !c->nulls)
			continue;
		for (size_t j = 0; j < s->nrejects; j++)
			if (column_null(c, s->rejects[j].row))
				bit_set(s->keyless, s->rejects[j].row);
	}
	bool has_key = s->m->spec.entity->key.n > 0;
	for (size_t j = 0; j < s->nrejects; j++)
		s->rejects[j].key_known =
		    has_key && !bit_get(s->keyless, s->rejects[j].row);
}

int
mapping_apply(struct mapping *m, struct batch *b, struct mapping_result *res,
    struct err *e)
{
	struct pass s = { .m = m, .b = b, .arena = &b->arena };
	*res = (struct mapping_result){ 0 };
	s.refused = arena_zalloc(s.arena, b->nrows / 8 + 1);
	s.keyless = arena_zalloc(s.arena, b->nrows / 8 + 1);
	if (make_columns(&s, e) < 0)
		return -1;
	if (s.nrejects) {
		find_known_keys(&s);
		qsort(
		    s.rejects, s.nrejects, sizeof(*s.rejects), compare_rejects);
	}
	res->nrejects = s.nrejects;
	res->rejects = s.rejects;
	return 0;
}
