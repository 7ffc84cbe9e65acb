/* In which order entities run: parents before children. */
#include "proto/pipeline.h"
#include <string.h>

struct ordering {
	const struct pipeline *p;
	bool *placed;    /* by entity */
	size_t **parent; /* by entity: the entities of its parents */
};

/* A parent of i that is still to come, or i itself if there is none. */
static size_t
waits_for(const struct ordering *o, size_t i)
{
	for (size_t j = 0; j < o->p->entities[i].nparents; j++) {
		size_t parent = o->parent[i][j];
		if (parent != i && !o->placed[parent])
			return parent;
	}
	return i;
}

/* Of those that wait for nobody: the highest priority, then the first. */
static size_t
next_ready(const struct ordering *o)
{
	const struct pipeline *p = o->p;
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < p->nentities; i++) {
		if (o->placed[i] || waits_for(o, i) != i)
			continue;
		if (best == SIZE_MAX ||
		    p->entities[i].priority > p->entities[best].priority)
			best = i;
	}
	return best;
}

/*
 * Everybody left waits for somebody left, so following the waits ends in a
 * circle. The one of its members that is first in the file goes first.
 */
static size_t
break_cycle(const struct ordering *o, struct buf *cycles)
{
	size_t at = 0, first;
	while (o->placed[at])
		at++;
	for (size_t i = 0; i < o->p->nentities; i++)
		at = waits_for(o, at);
	first = at;
	for (size_t i = waits_for(o, at); i != at; i = waits_for(o, i))
		if (i < first)
			first = i;
	if (!cycles)
		return first;
	buf_puts(cycles, o->p->entities[first].name);
	for (size_t i = waits_for(o, first);; i = waits_for(o, i)) {
		buf_printf(cycles, " > %s", o->p->entities[i].name);
		if (i == first)
			break;
	}
	buf_putc(cycles, '\n');
	return first;
}

static size_t
index_of(const struct pipeline *p, const char *name)
{
	return (size_t)(pipeline_entity(p, name) - p->entities);
}

void
pipeline_order(
    const struct pipeline *p, const struct entity **order, struct buf *cycles)
{
	struct arena a = { 0 };
	struct ordering o = {
		.p = p,
		.placed = arena_zalloc(&a, p->nentities * sizeof(bool)),
		.parent = arena_zalloc(&a, p->nentities * sizeof(size_t *)),
	};
	for (size_t i = 0; i < p->nentities; i++) {
		const struct entity *en = &p->entities[i];
		o.parent[i] = arena_alloc(&a, en->nparents * sizeof(size_t));
		for (size_t j = 0; j < en->nparents; j++)
			o.parent[i][j] = index_of(p, en->parents[j].entity);
	}
	for (size_t n = 0; n < p->nentities; n++) {
		size_t i = next_ready(&o);
		if (i == SIZE_MAX)
			i = break_cycle(&o, cycles);
		o.placed[i] = true;
		order[n] = &p->entities[i];
	}
	arena_free(&a);
}
