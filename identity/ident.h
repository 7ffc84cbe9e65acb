#ifndef IDENTITY_IDENT_H
#define IDENTITY_IDENT_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stddef.h>

/* How the rows of one entity get their hashes. Borrowed from the pipeline. */
struct ident_rules {
	const char *entity;
	struct strings key;     /* field names */
	struct strings exclude; /* fields that are not in DATA_HASH */
	bool syncflow;          /* the compatibility mode */
	bool keys_only;         /* BK_HASH alone: the columns are the key's */
};

/* A row that has no key, and the field that was NULL. */
struct ident_reject {
	uint32_t row;
	const char *field;
};

/* Memory kept from batch to batch. A zeroed one is valid. */
struct ident {
	struct buf bytes;
};
void ident_free(struct ident *self);

/*
 * The rows that have no key, in row order, in b's arena. ERR_CONFIG if a key
 * field is not among b's fields.
 */
int ident_rejects(const struct ident_rules *rules, struct batch *b,
    struct ident_reject **rejects, size_t *n, struct err *e) MUST_CHECK;

/* What a reject of that row says. */
int ident_reject_err(const struct ident_reject *r, struct err *e);

/*
 * Adds ROLE_BK_HASH and, unless keys_only, ROLE_DATA_HASH columns to b. The
 * hashes of rows without a key mean nothing.
 */
int ident_hash(struct ident *self, const struct ident_rules *rules,
    struct batch *b, struct err *e) MUST_CHECK;

/* The bytes that are hashed, for tests and explanations. */
int ident_key_bytes(const struct ident_rules *rules, const struct batch *b,
    size_t row, struct buf *out, struct err *e) MUST_CHECK;
void ident_data_bytes(const struct ident_rules *rules, const struct batch *b,
    size_t row, struct buf *out);

#endif
