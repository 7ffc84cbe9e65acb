#ifndef NORMALIZE_MAPPING_H
#define NORMALIZE_MAPPING_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * An entity's mapping, made ready once per run and applied to batch after
 * batch, a column at a time: all five layers (normalization.md).
 */
struct mapping;

struct mapping_spec {
	const struct entity *entity; /* must outlive the mapping */
	const char *file;            /* where it stands, for messages */
	const struct schema *source; /* what extract will send */
	const struct schema *target; /* NULL or empty: not known */
	enum run_mode mode;
};

/*
 * ERR_CONFIG, with file, line and field, for what must be found before the
 * first row: a `from` that the source lacks, a target column that is missing
 * or computed, a key field not mapped, one target name twice, an unknown zone,
 * a bad format, pattern, constant or expression.
 *
 * MODE_SYNC, MODE_RETRY  all fields
 * MODE_SWEEP             the key fields only
 * MODE_ADOPT             the source is the target's table: fields by their
 *                        target names, converted to their types, no more
 */
int mapping_new(const struct mapping_spec *spec, struct mapping **out,
    struct err *e) MUST_CHECK;
void mapping_free(struct mapping **m); /* NULL-safe; clears the pointer */

/* The fields that batches will have, in order, with their types. */
void mapping_schema(
    const struct mapping *m, struct arena *a, struct schema *out);

/* A row that was refused: the first reason. Texts live as long as the batch
 * and the mapping. */
struct mapping_reject {
	uint32_t row;
	bool key_known; /* its key fields are there, so it can be called seen */
	const char *layer, *code, *field, *text;
};

struct mapping_result {
	size_t nrejects;
	struct mapping_reject *rejects; /* by row; in the batch's arena */
};

/*
 * Replaces the source columns of b by the fields (ROLE_FIELD, with origin
 * where nothing changed), the source's other columns as ROLE_ORIGIN, and its
 * rowversion as ROLE_ROWVERSION. Refused rows are still there, with NULL in
 * place of what was refused; the caller reports and leaves them out.
 * ERR_CONFIG if b lacks a column that a field reads.
 */
int mapping_apply(struct mapping *m, struct batch *b,
    struct mapping_result *res, struct err *e) MUST_CHECK;

/* True if the field of that name is part of the key. */
bool mapping_is_key(const struct mapping *m, const char *field);

#endif
