#ifndef IDENTITY_ENCODE_H
#define IDENTITY_ENCODE_H
#include "proto/arena.h"
#include "proto/buf.h"
#include "proto/column.h"
#include <stddef.h>

/*
 * Row encodings (identity.md, version 1) straight from columns: each field as
 * uleb(len(name)) name tag uleb(len(value)) value, sorted by name, NULLs left
 * out. The bytes are those of canon_value; a test holds the two together.
 */
enum encode_form {
	ENCODE_BOOL,
	ENCODE_INT,
	ENCODE_4, /* fixed width, as it is */
	ENCODE_8,
	ENCODE_16,
	ENCODE_BYTES, /* variable width, as it is */
	ENCODE_FLOAT,
};

struct encode_field {
	const struct column *col;
	const uint8_t *nulls, *data, *offs; /* the column's */
	/* Name and tag, and the length where all values have one; readable for
	 * 16 bytes. */
	struct span prefix;
	/* Values that begin before this have 32 bytes to read. */
	size_t whole_until;
	enum encode_form form;
};

struct encode_plan {
	struct span head; /* stands before every row; readable for 16 bytes */
	size_t n;
	struct encode_field *fields; /* in the plan's arena */
	/* What the prefixes and fixed-width values of a row take at most. */
	size_t fixed_bytes;
};

/* Sorts cols by name. The columns must outlive the plan. */
void encode_plan_init(struct encode_plan *p, struct arena *a,
    const struct column *const *cols, size_t n);

/* Bytes that stand before every row. */
void encode_plan_head(struct encode_plan *p, struct arena *a, struct span head);

/* Appends the encoding of one row. */
void encode_row(const struct encode_plan *p, size_t row, struct buf *out);

#endif
