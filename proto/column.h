#ifndef PROTO_COLUMN_H
#define PROTO_COLUMN_H
#include "proto/arena.h"
#include "proto/value.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * One column of a batch: a view into the batch's frame or arena.
 *
 * Fixed types (value_type_width > 0): data holds nrows little-endian values.
 * Other types: offs holds nrows + 1 little-endian uint32 offsets into data;
 * offs[0] is 0 and they never fall. nulls, where present, has bit i (LSB
 * first) set when row i is NULL; a NULL row has a zero value or no bytes.
 * Nothing in a frame is aligned: use the accessors.
 */
enum column_role {
	ROLE_FIELD = 0,      /* a column of the row: source or target field */
	ROLE_ORIGIN = 1,     /* a source column kept only to explain rejects */
	ROLE_ROWVERSION = 2, /* the source's version of the row */
	ROLE_BK_HASH = 3,    /* VT_BYTES-like, 16 bytes a row, fixed */
	ROLE_DATA_HASH = 4,  /* 32 bytes a row, fixed */
	ROLE_OP = 5,         /* enum change_op, 1 byte a row, fixed */
	ROLE_COUNT
};

struct column {
	const char *name;
	enum column_role role;
	enum value_type type;
	const char *type_name; /* opaque types; else NULL */
	const char *origin;    /* ROLE_FIELD: the source column whose values
				* these are, untouched; else NULL */
	const uint8_t *nulls;  /* NULL: no NULLs */
	const uint8_t *data;
	const uint8_t *offs; /* NULL for fixed width */
	size_t data_bytes;
};

/* Bytes per row: by role for hashes and op, else by type; 0 is variable. */
size_t column_width(const struct column *c);

static inline bool
column_null(const struct column *c, size_t i)
{
	return c->nulls && (c->nulls[i >> 3] >> (i & 7) & 1);
}

static inline uint32_t
column_off(const struct column *c, size_t i)
{
	uint32_t v;
	memcpy(&v, c->offs + 4 * i, sizeof(v));
	return v;
}

static inline int64_t
column_i64(const struct column *c, size_t i)
{
	int64_t v;
	memcpy(&v, c->data + 8 * i, sizeof(v));
	return v;
}

static inline int32_t
column_i32(const struct column *c, size_t i)
{
	int32_t v;
	memcpy(&v, c->data + 4 * i, sizeof(v));
	return v;
}

static inline double
column_f64(const struct column *c, size_t i)
{
	double v;
	memcpy(&v, c->data + 8 * i, sizeof(v));
	return v;
}

/* The bytes of row i of a variable-width column. */
static inline struct span
column_bytes(const struct column *c, size_t i)
{
	uint32_t from = column_off(c, i);
	return (struct span){ c->data + from, column_off(c, i + 1) - from };
}

/* Row i as a value; its bytes stay in the column. */
struct value column_value(const struct column *c, size_t i);

/*
 * A column being written: init, one add per row, then finish. All of it ends in
 * the arena that init was given; it grows, whatever rows_hint said.
 */
struct column_builder {
	struct arena *arena;
	enum value_type type;
	size_t width; /* 0: variable */
	size_t rows, rows_cap;
	uint8_t *data, *offs, *nulls;
	size_t bytes, bytes_cap;
	bool any_null;
};

void column_builder_init(struct column_builder *b, struct arena *a,
    enum value_type type, size_t rows_hint);
void column_builder_null(struct column_builder *b);
void column_builder_fixed(struct column_builder *b, const void *v);
void column_builder_bytes(struct column_builder *b, const void *p, size_t n);
/* Room for n bytes of the next variable value; then commit what was used. */
uint8_t *column_builder_room(struct column_builder *b, size_t n);
void column_builder_commit(struct column_builder *b, size_t n);
void column_builder_value(struct column_builder *b, const struct value *v);
/* Fills all of c but name, role, type_name and origin: the caller's. */
void column_builder_finish(struct column_builder *b, struct column *c);

#endif
