#ifndef NORMALIZE_MAPPING_IMPL_H
#define NORMALIZE_MAPPING_IMPL_H
#include "normalize/expr.h"
#include "normalize/layers.h"
#include "normalize/mapping.h"
#include "normalize/transform.h"

/* The inside of mapping*.c, for nobody else. */
struct plan {
	const struct field *f;
	const char *to;
	const char *from; /* source column; NULL for a constant or expr */
	size_t at;        /* where that column was last time */
	enum value_type type;
	const char *type_name; /* opaque: the target's; NULL: the source's */
	bool key;
	struct conversion conv; /* of what the source sends */
	struct conversion own;  /* of our own texts: constants, transforms */
	struct transform_step *steps;
	struct value constant; /* of `value`; type VT_COUNT: not one */
	struct expr *expr;
	struct value fill; /* `default` */
	struct checks *checks;
	/* `check`: over the field itself, the source's columns, "value" */
	struct expr *condition;
	struct expr_column *condition_cols;
	size_t ncondition_cols;
};

struct mapping_zone {
	const char *name;
	struct zone *zone;
	struct mapping_zone *next;
};

struct mapping_text {
	struct text_rules rules;
	struct mapping_text *next;
};

struct mapping {
	struct arena arena;
	struct mapping_spec spec;
	size_t nplans;
	struct plan *plans;
	size_t nsource;
	struct expr_column *source; /* the source's columns, for expressions */
	struct expr_db *exprs;      /* NULL until one is needed */
	struct mapping_zone *zones;
	struct mapping_text *texts; /* rules are shared: they are large */
	struct layer_work work;
};

/* Fills p, whose f, to and from are set. */
int mapping_plan(struct mapping *m, struct plan *p, struct err *e) MUST_CHECK;
void mapping_plan_free(struct plan *p);

#endif
