#include "normalize/mapping_impl.h"
#include "proto/zone.h"
#include <stdlib.h>
#include <string.h>

/* Says where it is, then what. */
static int
blame(const struct mapping *m, const struct field *f, struct err *e)
{
	const char *file = m->spec.file ? m->spec.file : "pipeline";
	const struct entity *en = m->spec.entity;
	/* A column that passes under its own name has no line of its own. */
	err_wrap(e, "%s:%d: entity \"%s\": field \"%s\"", file,
	    f->line ? f->line : en->line, en->name, f->to);
	return err_field(e, f->to);
}

static bool
has_target(const struct mapping *m)
{
	return m->spec.target && m->spec.target->ncols;
}

static bool
is_key(const struct entity *en, const char *name)
{
	for (size_t i = 0; i < en->key.n; i++)
		if (strcmp(en->key.v[i], name) == 0)
			return true;
	return false;
}

static int
check_source(const struct mapping *m, const struct plan *p, struct err *e)
{
	if (!p->from || schema_find(m->spec.source, p->from))
		return 0;
	struct buf have = { 0 };
	for (size_t i = 0; i < m->spec.source->ncols && i < 12; i++)
		buf_printf(&have, "%s%.60s", i ? ", " : "",
		    m->spec.source->cols[i].name);
	err_config(e, "no_source_column",
	    "the source has no column \"%s\"; it has %s%s", p->from,
	    buf_str(&have), m->spec.source->ncols > 12 ? ", …" : "");
	buf_free(&have);
	return -1;
}

/* Names all that are missing: one look, one mend. */
static int
no_target_column(const struct mapping *m, const char *name, struct err *e)
{
	const struct entity *en = m->spec.entity;
	const struct schema *s = m->spec.source;
	struct buf others = { 0 };
	size_t n = en->fields_given ? en->nfields : s->ncols;
	for (size_t i = 0; i < n && others.len < 400; i++) {
		const char *to =
		    en->fields_given ? en->fields[i].to : s->cols[i].name;
		if (strcmp(to, name) != 0 && !schema_find(m->spec.target, to))
			buf_printf(&others, ", nor \"%s\"", to);
	}
	err_config(e, "no_target_column",
	    "the target table has no column \"%s\"%s", name, buf_str(&others));
	buf_free(&others);
	return -1;
}

static int
check_target(const struct mapping *m, const struct plan *p, struct err *e)
{
	if (!has_target(m))
		return 0;
	const struct schema_column *c = schema_find(m->spec.target, p->to);
	if (!c)
		return no_target_column(m, p->to, e);
	if (c->generated && m->spec.mode != MODE_ADOPT)
		return err_config(e, "generated_column",
		    "the target computes column \"%s\" itself; "
		    "it cannot be written",
		    p->to);
	return 0;
}

static int
check_unique(const struct mapping *m, const struct plan *p, struct err *e)
{
	for (const struct plan *q = m->plans; q < p; q++)
		if (strcmp(q->to, p->to) == 0)
			return err_config(e, "duplicate_field",
			    "two fields make \"%s\"; the other is at line %d",
			    p->to, q->f->line);
	return 0;
}

static int
add_plan(struct mapping *m, const struct field *f, const char *to,
    const char *from, struct err *e)
{
	struct field *own = arena_dup(&m->arena, f, sizeof(*f));
	own->to = to;
	struct plan *p = &m->plans[m->nplans];
	*p = (struct plan){ .f = own, .to = to, .from = from };
	p->key = is_key(m->spec.entity, to);
	p->constant.type = VT_COUNT;
	if (m->spec.mode == MODE_SWEEP && !p->key)
		return 0;
	m->nplans++;
	if (check_unique(m, p, e) < 0 || check_source(m, p, e) < 0 ||
	    check_target(m, p, e) < 0 || mapping_plan(m, p, e) < 0)
		return blame(m, own, e);
	return 0;
}

/* Without `fields:` every source column passes under its own name; but what
 * the target computes itself it will compute again. */
static int
add_all(struct mapping *m, struct err *e)
{
	const struct schema *s = m->spec.source;
	for (size_t i = 0; i < s->ncols; i++) {
		const char *name = s->cols[i].name;
		const struct schema_column *t =
		    has_target(m) ? schema_find(m->spec.target, name) : NULL;
		if (t && t->generated)
			continue;
		if (m->spec.mode == MODE_ADOPT &&
		    entity_tracks(m->spec.entity, name))
			continue;
		if (add_plan(m, &m->spec.entity->defaults, name, name, e) < 0)
			return -1;
	}
	return 0;
}

/* The target's own columns: those that fields make, or, without `fields:`,
 * those the source would have sent. */
static int
add_adopted(struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	if (!en->fields_given)
		return add_all(m, e);
	for (size_t i = 0; i < en->nfields; i++) {
		const char *to = en->fields[i].to;
		if (add_plan(m, &en->fields[i], to, to, e) < 0)
			return -1;
	}
	return 0;
}

static int
add_mapped(struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	for (size_t i = 0; i < en->nfields; i++) {
		const struct field *f = &en->fields[i];
		if (add_plan(m, f, f->to, f->from, e) < 0)
			return -1;
	}
	return 0;
}

static int
check_key(const struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	const char *file = m->spec.file ? m->spec.file : "pipeline";
	for (size_t i = 0; i < en->key.n; i++) {
		if (mapping_is_key(m, en->key.v[i]))
			continue;
		struct buf have = { 0 };
		for (size_t k = 0; k < m->nplans && k < 12; k++)
			buf_printf(
			    &have, "%s%.60s", k ? ", " : "", m->plans[k].to);
		err_config(e, "key_not_mapped",
		    "%s:%d: entity \"%s\": key field \"%s\" is not mapped; "
		    "key: names target fields; there are %s%s",
		    file, en->line, en->name, en->key.v[i], buf_str(&have),
		    m->nplans > 12 ? ", …" : "");
		buf_free(&have);
		return err_field(e, en->key.v[i]);
	}
	return 0;
}

static int
check_rowversion(const struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	const char *file = m->spec.file ? m->spec.file : "pipeline";
	bool needed = en->rowversion &&
		      (m->spec.mode == MODE_SYNC || m->spec.mode == MODE_RETRY);
	if (!needed || schema_find(m->spec.source, en->rowversion))
		return 0;
	err_config(e, "no_source_column",
	    "%s:%d: entity \"%s\": the source has no column \"%s\", "
	    "which rowversion: names",
	    file, en->line, en->name, en->rowversion);
	return err_field(e, en->rowversion);
}

static bool
is_field(const struct mapping *m, const char *name)
{
	for (size_t i = 0; i < m->nplans; i++)
		if (strcmp(m->plans[i].to, name) == 0)
			return true;
	return false;
}

/* A misspelled secret would be shown, and a misspelled audit column would
 * change every night: names that lead nowhere are refused. */
static int
check_names(const struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	const char *file = m->spec.file ? m->spec.file : "pipeline";
	for (size_t i = 0; i < en->hash_exclude.n; i++)
		if (!is_field(m, en->hash_exclude.v[i]))
			return err_config(e, "no_field",
			    "%s:%d: entity \"%s\": hash_exclude: no field is "
			    "called \"%s\"",
			    file, en->line, en->name, en->hash_exclude.v[i]);
	for (size_t i = 0; i < en->secret_fields.n; i++)
		if (!is_field(m, en->secret_fields.v[i]) &&
		    !schema_find(m->spec.source, en->secret_fields.v[i]))
			return err_config(e, "no_field",
			    "%s:%d: entity \"%s\": secret_fields: no field and "
			    "no source column is called \"%s\"",
			    file, en->line, en->name, en->secret_fields.v[i]);
	return 0;
}

static void
list_source(struct mapping *m)
{
	const struct schema *s = m->spec.source;
	m->nsource = s->ncols;
	m->source = arena_alloc(&m->arena, (s->ncols + 1) * sizeof(*m->source));
	for (size_t i = 0; i < s->ncols; i++)
		m->source[i] =
		    (struct expr_column){ s->cols[i].name, s->cols[i].type };
}

static int
build(struct mapping *m, struct err *e)
{
	const struct entity *en = m->spec.entity;
	size_t most = en->nfields > m->spec.source->ncols
			  ? en->nfields
			  : m->spec.source->ncols;
	m->plans = arena_zalloc(&m->arena, (most + 1) * sizeof(*m->plans));
	list_source(m);
	int r;
	if (m->spec.mode == MODE_ADOPT)
		r = add_adopted(m, e);
	else
		r = en->fields_given ? add_mapped(m, e) : add_all(m, e);
	if (r < 0 || check_key(m, e) < 0)
		return -1;
	if (check_rowversion(m, e) < 0)
		return -1;
	return m->spec.mode == MODE_SYNC ? check_names(m, e) : 0;
}

/* The mapping keeps its own copy: schemas usually live in a message. */
static const struct schema *
keep_schema(struct mapping *m, const struct schema *s)
{
	if (!s)
		return NULL;
	struct schema *own = arena_zalloc(&m->arena, sizeof(*own));
	own->ncols = s->ncols;
	own->cols = arena_dup(&m->arena, s->cols, s->ncols * sizeof(*s->cols));
	for (size_t i = 0; i < s->ncols; i++) {
		struct schema_column *c = &own->cols[i];
		c->name = arena_strdup(&m->arena, c->name);
		if (c->type_name)
			c->type_name = arena_strdup(&m->arena, c->type_name);
	}
	return own;
}

int
mapping_new(
    const struct mapping_spec *spec, struct mapping **out, struct err *e)
{
	struct mapping *m = mem_zalloc(sizeof(*m));
	m->spec = *spec;
	m->spec.source = keep_schema(m, spec->source);
	m->spec.target = keep_schema(m, spec->target);
	if (build(m, e) == 0) {
		*out = m;
		return 0;
	}
	mapping_free(&m);
	return -1;
}

void
mapping_free(struct mapping **pm)
{
	struct mapping *m = *pm;
	if (!m)
		return;
	for (size_t i = 0; i < m->nplans; i++)
		mapping_plan_free(&m->plans[i]);
	expr_db_close(&m->exprs);
	for (struct mapping_zone *z = m->zones; z; z = z->next)
		zone_free(&z->zone);
	layer_work_free(&m->work);
	arena_free(&m->arena);
	free(m);
	*pm = NULL;
}

void
mapping_schema(const struct mapping *m, struct arena *a, struct schema *out)
{
	out->ncols = m->nplans;
	out->cols = arena_zalloc(a, (m->nplans + 1) * sizeof(*out->cols));
	for (size_t i = 0; i < m->nplans; i++) {
		const struct plan *p = &m->plans[i];
		out->cols[i] = (struct schema_column){ .name = p->to,
			.type = p->type,
			.type_name = p->type_name,
			.precision = p->conv.number.precision,
			.scale = p->conv.number.scale };
	}
}

bool
mapping_is_key(const struct mapping *m, const char *field)
{
	for (size_t i = 0; i < m->nplans; i++)
		if (m->plans[i].key && strcmp(m->plans[i].to, field) == 0)
			return true;
	return false;
}
