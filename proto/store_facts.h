#ifndef PROTO_STORE_FACTS_H
#define PROTO_STORE_FACTS_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdint.h>

/* What is to be watched about an entity, as the store has it. */
struct store_facts {
	const char *entity;
	int64_t success_at; /* the last sync that completed; 0: none */
	uint64_t rejects;   /* open ones */
	int64_t duration;   /* microseconds of the latest run that ended */
	uint64_t pending, conflicted, withheld; /* of that run */
};

/* Of the entity, or of all with NULL: *out has *n, in a. */
int store_facts_get(struct store *s, const char *entity, struct arena *a,
    struct store_facts **out, size_t *n, struct err *e) MUST_CHECK;

/* Writes a little where it changes nothing: could the store be written to,
 * now? Cheap. */
int store_facts_writable(struct store *s, struct err *e) MUST_CHECK;

#endif
