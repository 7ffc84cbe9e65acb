#ifndef PROTO_CONFIG_H
#define PROTO_CONFIG_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/problem.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * YAML text as a tree of nodes that remember where they stood. Scalars are
 * texts, whatever they look like; what they mean is decided by the table that
 * reads them (spec.h). One document only; no anchors, aliases or tags; no key
 * twice; at most LIMIT_CONFIG_DEPTH deep and CONFIG_NODES wide.
 */
enum { CONFIG_NODES = 1000000 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column; /* from 1; in a map: of its key */
	bool plain;       /* scalar: written without quotes */
	const char *name; /* its key; NULL outside a map */
	const char *text; /* scalar; never holds a NUL */
	size_t n;         /* children of a list or map */
	struct node *first;
	struct node *next; /* the parent's next child */
};

/* The tree lives in a. -1: problems were added to l. */
int config_parse(struct span text, struct arena *a, struct node **root,
    struct problem_list *l) MUST_CHECK;

/* The map's child of that name, or NULL. */
const struct node *node_get(const struct node *map, const char *name);

/* An unquoted nothing, as in "key:". */
bool node_empty(const struct node *n);

#endif
