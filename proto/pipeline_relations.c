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

/* Against every entity before it: the first clash of each kind is said. */
static void
entity_clashes(const struct relations *r, const struct node *n, size_t i)
{
	const struct entity *x = &r->p->entities[i];
	bool name_said = false, target_said = false;
	for (size_t j = 0; j < i; j++) {
		const struct entity *y = &r->p->entities[j];
		if (!name_said && same_text(x->name, y->name)) {
			spec_problem_key(r->sp, n, "name",
			    "\"%s\" is also the entity of line %d", x->name,
			    y->line);
			name_said = true;
		}
		if (!target_said && same_target(x, y)) {
			spec_problem_key(r->sp, n, "target",
			    "the entity of line %d writes the same table, "
			    "\"%.60s\"",
			    y->line, x->target.table);
			target_said = true;
		}
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
	const struct node *list = node_get(root, "entities");
	const struct node *c = list ? list->first : NULL;
	for (size_t i = 0; c && i < p->nentities; i++, c = c->next) {
		if (c->kind != NODE_MAP)
			continue;
		size_t mark = spec_push(sp, "entities", i);
		entity_clashes(&r, c, i);
		entity_parents(&r, c, &p->entities[i]);
		spec_pop(sp, mark);
	}
	partitions(&r);
}
