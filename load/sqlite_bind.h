#ifndef LOAD_SQLITE_BIND_H
#define LOAD_SQLITE_BIND_H
#include "load/plan.h"
#include "proto/buf.h"

struct sqlite3_stmt;

/*
 * One value as SQLite is to keep it: bool 0 or 1, int and float natively,
 * decimals, dates, times, uuid and json as text, bytes as a blob. In a column
 * that keeps text, numbers are their canonical text, so that a key is found
 * again whatever type it comes back as; in a column that keeps numbers,
 * decimals become the number the column would hold.
 */
enum sqlite_storage {
	SQLITE_AS_IS, /* text or blob bytes */
	SQLITE_AS_BLOB,
	SQLITE_AS_BOOL,
	SQLITE_AS_INT,
	SQLITE_AS_REAL,
	SQLITE_AS_TEXT,        /* value_text */
	SQLITE_AS_INT_IF_FITS, /* a decimal for an integer column */
	SQLITE_AS_NEAREST,     /* a decimal for a real column */
};

/* One parameter of a statement. */
struct sqlite_slot {
	enum sqlite_storage as;
	struct buf text; /* of a value that is no text yet; reused */
};

enum sqlite_storage sqlite_bind_choose(const struct plan_column *c);

/* True if the column would keep a decimal of many digits as a rounded one. */
bool sqlite_bind_rounds(const struct plan_column *c);

/* Row of c at parameter i. The bytes and the slot must stay until the
 * statement is run. SQLite's result code. */
int sqlite_bind_value(struct sqlite3_stmt *st, int i, struct sqlite_slot *slot,
    const struct column *c, size_t row) MUST_CHECK;

#endif
