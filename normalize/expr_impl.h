#ifndef NORMALIZE_EXPR_IMPL_H
#define NORMALIZE_EXPR_IMPL_H
#include "normalize/expr.h"
#include "proto/buf.h"
#include <sqlite3.h>

/* The inside of expr*.c, for nobody else. */
enum {
	EXPR_SQL_BYTES_MAX = 64 << 10,
	EXPR_STEP_OPS = 500,         /* between two looks at the budget */
	EXPR_ROW_OPS_MAX = 20 * 500, /* virtual machine steps per row */
};

struct expr_db {
	struct sqlite3 *db;
	sqlite3_vfs vfs; /* the default one, without a clock */
	char vfs_name[32];
	bool clock_asked;
	unsigned tables;    /* made so far: numbers their names */
	struct expr *being; /* prepared or run right now */
};

struct expr {
	struct expr_db *owner;
	sqlite3_stmt *stmt;
	char table[24];
	const struct expr_column *cols;
	size_t ncols;
	bool *hidden; /* by column: cannot be named */
	bool *used;
	int selects;    /* seen while preparing */
	bool declaring; /* our own declaration of the table is being parsed */
	/* while running */
	const struct expr_input *in;
	size_t start;   /* the first row of the next pass */
	size_t current; /* the row being evaluated */
	int ops;        /* spent on it, in EXPR_STEP_OPS */
	struct buf text;
};

/* Registers the virtual table x->table, whose rows are x->in. */
int expr_table_register(struct expr *x);

#endif
