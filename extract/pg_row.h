#ifndef EXTRACT_PG_ROW_H
#define EXTRACT_PG_ROW_H
#include "extract/emit.h"
#include "extract/pg_value.h"
#include "proto/arena.h"
#include <stddef.h>

/*
 * A whole row of binary COPY in one go, lengths and values together. It knows
 * the forms that most values have; any other goes to its pg_value_put. What it
 * cannot take it leaves alone: pg_copy.c then reads the row by the book, and
 * finds out whether it is unfinished or false.
 */
struct pg_row_field {
	enum {
		PG_ROW_OTHER,
		PG_ROW_INT,
		PG_ROW_MICROS,
		PG_ROW_BOOL,
		PG_ROW_DECIMAL,
		PG_ROW_BYTES
	} form;
	pg_value_put put;
};

/* One for each column of em, in a. */
struct pg_row_field *pg_row_fields(const struct emit *em, struct arena *a);

/* The bytes of the row at the front of in, which begins with a count of
 * fields that is em's, once its values are added; or 0, and nothing added. */
size_t pg_row_take(
    const struct pg_row_field *fields, struct emit *em, struct span in);

#endif
