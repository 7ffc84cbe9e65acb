#ifndef NORMALIZE_REWRITE_H
#define NORMALIZE_REWRITE_H
#include "proto/arena.h"
#include "proto/column.h"
#include <stdbool.h>

/*
 * A column made from another, row by row, that is only written from the first
 * row on that differs: where none does, it stays a view of the other.
 */
struct rewrite {
	const struct column *from;
	struct column_builder to;
	struct arena *arena;
	enum value_type type;
	size_t nrows; /* of from */
	size_t at;    /* rows taken so far */
	bool writing;
};

void rewrite_start(struct rewrite *r, const struct column *from, size_t nrows,
    enum value_type type, struct arena *a);
void rewrite_keep(struct rewrite *r); /* this row as it is; types are equal */
void rewrite_null(struct rewrite *r);
void rewrite_value(struct rewrite *r, const struct value *v);
/* c gets from's name, role and so on, and the new values. */
void rewrite_finish(struct rewrite *r, struct column *c);

#endif
