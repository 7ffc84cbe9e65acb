#include "proto/db_pg.h"
#include "proto/limits.h"
#include <postgresql/libpq-fe.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The built-in types that have a value type; OIDs are fixed for ever
 * (pg_type.dat). Everything else is opaque. */
static const struct {
	uint32_t oid;
	enum value_type type;
} types[] = {
	{ 16, VT_BOOL },
	{ 17, VT_BYTES },
	{ 19, VT_TEXT }, /* name */
	{ 20, VT_INT },
	{ 21, VT_INT },
	{ 23, VT_INT },
	{ 25, VT_TEXT },
	{ 114, VT_JSON },
	{ 700, VT_FLOAT },
	{ 701, VT_FLOAT },
	{ 1042, VT_TEXT },
	{ 1043, VT_TEXT },
	{ 1082, VT_DATE },
	{ 1083, VT_TIME },
	{ 1114, VT_TIMESTAMP },
	{ 1184, VT_TIMESTAMPTZ },
	{ 1700, VT_DECIMAL },
	{ 2950, VT_UUID },
	{ 3802, VT_JSON },
};
enum { OID_BPCHAR = 1042, OID_VARCHAR = 1043, OID_NUMERIC = 1700 };

/* The columns of the results that rows_to_schema reads. */
enum {
	COL_NAME,
	COL_TYPE,
	COL_TYPMOD,
	COL_KIND,
	COL_TYPE_NAME,
	COL_NOT_NULL,
	COL_DEFAULT,
	COL_GENERATED,
	COL_IDENTITY,
};

static enum value_type
oid_type(uint32_t oid, char kind)
{
	if (kind == 'e')
		return VT_TEXT;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].oid == oid)
			return types[i].type;
	return VT_OPAQUE;
}

/* typmod as numeric.c and varchar.c define it: -1, or 4 + the limit. */
static void
set_limits(struct schema_column *c, uint32_t oid, int typmod)
{
	c->precision = c->scale = -1;
	if (typmod < 4)
		return;
	typmod -= 4;
	if (oid == OID_BPCHAR || oid == OID_VARCHAR)
		c->precision = typmod;
	if (oid != OID_NUMERIC)
		return;
	c->precision = typmod >> 16 & 0xffff;
	/* 11 bits with a sign since PostgreSQL 15; before, never negative. */
	int scale = typmod & 0x7ff;
	c->scale = (scale ^ 1024) - 1024;
	/* numeric(5,-2) holds whole numbers of seven digits; that its last
	 * two are zeros is left to the server. */
	if (c->scale < 0) {
		c->precision -= c->scale;
		c->scale = 0;
	}
}

static bool
is_true(const struct pg_result *r, int row, int col)
{
	return PQgetvalue(r, row, col)[0] == 't';
}

static int
rows_to_schema(const struct pg_result *r, struct arena *a, struct schema *out,
    struct err *e)
{
	int n = PQntuples(r);

	if (n > LIMIT_COLUMNS)
		return err_config(e, "too_many_columns",
		    "%d columns are more than the %d that can be handled", n,
		    LIMIT_COLUMNS);
	*out = (struct schema){ .ncols = (size_t)n,
		.cols = arena_zalloc(a, (size_t)n * sizeof(*out->cols)) };
	for (int i = 0; i < n; i++) {
		struct schema_column *c = &out->cols[i];
		uint32_t oid =
		    (uint32_t)strtoul(PQgetvalue(r, i, COL_TYPE), NULL, 10);
		c->name = arena_strdup(a, PQgetvalue(r, i, COL_NAME));
		c->type = oid_type(oid, PQgetvalue(r, i, COL_KIND)[0]);
		c->type_name = arena_strdup(a, PQgetvalue(r, i, COL_TYPE_NAME));
		set_limits(c, oid,
		    (int)strtol(PQgetvalue(r, i, COL_TYPMOD), NULL, 10));
		c->not_null = is_true(r, i, COL_NOT_NULL);
		c->has_default = is_true(r, i, COL_DEFAULT);
		c->generated = is_true(r, i, COL_GENERATED);
		c->identity = is_true(r, i, COL_IDENTITY);
	}
	return 0;
}

/*
 * From col(ord, name, type, typmod, not_null, def, gen, ident) to what
 * rows_to_schema reads: a domain is followed down to its base type, whose
 * modifier it may carry, and is NOT NULL if any domain on the way is.
 */
static const char resolve[] =
    ", base AS (SELECT c.*, t.typtype, t.typbasetype, t.typtypmod,"
    " t.typnotnull FROM col c JOIN pg_catalog.pg_type t ON t.oid = c.type"
    " UNION ALL SELECT b.ord, b.name, b.typbasetype,"
    " CASE WHEN b.typmod >= 0 THEN b.typmod ELSE b.typtypmod END,"
    " b.not_null OR b.typnotnull, b.def, b.gen, b.ident,"
    " t.typtype, t.typbasetype, t.typtypmod, t.typnotnull"
    " FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype"
    " WHERE b.typtype = 'd')"
    " SELECT name, type, typmod, typtype,"
    " pg_catalog.format_type(type, typmod), not_null, def, gen, ident"
    " FROM base WHERE typtype <> 'd' ORDER BY ord";

static void
put_span(struct buf *sql, const char *s)
{
	sql_literal(sql, (struct span){ (const uint8_t *)s, strlen(s) });
}

/* t as a regclass: NULL where there is no such table. */
static void
put_regclass(struct buf *sql, const struct sql_table *t)
{
	struct buf name = { 0 };

	sql_table_put(&name, t);
	buf_puts(sql, "pg_catalog.to_regclass(");
	put_span(sql, buf_str(&name));
	buf_puts(sql, ")");
	buf_free(&name);
}

/* Names tables with a like name, or else of the same schema. */
static int
no_table(struct pg_conn *c, const struct sql_table *t, struct err *e)
{
	struct buf sql = { 0 };
	struct pg_result *r;

	buf_puts(&sql, "SELECT ");
	put_regclass(&sql, t);
	buf_puts(&sql,
	    " IS NOT NULL, string_agg(n, ', ') FROM (SELECT pg_catalog.quote_ident(schemaname) || '.' || pg_catalog.quote_ident(tablename) AS n FROM (SELECT schemaname, tablename FROM pg_catalog.pg_tables UNION SELECT schemaname, viewname FROM pg_catalog.pg_views) x WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY lower(tablename) <> lower(");
	put_span(&sql, t->name);
	buf_puts(&sql, "), schemaname <> ");
	put_span(&sql, t->schema[0] ? t->schema : "public");
	buf_puts(&sql, ", 1 LIMIT 10) y");
	int rc = db_pg_query(c, buf_str(&sql), &r, e);
	buf_free(&sql);
	if (rc != 0)
		return -1;
	const char *there = PQgetvalue(r, 0, 1);
	if (is_true(r, 0, 0))
		err_config(e, "no_columns", "table %s%s%s has no columns",
		    t->schema, t->schema[0] ? "." : "", t->name);
	else
		err_config(e, "42P01",
		    "table %s%s%s does not exist, or is hidden from this user; %s%.600s",
		    t->schema, t->schema[0] ? "." : "", t->name,
		    there[0] ? "there are: " : "no table is visible", there);
	db_pg_clear(&r);
	return -1;
}

int
db_pg_table_schema(struct pg_conn *c, const struct sql_table *t,
    struct arena *a, struct schema *out, struct err *e)
{
	struct buf sql = { 0 };
	struct pg_result *r;

	*out = (struct schema){ 0 };
	buf_puts(&sql,
	    "WITH RECURSIVE col AS (SELECT attnum::int AS ord, attname AS name, atttypid AS type, atttypmod AS typmod, attnotnull AS not_null, atthasdef OR attidentity <> '' AS def, attgenerated <> '' AS gen, attidentity <> '' AS ident FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid = ");
	put_regclass(&sql, t);
	buf_puts(&sql, ")");
	buf_puts(&sql, resolve);
	int rc = db_pg_query(c, buf_str(&sql), &r, e);
	buf_free(&sql);
	if (rc != 0)
		return -1;
	rc = PQntuples(r) ? rows_to_schema(r, a, out, e) : no_table(c, t, e);
	db_pg_clear(&r);
	return rc;
}

/* The result columns of a described statement, as the CTE col. */
static void
put_described(struct buf *sql, const struct pg_result *d)
{
	buf_puts(sql,
	    "WITH RECURSIVE col(ord, name, type, typmod, not_null, def, gen, ident) AS (VALUES ");
	for (int i = 0; i < PQnfields(d); i++) {
		buf_printf(sql, "%s(%d, ", i ? "," : "", i);
		put_span(sql, PQfname(d, i));
		buf_printf(sql,
		    "::text, %u::pg_catalog.oid, %d, false, false, false, false)",
		    PQftype(d, i), PQfmod(d, i));
	}
	buf_puts(sql, ")");
	buf_puts(sql, resolve);
}

static int
describe(
    struct pg_conn *c, const char *query, struct pg_result **out, struct err *e)
{
	*out = NULL;
	struct pg_result *r = PQprepare(c, "", query, 0, NULL);
	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		db_pg_clear(&r);
		r = PQdescribePrepared(c, "");
	}
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		db_pg_error(c, r, e);
		db_pg_clear(&r);
		return -1;
	}
	if (PQnfields(r) == 0) {
		db_pg_clear(&r);
		return err_config(
		    e, "query", "the query gives no columns; write a SELECT");
	}
	*out = r;
	return 0;
}

int
db_pg_query_schema(struct pg_conn *c, const char *query, struct arena *a,
    struct schema *out, struct err *e)
{
	struct buf sql = { 0 };
	struct pg_result *r;

	*out = (struct schema){ 0 };
	if (describe(c, query, &r, e) != 0)
		return -1;
	put_described(&sql, r);
	db_pg_clear(&r);
	int rc = db_pg_query(c, buf_str(&sql), &r, e);
	buf_free(&sql);
	if (rc != 0)
		return -1;
	rc = rows_to_schema(r, a, out, e);
	db_pg_clear(&r);
	return rc;
}

static void
put_names(struct buf *sql, const char *const *cols, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(sql, i ? "," : "");
		put_span(sql, cols[i]);
	}
}

int
db_pg_has_unique(struct pg_conn *c, const struct sql_table *t,
    const char *const *cols, size_t n, struct err *e)
{
	struct buf sql = { 0 };
	struct pg_result *r;

	/* Only plain columns, checked at once: what ON CONFLICT can use. */
	buf_puts(&sql,
	    "SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indrelid = ");
	put_regclass(&sql, t);
	buf_puts(&sql,
	    " AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE \"C\") FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, pos) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num WHERE k.pos <= i.indnkeyatts) = (SELECT array_agg(x ORDER BY x COLLATE \"C\") FROM unnest(ARRAY[");
	put_names(&sql, cols, n);
	buf_puts(&sql,
	    "]::text[]) x)) THEN 0 WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation WHERE (y.typname = 'citext' OR NOT c.collisdeterministic) AND a.attrelid = ");
	put_regclass(&sql, t);
	buf_puts(&sql, " AND a.attname = ANY (ARRAY[");
	put_names(&sql, cols, n);
	buf_puts(&sql, "]::text[])) THEN 2 ELSE 1 END");
	int rc = db_pg_query(c, buf_str(&sql), &r, e);
	buf_free(&sql);
	if (rc != 0)
		return -1;
	rc = PQgetvalue(r, 0, 0)[0] - '0';
	db_pg_clear(&r);
	return rc;
}
