#include "load/pg_columns.h"
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* OIDs of pg_type.dat; they never change. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_JSON = 114,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_BPCHAR = 1042,
	OID_VARCHAR = 1043,
	OID_DATE = 1082,
	OID_TIME = 1083,
	OID_TIMESTAMP = 1114,
	OID_TIMESTAMPTZ = 1184,
	OID_NUMERIC = 1700,
	OID_UUID = 2950,
	OID_JSONB = 3802,
};

static const char *const stage_types[] = {
	[PG_BOOL] = "bool",
	[PG_DATE] = "date",
	[PG_TIME] = "time",
	[PG_STAMP] = "timestamptz",
	[PG_UUID] = "uuid",
	[PG_BYTES] = "text",
	[PG_JSONB] = "jsonb",
	[PG_TEXT] = "text",
	[PG_INT2] = "int2",
	[PG_INT4] = "int4",
	[PG_INT8] = "int8",
	[PG_FLOAT8] = "float8",
	[PG_NUMERIC] = "numeric",
};

static bool
is_text_oid(uint32_t oid)
{
	return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR;
}

static bool
is_time_oid(uint32_t oid)
{
	return oid == OID_DATE || oid == OID_TIME || oid == OID_TIMESTAMP ||
	       oid == OID_TIMESTAMPTZ;
}

/* Sent as it will be stored. */
static struct pg_column
exact(enum pg_wire wire)
{
	return (struct pg_column){
		.wire = wire, .stage_type = stage_types[wire], .direct = true
	};
}

/* Sent in a type of its own, which assignment turns into the column's. */
static struct pg_column
assigned(enum pg_wire wire, const char *stage_type)
{
	return (struct pg_column){ .wire = wire, .stage_type = stage_type };
}

/* Anything else: as text, for text columns and for an explicit cast. */
static struct pg_column
as_text(enum value_type from, uint32_t oid)
{
	bool bytes_are_text = from == VT_TEXT || from == VT_JSON ||
			      from == VT_OPAQUE || from == VT_DECIMAL;
	struct pg_column c = exact(bytes_are_text ? PG_BYTES : PG_TEXT);
	c.direct = is_text_oid(oid);
	c.cast = !c.direct;
	return c;
}

static struct pg_column
choose_number(enum value_type from, uint32_t oid)
{
	switch (oid) {
	case OID_INT2:
		return exact(PG_INT2);
	case OID_INT4:
		return exact(PG_INT4);
	case OID_INT8:
		return exact(PG_INT8);
	case OID_NUMERIC:
		return exact(PG_NUMERIC);
	case OID_FLOAT8:
		return exact(PG_FLOAT8);
	case OID_FLOAT4:
		return from == VT_FLOAT ? assigned(PG_FLOAT8, "float8")
					: assigned(PG_NUMERIC, "numeric");
	case OID_BOOL:
		if (from == VT_BOOL)
			return exact(PG_BOOL);
		break;
	default:
		break;
	}
	return as_text(from, oid);
}

static struct pg_column
choose_time(enum value_type from, uint32_t oid)
{
	static const struct {
		enum value_type type;
		uint32_t oid;
		enum pg_wire wire;
		const char *name;
	} times[] = {
		{ VT_DATE, OID_DATE, PG_DATE, "date" },
		{ VT_TIME, OID_TIME, PG_TIME, "time" },
		{ VT_TIMESTAMP, OID_TIMESTAMP, PG_STAMP, "timestamp" },
		{ VT_TIMESTAMPTZ, OID_TIMESTAMPTZ, PG_STAMP, "timestamptz" },
	};
	for (size_t i = 0; is_time_oid(oid) && i < ARRAY_LEN(times); i++) {
		if (times[i].type != from)
			continue;
		struct pg_column c = assigned(times[i].wire, times[i].name);
		c.direct = times[i].oid == oid;
		return c;
	}
	return as_text(from, oid);
}

static struct pg_column
choose_bytes(enum value_type from, uint32_t oid)
{
	if (from == VT_JSON && oid == OID_JSONB)
		return exact(PG_JSONB);
	if ((from == VT_JSON && oid == OID_JSON) ||
	    (from != VT_OPAQUE && oid == OID_BYTEA)) {
		struct pg_column c = exact(PG_BYTES);
		c.stage_type = oid == OID_JSON ? "json" : "bytea";
		return c;
	}
	return as_text(from, oid);
}

static struct pg_column
choose(enum value_type from, uint32_t oid)
{
	switch (from) {
	case VT_BOOL:
	case VT_INT:
	case VT_DECIMAL:
	case VT_FLOAT:
		return choose_number(from, oid);
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return choose_time(from, oid);
	case VT_UUID:
		if (oid == OID_UUID)
			return exact(PG_UUID);
		break;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		return choose_bytes(from, oid);
	}
	return as_text(from, oid);
}

/*
 * Types whose "=" tells every difference that matters. Others have none
 * (json, point) or call different things equal (citext, an interval of a day
 * and of 24 hours): their text is compared.
 */
static bool
equality_tells(uint32_t oid)
{
	static const uint32_t oids[] = { OID_BOOL, OID_BYTEA, OID_INT8,
		OID_INT2, OID_INT4, OID_FLOAT4, OID_FLOAT8, OID_DATE, OID_TIME,
		OID_TIMESTAMP, OID_TIMESTAMPTZ, OID_NUMERIC, OID_UUID,
		OID_JSONB };
	for (size_t i = 0; i < ARRAY_LEN(oids); i++)
		if (oids[i] == oid)
			return true;
	return false;
}

/* $TABLE's columns: name, type as written in a cast, base type of domains. */
static const char catalog_head[] =
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, -1),"
    " CASE WHEN c.typbasetype = 0 THEN c.oid ELSE"
    " (WITH RECURSIVE d(oid, base) AS ("
    "SELECT c.oid, c.typbasetype"
    " UNION ALL SELECT t.oid, t.typbasetype"
    " FROM d JOIN pg_catalog.pg_type t ON t.oid = d.base)"
    " SELECT oid FROM d WHERE base = 0) END, a.attidentity = 'a'"
    " FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_type c ON c.oid = a.atttypid"
    " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ";

int
pg_columns_read(struct pg_conn *c, const struct sql_table *t,
    struct pg_result **out, struct err *e)
{
	struct buf name = { 0 }, sql = { 0 };
	sql_table_put(&name, t);
	buf_puts(&sql, catalog_head);
	sql_literal(&sql, buf_span(&name));
	buf_puts(&sql, "::pg_catalog.regclass");
	int r = db_pg_query(c, buf_str(&sql), out, e);
	buf_free(&name);
	buf_free(&sql);
	return r;
}

static int
find_row(const struct pg_result *r, const char *name)
{
	for (int i = 0; i < PQntuples(r); i++)
		if (strcmp(PQgetvalue(r, i, 0), name) == 0)
			return i;
	return -1;
}

int
pg_columns_choose(const struct pg_result *catalog, const struct plan *p,
    struct arena *a, struct pg_column **cols, struct err *e)
{
	struct pg_column *out = arena_zalloc(a, (p->n + 1) * sizeof(*out));
	for (size_t i = 0; i < p->n; i++) {
		int row = find_row(catalog, p->cols[i].name);
		if (row < 0)
			return err_config(e, "42703",
			    "column %s is gone from the target table",
			    p->cols[i].name);
		uint32_t oid =
		    (uint32_t)strtoul(PQgetvalue(catalog, row, 2), NULL, 10);
		out[i] = choose(p->cols[i].type, oid);
		out[i].plan = &p->cols[i];
		out[i].type = arena_strdup(a, PQgetvalue(catalog, row, 1));
		out[i].collated = is_text_oid(oid);
		out[i].text_compare = !out[i].collated && !equality_tells(oid);
		out[i].always = PQgetvalue(catalog, row, 3)[0] == 't';
	}
	*cols = out;
	return 0;
}
