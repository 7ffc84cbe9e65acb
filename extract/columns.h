#ifndef EXTRACT_COLUMNS_H
#define EXTRACT_COLUMNS_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include <stdbool.h>
#include <stddef.h>

/* A source column that is read. */
struct wanted_column {
	const struct schema_column *from;
	size_t index;         /* in the schema */
	enum value_type type; /* it travels as */
	bool field;           /* goes out as ROLE_FIELD */
	bool rowversion;      /* goes out as ROLE_ROWVERSION, perhaps also */
	/* A field made of it reads "," as the decimal point: a number that
	 * has to travel as text is written without any point. */
	bool comma;
};

struct wanted {
	size_t n; /* at least 1 */
	struct wanted_column *cols;
};

/* A run of an entity, and the source it has. */
struct columns_for {
	const struct entity *en;
	enum run_mode mode;
	const struct schema *schema;
};

/*
 * What a run has to read of its source: what the mapping needs
 * and the rowversion; for a sweep what the key needs; for an adoption the
 * target's own columns of the mapped fields, without tracking columns. In
 * the schema's order. A column that it lacks, or has twice, is ERR_CONFIG.
 */
int columns_wanted(const struct columns_for *what, struct arena *a,
    struct wanted *out, struct err *e) MUST_CHECK;

/* Whether a field made of that source column reads "," as decimal point. */
bool columns_comma(const struct entity *en, const char *name);

#endif
