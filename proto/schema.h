#ifndef PROTO_SCHEMA_H
#define PROTO_SCHEMA_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/value.h"
#include <stdbool.h>
#include <stddef.h>

/* A column of a source query or a target table, as its engine declares it. */
struct schema_column {
	const char *name;
	enum value_type type;
	const char *type_name; /* the engine's own name: "numeric(14,3)" */
	int precision;         /* digits, or characters of a text; -1 none */
	int scale;             /* fraction digits; -1 none */
	bool not_null;
	bool has_default;
	bool generated; /* computed by the engine: never written */
	bool identity;  /* the engine numbers it: written only if mapped */
};

/* An ordered list of columns; everything lives in somebody's arena. */
struct schema {
	size_t ncols;
	struct schema_column *cols;
};

/* The column of that name, or NULL. Names compare bytewise. */
const struct schema_column *schema_find(
    const struct schema *s, const char *name);

/* True if rows of the one can be taken for rows of the other: as many columns
 * of the same names, value types and, where opaque, engine's types. */
bool schema_same_rows(const struct schema *a, const struct schema *b);

/* msgpack: an array of maps, one per column (proto/README.md). */
void schema_encode(const struct schema *s, struct buf *out);
int schema_decode(struct span in, struct arena *a, struct schema *s,
    struct err *e) MUST_CHECK;

#endif
