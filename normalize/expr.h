#ifndef NORMALIZE_EXPR_H
#define NORMALIZE_EXPR_H
#include "proto/attr.h"
#include "proto/column.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SQL expressions over the columns of a row, in SQLite's dialect, evaluated by
 * an in-memory SQLite that is locked down: it reads the row's columns and
 * calls deterministic functions, and nothing else. No SELECT, table, file,
 * pragma, extension, randomness or clock; text, depth, results and steps are
 * limited, so that every evaluation ends.
 *
 * Columns are: bool and int as INTEGER, float as REAL, a decimal as INTEGER or
 * REAL where that is exact and else as text that compares as a number, bytes
 * as BLOB, everything else as its text. Names are SQLite's: ASCII case does
 * not matter, and two columns that differ only by it cannot be named.
 */
struct expr_db;
struct expr;

struct expr_column {
	const char *name;
	enum value_type type;
};

int expr_db_open(struct expr_db **out, struct err *e) MUST_CHECK;
void expr_db_close(struct expr_db **db); /* NULL-safe; after its exprs */

/* cols must outlive the expr. ERR_CONFIG bad_expr if the text is no
 * expression, or asks for what it may not. */
int expr_new(struct expr_db *db, const char *text,
    const struct expr_column *cols, size_t ncols, struct expr **out,
    struct err *e) MUST_CHECK;
void expr_free(struct expr **x); /* NULL-safe; clears the pointer */

/* True if it reads column i of cols. */
bool expr_uses(const struct expr *x, size_t i);

/*
 * The type its results have, found by trying it on sample rows: int, float,
 * decimal (a number, where it reads a decimal), text or bytes. ERR_CONFIG
 * no_type if they do not tell, bad_expr if it may not do what it does.
 */
int expr_type(struct expr *x, enum value_type *t, struct err *e) MUST_CHECK;

/* One batch: cols[i] is column i of expr_new, NULL where not used. */
struct expr_input {
	const struct column *const *cols;
	size_t nrows;
	const uint8_t *skip; /* bit i set: leave row i out; NULL: none */
};

/* Called in row order, once per row. v is int, float, text, bytes or NULL; why
 * is NULL, or the reason why there is no v. Both die with the call. */
typedef void expr_result(
    void *context, size_t row, const struct value *v, const char *why);
void expr_run(struct expr *x, const struct expr_input *in, expr_result *fn,
    void *context);

#endif
