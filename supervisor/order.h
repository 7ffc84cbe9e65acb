#ifndef SUPERVISOR_ORDER_H
#define SUPERVISOR_ORDER_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stddef.h>

/* Entities by name; none means all of them. */
struct order_names {
	const char *const *v;
	size_t n;
};

/*
 * The order of work: every entity after its parents, then by priority
 * (higher first), then as they stand in the file. A cycle is broken where it
 * is met first, and logged by name. out has room for all entities.
 */
int order_entities(const struct pipeline *p, struct order_names names,
    const struct entity **out, size_t *n, struct err *e) MUST_CHECK;

/* It is one of them. */
bool order_wants(struct order_names names, const struct entity *en);

/* Fails for a name that p does not have, with the one that was meant. */
int order_known(
    const struct pipeline *p, const char *name, struct err *e) MUST_CHECK;

#endif
