#include "extract/pg_probe.h"
#include "extract/select.h"
#include "proto/limits.h"
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_RECORD_VERSION = 140000 };

enum exactness {
	EXACT,   /* equal is equal in every byte */
	BY_TEXT, /* only its text tells values apart */
	COLLATED /* a text: byte by byte under "C" */
};

static const struct {
	const char *type_name; /* format_type's, its modifier cut off */
	enum exactness exactness;
} known[] = {
	{ "smallint", EXACT },
	{ "integer", EXACT },
	{ "bigint", EXACT },
	{ "boolean", EXACT },
	{ "date", EXACT },
	{ "uuid", EXACT },
	{ "bytea", EXACT },
	{ "time without time zone", EXACT },
	{ "timestamp without time zone", EXACT },
	{ "timestamp with time zone", EXACT },
	{ "text", COLLATED },
	{ "character varying", COLLATED },
};

/* "timestamp(3) without time zone" is a timestamp without time zone. */
static bool
same_type(const char *declared, const char *name)
{
	while (*declared && *declared != '(' && *declared == *name) {
		declared++;
		name++;
	}
	if (*declared == '(') {
		const char *end = strchr(declared, ')');
		declared = end ? end + 1 : declared;
	}
	return strcmp(declared, name) == 0;
}

static enum exactness
exactness(const struct schema_column *c)
{
	/* A declared scale is every value's scale. */
	if (c->type == VT_DECIMAL && c->scale >= 0 &&
	    same_type(c->type_name, "numeric"))
		return EXACT;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (same_type(c->type_name, known[i].type_name))
			return known[i].exactness;
	return BY_TEXT;
}

static void
put_value(struct buf *sql, const struct schema_column *c)
{
	enum exactness how = exactness(c);
	sql_ident(sql, c->name);
	if (how == BY_TEXT)
		buf_puts(sql, "::text");
	if (how != EXACT)
		buf_puts(sql, " COLLATE \"C\"");
}

int
pg_probe_put(const struct source_handle *s, struct buf *sql, struct err *e)
{
	/* A row's hash is linear in those of its values: without the outer hash
	 * two rows could swap a value and the sum would stay. */
	buf_puts(sql,
	    "SELECT count(*), coalesce(sum(pg_catalog.hashint8extended(pg_catalog.hash_record_extended(ROW(");
	for (size_t i = 0; i < s->wanted.n; i++) {
		buf_puts(sql, i ? ", " : "");
		put_value(sql, s->wanted.cols[i].from);
	}
	buf_puts(sql, "), 0), 0)), 0)");
	if (select_put_from(s, sql, e) != 0)
		return -1;
	if (s->en->source.where)
		buf_printf(sql, " WHERE (%s\n)", s->en->source.where);
	return 0;
}

int
pg_probe(struct source_handle *s, struct pg_conn *c, uint64_t *rows,
    struct buf *out, struct err *e)
{
	struct buf sql = { 0 };
	struct pg_result *r;

	if (PQserverVersion(c) < HASH_RECORD_VERSION)
		return err_config(e, "probe",
		    "probe: checksum needs PostgreSQL 14 or newer at the source, and this is %d",
		    PQserverVersion(c) / 10000);
	if (!rows)
		buf_puts(&sql, "EXPLAIN ");
	int rc = pg_probe_put(s, &sql, e);
	if (rc == 0)
		rc = db_pg_query(c, buf_str(&sql), &r, e);
	buf_free(&sql);
	if (rc != 0)
		return err_wrap(e, "probe: checksum");
	if (rows) {
		*rows = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
		buf_puts(out, PQgetvalue(r, 0, 1));
	}
	db_pg_clear(&r);
	return 0;
}
