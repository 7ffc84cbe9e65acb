#ifndef SUPERVISOR_CLI_TABLE_H
#define SUPERVISOR_CLI_TABLE_H
#include "proto/arena.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows for people and for programs: the one way to print either. A table is
 * filled cell after cell; it is shown with aligned columns, or, with -o json,
 * as an array of objects whose keys are the columns' names. A record is its
 * first row: "name  value" lines, or one object. Text from outside is made
 * safe to show (plain.h). A cell that is not there is "-" or null.
 */
struct json_t;

enum table_kind {
	TABLE_TEXT,
	TABLE_NUMBER,
	TABLE_TIME,    /* micros since the epoch; local time, or UTC in JSON */
	TABLE_SECONDS, /* given in ms; "3.2" */
	TABLE_BOOL,    /* yes no */
	TABLE_STATE,   /* text, coloured by what it says */
	TABLE_KINDS
};

enum table_flag {
	TABLE_JSON_ONLY = 1, /* not shown to people in tables */
	TABLE_HIDE_ZERO = 2, /* not shown either while all cells are 0 */
};

struct table_column {
	const char *name;
	enum table_kind kind;
	unsigned flags;
};

struct table_cell {
	bool none;
	int64_t number;
	const char *text; /* valid UTF-8 */
};

struct table {
	const struct table_column *cols; /* borrowed */
	size_t ncols;
	struct arena arena;
	struct table_cell *cells; /* row after row; owned */
	size_t n, cap;
};

void table_init(struct table *t, const struct table_column *cols, size_t ncols);
void table_free(struct table *t);

/* The next cell. */
void table_text(struct table *t, const char *text); /* NULL: not there */
void table_bytes(struct table *t, struct span text);
void table_number(struct table *t, uint64_t number); /* BOOL, SECONDS, too */
void table_time(struct table *t, int64_t micros);    /* 0: not there */
void table_none(struct table *t);

size_t table_rows(const struct table *t);

/* For people. table_record shows JSON_ONLY columns, too. */
void table_print(const struct table *t, bool color, struct buf *out);
void table_record(const struct table *t, bool color, struct buf *out);

/* For programs; the caller owns what it gets. */
struct json_t *table_json(const struct table *t);
struct json_t *table_json_row(const struct table *t, size_t row);

#endif
