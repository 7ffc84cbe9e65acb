/* What an entity starts from, and what must be true of it alone. */
#include "proto/nearest.h"
#include "proto/pipeline_spec.h"
#include "proto/spec_text.h"
#include <stdbool.h>
#include <string.h>

static const struct text_options clean = {
	.trim = true,
	.control = CONTROL_STRIP,
	.newlines = NEWLINES_LF,
	.unicode = UNICODE_NFC,
	.empty = EMPTY_NULL,
};

/* defaults without their problems: those were reported where they stand. */
static void
inherit(struct spec *sp, struct entity *en)
{
	const struct pipeline_reading *r = sp->user;
	struct problem_list *heard = sp->problems;
	if (!r->defaults)
		return;
	sp->problems = NULL;
	spec_read(sp, &pipeline_defaults_table, r->defaults, en);
	sp->problems = heard;
}

/*
 * The preset comes first, whoever names it; then what defaults write out,
 * then (by the caller) what the entity itself writes out.
 */
void
pipeline_entity_start(
    struct spec *sp, const struct node *n, void *item, const void *owner)
{
	struct entity *en = item;
	const struct node *own = node_get(n, "normalize");
	(void)owner;
	en->defaults.number.precision = -1;
	en->defaults.number.scale = -1;
	inherit(sp, en);
	bool is_clean = en->normalize == NORMALIZE_CLEAN;
	if (own && own->kind == NODE_SCALAR)
		is_clean = strcmp(own->text, "clean") == 0;
	if (!is_clean)
		return;
	en->defaults.text = clean;
	inherit(sp, en);
}

void
pipeline_conflicts_read(struct spec *sp, const struct node *n, void *owner)
{
	struct entity *en = owner;
	if (n->kind == NODE_SCALAR && strcmp(n->text, "source_wins") == 0)
		en->conflicts = true;
	else
		spec_problem(sp, n,
		    "expected source_wins, the only strategy this version "
		    "has, found %s",
		    spec_found(sp, n));
}

static bool
has(const struct strings *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], name) == 0)
			return true;
	return false;
}

static const struct field *
field_find(const struct entity *en, const char *to)
{
	for (size_t i = 0; i < en->nfields; i++)
		if (en->fields[i].to && strcmp(en->fields[i].to, to) == 0)
			return &en->fields[i];
	return NULL;
}

static void
check_twice(struct spec *sp, const struct node *n, const struct entity *en)
{
	const struct node *list = node_get(n, "fields");
	const struct node *c = list ? list->first : NULL;
	size_t mark = spec_push(sp, "fields", SIZE_MAX);
	for (size_t i = 0; c && i < en->nfields; i++, c = c->next) {
		const struct field *f = &en->fields[i];
		const struct field *first = f->to ? field_find(en, f->to) : f;
		if (first == f)
			continue;
		size_t at = spec_push(sp, NULL, i);
		spec_problem_key(sp, c, "to",
		    "\"%.60s\" is made twice, first on line %d", f->to,
		    first->line);
		spec_pop(sp, at);
	}
	spec_pop(sp, mark);
}

static bool
made(const struct entity *en, const char *name, bool sources)
{
	for (size_t i = 0; i < en->nfields; i++) {
		const struct field *f = &en->fields[i];
		if ((f->to && strcmp(f->to, name) == 0) ||
		    (sources && f->from && strcmp(f->from, name) == 0))
			return true;
		/* SQL brings in any column: normalize looks for this one. */
		if (sources && (f->expr || f->check))
			return true;
	}
	return false;
}

static void
not_made(struct spec *sp, const struct node *n, const struct entity *en,
    const char *key, const char *name)
{
	struct nearest near = { .name = name };
	for (size_t i = 0; spec_heard(sp) && i < en->nfields; i++)
		if (en->fields[i].to)
			nearest_offer(&near, en->fields[i].to);
	if (near.best)
		spec_problem_key(sp, n, key,
		    "no entry of fields makes \"%.60s\": did you mean "
		    "\"%s\"?",
		    name, near.best);
	else
		spec_problem_key(
		    sp, n, key, "no entry of fields makes \"%.60s\"", name);
}

/* Names in a list that no field makes; a secret may be a source column. */
static void
check_names(struct spec *sp, const struct node *n, const struct entity *en,
    const char *key, const struct strings *s)
{
	bool sources = s == &en->secret_fields;
	for (size_t i = 0; i < s->n; i++)
		if (!made(en, s->v[i], sources))
			not_made(sp, n, en, key, s->v[i]);
}

static void
check_fields(struct spec *sp, const struct node *n, const struct entity *en)
{
	if (en->nfields == 0)
		return;
	check_twice(sp, n, en);
	check_names(sp, n, en, "key", &en->key);
	check_names(sp, n, en, "hash_exclude", &en->hash_exclude);
	check_names(sp, n, en, "secret_fields", &en->secret_fields);
}

/* A column of Syncline's own must not be a field, nor have two uses. */
static void
check_own_columns(
    struct spec *sp, const struct node *n, const struct entity *en)
{
	const struct {
		const char *key, *column;
	} own[] = {
		{ "track.key_hash", en->track.key_hash },
		{ "track.data_hash", en->track.data_hash },
		{ "track.rowversion", en->track.rowversion },
		{ "track.synced_at", en->track.synced_at },
		{ "track.run", en->track.run },
		{ "deletes.column", en->deletes.column },
	};
	size_t uses = ARRAY_LEN(own);
	if (en->deletes.policy != DELETES_SOFT)
		uses--;
	for (size_t i = 0; i < uses; i++) {
		if (!own[i].column)
			continue;
		if (field_find(en, own[i].column) ||
		    has(&en->key, own[i].column))
			spec_problem_key(sp, n, own[i].key,
			    "\"%.60s\" is also a field: Syncline fills this "
			    "column itself",
			    own[i].column);
		for (size_t j = 0; j < i; j++)
			if (own[j].column &&
			    strcmp(own[i].column, own[j].column) == 0)
				spec_problem_key(sp, n, own[i].key,
				    "\"%.60s\" is also the column of %s",
				    own[i].column, own[j].key);
	}
}

static void
check_rules(struct spec *sp, const struct node *n, const struct entity *en)
{
	const struct deletes *d = &en->deletes;
	if (d->policy == DELETES_SOFT && !d->column)
		spec_problem_key(sp, n, "deletes.column",
		    "missing: policy soft needs the target column to set");
	/* One that defaults brought in is merely not used. */
	const struct node *own = node_get(n, "deletes");
	if (d->policy != DELETES_SOFT && own && node_get(own, "column"))
		spec_problem_key(
		    sp, n, "deletes.column", "only for policy soft");
	if (en->strategy == STRATEGY_ROWVERSION && !en->rowversion)
		spec_problem_key(sp, n, "rowversion",
		    "missing: delta rowversion needs the source column that "
		    "grows with every change");
	bool hash = en->strategy == STRATEGY_HASH ||
		    (en->strategy == STRATEGY_AUTO && !en->rowversion);
	if (en->source.probe != PROBE_NONE && !hash)
		spec_problem_key(sp, n, "source.probe",
		    "only with delta: hash: the others do not read what did "
		    "not change, or write everything anew");
}

void
pipeline_entity_check(struct spec *sp, const struct node *n, void *item)
{
	struct entity *en = item;
	pipeline_ends_check(sp, n, en);
	pipeline_value_check(sp, n, &en->defaults);
	check_fields(sp, n, en);
	check_own_columns(sp, n, en);
	check_rules(sp, n, en);
	pipeline_when_check(sp, n, en);
}

void
pipeline_defaults_check(struct spec *sp, const struct node *n, void *item)
{
	const struct entity *en = item;
	pipeline_value_check(sp, n, &en->defaults);
}
