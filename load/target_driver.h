#ifndef LOAD_TARGET_DRIVER_H
#define LOAD_TARGET_DRIVER_H
#include "load/input.h"
#include "load/plan.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a kind of target can do, for target.h, which says when what is called
 * and how it fails. */
struct target_table;

struct target_driver {
	enum driver kind;
	bool tables; /* has tables with columns to check */
	int (*open)(struct target_table *t, struct err *e);
	/* Before it is looked at to be written: waits until nothing can come
	 * any more that an earlier run has sent. NULL: it never can. */
	int (*claim)(struct target_table *t, struct err *e);
	/* Fills exists, empty and schema. */
	int (*look)(struct target_table *t, struct err *e);
	/* Looks whether the table is still there, or still missing, and empty;
	 * then what was opened to look can also write. NULL: it never can. */
	bool (*refresh)(struct target_table *t);
	/* Rows in the table, up to most; all of them may take a while. */
	int (*count)(struct target_table *t, uint64_t most, uint64_t *rows,
	    struct err *e);
	/* Makes the table, unless somebody else just did, or, for
	 * TARGET_CHECK, finds out whether it could. cols: ddl_columns */
	int (*create)(
	    struct target_table *t, struct schema *cols, struct err *e);
	/* Do these columns identify a row? An enum sql_unique, or -1. */
	int (*has_unique)(struct target_table *t, const char *const *cols,
	    size_t n, struct err *e);
	/* Readies the statements of p, which outlives them, and checks that
	 * the target would take them. Replaces a plan of the same kind. */
	int (*prepare)(
	    struct target_table *t, const struct plan *p, struct err *e);
	/* careful: constraints are judged at settle, not left to commit. */
	int (*begin)(struct target_table *t, bool careful, struct err *e);
	int (*put)(
	    struct target_table *t, const struct slice *s, struct err *e);
	int (*settle)(struct target_table *t, struct err *e);
	int (*save)(struct target_table *t, struct err *e);
	int (*release)(struct target_table *t, struct err *e);
	int (*undo)(struct target_table *t, struct err *e);
	int (*commit)(struct target_table *t, struct err *e); /* settles */
	/* Fine without a transaction. */
	void (*rollback)(struct target_table *t);
	void (*close)(struct target_table *t);
};

extern const struct target_driver target_postgres;
extern const struct target_driver target_sqlite;
extern const struct target_driver target_null;

#endif
