#include "supervisor/order.h"
#include "proto/arena.h"
#include "proto/log.h"
#include "proto/nearest.h"
#include <stdlib.h>
#include <string.h>

enum mark { UNSEEN, OPEN, PLACED };

struct ordering {
	const struct pipeline *pipeline;
	unsigned char *marks;
	const struct entity **out;
	size_t n;
};

static size_t
index_of(const struct pipeline *p, const struct entity *en)
{
	return (size_t)(en - p->entities);
}

/* Depth first, so that parents stand in front. Depth is bounded by the number
 * of entities. */
static void
place(struct ordering *o, const struct entity *en)
{
	size_t i = index_of(o->pipeline, en);
	if (o->marks[i] == OPEN)
		log_warn("entities are each other's parents", "entity",
		    en->name, NULL);
	if (o->marks[i] != UNSEEN)
		return;
	o->marks[i] = OPEN;
	for (size_t k = 0; k < en->nparents; k++) {
		const struct entity *parent =
		    pipeline_entity(o->pipeline, en->parents[k].entity);
		if (parent && parent != en)
			place(o, parent);
	}
	o->marks[i] = PLACED;
	o->out[o->n++] = en;
}

static int
by_priority(const void *a, const void *b)
{
	const struct entity *x = *(const struct entity *const *)a;
	const struct entity *y = *(const struct entity *const *)b;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return x < y ? -1 : x > y;
}

bool
order_wants(struct order_names names, const struct entity *en)
{
	for (size_t i = 0; i < names.n; i++)
		if (strcmp(names.v[i], en->name) == 0)
			return true;
	return names.n == 0;
}

int
order_known(const struct pipeline *p, const char *name, struct err *e)
{
	if (pipeline_entity(p, name))
		return 0;
	struct nearest near = { .name = name };
	for (size_t i = 0; i < p->nentities; i++)
		nearest_offer(&near, p->entities[i].name);
	if (near.best)
		return err_config(e, "no_entity",
		    "%s has no entity \"%.60s\": did you mean %s?", p->path,
		    name, near.best);
	return err_config(e, "no_entity",
	    "%s has no entity \"%.60s\": 'syncline status' lists them", p->path,
	    name);
}

static int
check_names(const struct pipeline *p, struct order_names names, struct err *e)
{
	for (size_t i = 0; i < names.n; i++)
		if (order_known(p, names.v[i], e) < 0)
			return -1;
	return 0;
}

int
order_entities(const struct pipeline *p, struct order_names names,
    const struct entity **out, size_t *n, struct err *e)
{
	if (check_names(p, names, e) < 0)
		return -1;
	struct arena a = { 0 };
	const struct entity **sorted =
	    arena_alloc(&a, (p->nentities + 1) * sizeof(*sorted));
	for (size_t i = 0; i < p->nentities; i++)
		sorted[i] = &p->entities[i];
	qsort(sorted, p->nentities, sizeof(*sorted), by_priority);
	struct ordering o = { .pipeline = p,
		.marks = arena_zalloc(&a, p->nentities + 1),
		.out = arena_alloc(&a, (p->nentities + 1) * sizeof(*sorted)) };
	for (size_t i = 0; i < p->nentities; i++)
		place(&o, sorted[i]);
	*n = 0;
	for (size_t i = 0; i < o.n; i++)
		if (order_wants(names, o.out[i]))
			out[(*n)++] = o.out[i];
	arena_free(&a);
	return 0;
}
