#ifndef LOAD_PG_COLUMNS_H
#define LOAD_PG_COLUMNS_H
#include "load/plan.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/db_pg.h"
#include "proto/err.h"
#include "proto/sql.h"
#include <stdbool.h>

/*
 * How each column of a plan travels to PostgreSQL: what is sent in binary,
 * what type a staging column has to take it, and how it becomes the target
 * column's type: as it is, by the server's assignment cast (which refuses what
 * does not fit), or by an explicit cast from text.
 */
enum pg_wire {
	PG_BOOL,
	PG_DATE,
	PG_TIME,
	PG_STAMP,
	PG_UUID,
	PG_BYTES, /* the value's bytes: text, bytea, json */
	PG_JSONB, /* a version byte, then the text */
	PG_TEXT,  /* value_text */
	PG_INT2,  /* from here on: any number, refused if it does not fit */
	PG_INT4,
	PG_INT8,
	PG_FLOAT8,
	PG_NUMERIC,
};

struct pg_column {
	const struct plan_column *plan;
	enum pg_wire wire;
	const char *stage_type; /* of the staging column */
	const char *type;       /* of the target column, without modifier */
	bool cast;              /* explicit, from text to type */
	bool direct;            /* COPY straight into the table may carry it */
	bool text_compare;      /* differences show only in its text */
	bool collated;          /* a text, compared byte by byte */
	bool always;            /* GENERATED ALWAYS AS IDENTITY */
};

/* What the server says of t's columns, for any number of plans. */
int pg_columns_read(struct pg_conn *c, const struct sql_table *t,
    struct pg_result **out, struct err *e) MUST_CHECK;

/* One pg_column per column of p, in a. */
int pg_columns_choose(const struct pg_result *catalog, const struct plan *p,
    struct arena *a, struct pg_column **out, struct err *e) MUST_CHECK;

#endif
