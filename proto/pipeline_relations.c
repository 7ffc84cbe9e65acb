/* What must be true of all connections and entities together. */
#include "proto/nearest.h"
#include "proto/pipeline_spec.h"
#include <stdbool.h>
#include <string.h>

struct relations {
	struct spec *sp;
	const struct pipeline *p;
	const struct node *root;
};

static void
connection_names(const struct relations *r)
{
	const struct node *list = node_get(r->root, "connections");
	const struct node *c = list ? list->first : NULL;
	for (size_t i = 0; c && i < r->p->nconnections; i++, c = c->next) {
		const struct connection *x = &r->p->connections[i];
		for (size_t j = 0; x->name && j < i; j++) {
			const struct connection *y = &r->p->connections[j];
			if (!y->name || strcmp(x->name, y->name) != 0)
				continue;
			size_t mark = spec_push(r->sp, "connections", i);
			spec_problem_key(r->sp, c, "name",
			    "\"%s\" is also the connection of line %d", x->name,
			    y->line);
			spec_pop(r->sp, mark);
			break;
		}
	}
}

static bool
same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* The same database: one connection, or two that say the same. */
static bool
same_place(const struct connection *a, const struct connection *b)
{
	if (!a || !b || a->driver == DRIVER_NULL)
		return false;
	return a == b ||
	       (a->driver == b->driver &&
		   (same_text(a->path, b->path) || same_text(a->dsn, b->dsn)));
}

static bool
same_target(const struct entity *a, const struct entity *b)
{
	return same_place(a->target.conn, b->target.conn) &&
	       same_text(a->target.table, b->target.table);
}

/* Entities by one of their texts; those of a slot stand as in the file. */
struct by_text {
	size_t mask, *first, *last, *next; /* NONE ends */
};
#define NONE SIZE_MAX

struct clashes {
	struct by_text names, tables;
};

static void
by_text_init(struct by_text *x, size_t n, struct arena *a)
{
	x->mask = 1;
	while (x->mask < 2 * n)
		x->mask = x->mask * 2 + 1;
	x->first = arena_alloc(a, (x->mask + 1) * sizeof(*x->first));
	x->last = arena_alloc(a, (x->mask + 1) * sizeof(*x->last));
	x->next = arena_alloc(a, (n + 1) * sizeof(*x->next));
	for (size_t i = 0; i <= x->mask; i++)
		x->first[i] = NONE;
}

/* FNV-1a */
static size_t
slot_of(const struct by_text *x, const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (size_t)h & x->mask;
}

static void
by_text_add(struct by_text *x, const char *text, size_t i)
{
	if (!text)
		return;
	size_t s = slot_of(x, text);
	x->next[i] = NONE;
	if (x->first[s] == NONE)
		x->first[s] = i;
	else
		x->next[x->last[s]] = i;
	x->last[s] = i;
}

static bool
same_name(const struct entity *a, const struct entity *b)
{
	return same_text(a->name, b->name);
}

/* The first entity that x was told of which is like en, or NULL. */
static const struct entity *
by_text_find(const struct by_text *x, const char *text, const struct entity *en,
    const struct entity *all,
    bool (*like)(const struct entity *, const struct entity *))
{
	if (!text)
		return NULL;
	for (size_t i = x->first[slot_of(x, text)]; i != NONE; i = x->next[i])
		if (like(en, &all[i]))
			return &all[i];
	return NULL;
}

/* Against every entity before it: the first clash of each kind is said, and
 * they are said in the order of the file. */
static void
entity_clashes(const struct relations *r, struct clashes *seen,
    const struct node *n, const struct entity *x)
{
	const struct entity *all = r->p->entities;
	const struct entity *name =
	    by_text_find(&seen->names, x->name, x, all, same_name);
	const struct entity *target =
	    by_text_find(&seen->tables, x->target.table, x, all, same_target);
	bool target_first = target && name && target < name;
	for (int turn = 0; turn < 2; turn++) {
		if (name && (turn == 1) == target_first)
			spec_problem_key(r->sp, n, "name",
			    "\"%s\" is also the entity of line %d", x->name,
			    name->line);
		if (target && (turn == 0) == target_first)
			spec_problem_key(r->sp, n, "target",
			    "the entity of line %d writes the same table, "
			    "\"%.60s\"",
			    target->line, x->target.table);
	}
}

static void
dangling(const struct relations *r, const struct node *n, const char *name)
{
	struct nearest near = { .name = name };
	for (size_t i = 0; spec_heard(r->sp) && i < r->p->nentities; i++)
		if (r->p->entities[i].name)
			nearest_offer(&near, r->p->entities[i].name);
	if (near.best)
		spec_problem_key(r->sp, n, "entity",
		    "no entity is called \"%s\": did you mean \"%s\"?", name,
		    near.best);
	else
		spec_problem_key(
		    r->sp, n, "entity", "no entity is called \"%s\"", name);
}

static const struct entity *
find_entity(const struct relations *r, const struct node *n, const char *name)
{
	for (size_t i = 0; i < r->p->nentities; i++)
		if (same_text(r->p->entities[i].name, name))
			return &r->p->entities[i];
	dangling(r, n, name);
	return NULL;
}

static bool
contains(const struct strings *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], name) == 0)
			return true;
	return false;
}

/* by must name every field of the parent's key, and nothing else. */
static void
parent_key(const struct relations *r, const struct node *n,
    const struct parent *pa, const struct entity *to)
{
	for (size_t i = 0; i < to->key.n; i++)
		if (pa->by_parent.n && !contains(&pa->by_parent, to->key.v[i]))
			spec_problem_key(r->sp, n, "by",
			    "nothing refers to \"%.60s\", a key field of "
			    "entity %s",
			    to->key.v[i], to->name);
	for (size_t i = 0; to->key.n && i < pa->by_parent.n; i++)
		if (!contains(&to->key, pa->by_parent.v[i]))
			spec_problem_key(r->sp, n, "by",
			    "\"%.60s\" is not a key field of entity %s",
			    pa->by_parent.v[i], to->name);
}

static void
child_fields(const struct relations *r, const struct node *n,
    const struct entity *en, const struct parent *pa)
{
	for (size_t i = 0; en->nfields > 0 && i < pa->by_child.n; i++) {
		bool found = false;
		for (size_t j = 0; j < en->nfields && !found; j++)
			found = same_text(en->fields[j].to, pa->by_child.v[i]);
		if (!found)
			spec_problem_key(r->sp, n, "by",
			    "no entry of fields makes \"%.60s\"",
			    pa->by_child.v[i]);
	}
}

static void
entity_parents(
    const struct relations *r, const struct node *n, const struct entity *en)
{
	const struct node *list = node_get(n, "parents");
	const struct node *c = list ? list->first : NULL;
	for (size_t i = 0; c && i < en->nparents; i++, c = c->next) {
		const struct parent *pa = &en->parents[i];
		size_t mark = spec_push(r->sp, "parents", i);
		for (size_t j = 0; j < i; j++)
			if (same_text(pa->name, en->parents[j].name))
				spec_problem_key(r->sp, c, "name",
				    "\"%s\" is given twice", pa->name);
		const struct entity *to =
		    pa->entity ? find_entity(r, c, pa->entity) : NULL;
		if (to)
			parent_key(r, c, pa, to);
		child_fields(r, c, en, pa);
		spec_pop(r->sp, mark);
	}
}

/* Partitions are dealt to workers; a worker without one would idle. */
static void
partitions(const struct relations *r)
{
	const struct pipeline *p = r->p;
	const struct node *state = node_get(r->root, "state");
	const struct node *workers = node_get(r->root, "workers");
	if (p->state_partitions & (p->state_partitions - 1)) {
		size_t mark = spec_push(r->sp, "state", SIZE_MAX);
		spec_problem_key(r->sp, state, "partitions",
		    "expected a power of two, found %lld",
		    (long long)p->state_partitions);
		spec_pop(r->sp, mark);
	}
	const struct {
		const char *key;
		int64_t n;
	} bound[] = {
		{ "delta", p->workers_delta },
		{ "resolver", p->workers_resolver },
		{ "load", p->workers_load },
	};
	size_t mark = spec_push(r->sp, "workers", SIZE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(bound); i++)
		if (bound[i].n > p->state_partitions)
			spec_problem_key(r->sp, workers, bound[i].key,
			    "%lld workers cannot share %lld partitions: "
			    "raise state.partitions",
			    (long long)bound[i].n,
			    (long long)p->state_partitions);
	spec_pop(r->sp, mark);
}

void
pipeline_relations_check(
    struct spec *sp, const struct node *root, const struct pipeline *p)
{
	const struct relations r = { sp, p, root };
	if (root->kind != NODE_MAP)
		return;
	connection_names(&r);
	struct arena a = { 0 };
	struct clashes seen;
	by_text_init(&seen.names, p->nentities, &a);
	by_text_init(&seen.tables, p->nentities, &a);
	const struct node *list = node_get(root, "entities");
	const struct node *c = list ? list->first : NULL;
	for (size_t i = 0; c && i < p->nentities; i++, c = c->next) {
		const struct entity *en = &p->entities[i];
		if (c->kind == NODE_MAP) {
			size_t mark = spec_push(sp, "entities", i);
			entity_clashes(&r, &seen, c, en);
			entity_parents(&r, c, en);
			spec_pop(sp, mark);
		}
		by_text_add(&seen.names, en->name, i);
		by_text_add(&seen.tables, en->target.table, i);
	}
	arena_free(&a);
	partitions(&r);
	pipeline_metrics_check(sp, root, p);
}
