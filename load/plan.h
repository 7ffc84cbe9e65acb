#ifndef LOAD_PLAN_H
#define LOAD_PLAN_H
#include "proto/arena.h"
#include "proto/batch.h"
#include "proto/pipeline.h"
#include "proto/schema.h"

/*
 * Which target column gets what. A plan is made for one shape of batches: the
 * fields they carry, with types, and, where the entity tracks rowversions, one
 * more column named like entity.track.rowversion. The supervisor's mapped
 * schema has the same form, so a plan can be made before any row is there.
 */
enum plan_kind {
	PLAN_UPSERT, /* every field, the cleared mark, the tracking columns */
	PLAN_DELETE, /* the key fields, and what a soft delete sets */
	PLAN_KINDS
};

enum plan_use {
	USE_KEY,   /* finds the row; never updated */
	USE_DATA,  /* a difference here makes an update */
	USE_MARK,  /* soft delete: cleared by upserts, set by deletes */
	USE_TRACK, /* written along with a change, no reason for one */
};

enum plan_from {
	FROM_FIELD,
	FROM_KEY_HASH,
	FROM_DATA_HASH,
	FROM_ROWVERSION,
	FROM_NULL, /* from here on: one value for the whole transaction */
	FROM_FALSE,
	FROM_TRUE,
	FROM_NOW,
	FROM_RUN,
};

struct plan_column {
	const char *name;
	enum plan_use use;
	enum plan_from from;
	enum value_type type;               /* of the values that come */
	const char *type_name;              /* opaque */
	const struct schema_column *target; /* NULL: a target without tables */
};

struct plan {
	enum plan_kind kind;
	bool soft; /* deletes only mark the row */
	size_t n;
	struct plan_column *cols;
};

/* The shape of b, its strings in a. */
void plan_shape(const struct entity *en, const struct batch *b, struct arena *a,
    struct schema *out);

/* A plan in a, which keeps pointers into shape and target; both live as long
 * as it does. Columns the target lacks have target NULL: check.h finds them. */
struct plan *plan_new(enum plan_kind kind, const struct entity *en,
    const struct schema *shape, const struct schema *target, struct arena *a);

/* True if b has the shape that p was made for. */
bool plan_fits(
    const struct plan *p, const struct entity *en, const struct batch *b);

/* True if a row that is there can differ: it has more than its key. */
bool plan_compares(const struct plan *p);

#endif
