#include "load/ddl.h"
#include <string.h>

static const char *const pg_types[] = {
	[VT_BOOL] = "boolean",
	[VT_INT] = "bigint",
	[VT_DECIMAL] = "numeric",
	[VT_FLOAT] = "double precision",
	[VT_TEXT] = "text",
	[VT_BYTES] = "bytea",
	[VT_DATE] = "date",
	[VT_TIME] = "time",
	[VT_TIMESTAMP] = "timestamp",
	[VT_TIMESTAMPTZ] = "timestamptz",
	[VT_UUID] = "uuid",
	[VT_JSON] = "jsonb",
	[VT_OPAQUE] = "text",
};
_Static_assert(ARRAY_LEN(pg_types) == VT_COUNT, "one row per value type");

/* The first word tells the type to whoever reads the table back; TEXT gives
 * the affinity that keeps every digit (db_sqlite.h). */
static const char *const sqlite_types[] = {
	[VT_BOOL] = "BOOLEAN",
	[VT_INT] = "INTEGER",
	[VT_DECIMAL] = "DECIMAL TEXT",
	[VT_FLOAT] = "REAL",
	[VT_TEXT] = "TEXT",
	[VT_BYTES] = "BLOB",
	[VT_DATE] = "DATE TEXT",
	[VT_TIME] = "TIME TEXT",
	[VT_TIMESTAMP] = "TIMESTAMP TEXT",
	[VT_TIMESTAMPTZ] = "TIMESTAMPTZ TEXT",
	[VT_UUID] = "UUID TEXT",
	[VT_JSON] = "JSON TEXT",
	[VT_OPAQUE] = "TEXT",
};
_Static_assert(ARRAY_LEN(sqlite_types) == VT_COUNT, "one row per value type");

static const struct field *
find_field(const struct entity *en, const char *name)
{
	for (size_t i = 0; i < en->nfields; i++)
		if (strcmp(en->fields[i].to, name) == 0)
			return &en->fields[i];
	return NULL;
}

static bool
is_key(const struct entity *en, const char *name)
{
	for (size_t i = 0; i < en->key.n; i++)
		if (strcmp(en->key.v[i], name) == 0)
			return true;
	return false;
}

static void
add(struct schema *out, const char *name, enum value_type type)
{
	out->cols[out->ncols++] = (struct schema_column){
		.name = name, .type = type, .precision = -1, .scale = -1
	};
}

static void
add_field(
    struct schema *out, const struct entity *en, const struct schema_column *c)
{
	const struct field *f = find_field(en, c->name);
	struct schema_column *to = &out->cols[out->ncols++];
	*to = (struct schema_column){
		.name = c->name,
		.type = c->type,
		.type_name = c->type == VT_OPAQUE ? c->type_name : NULL,
		.precision = f ? f->number.precision : -1,
		.scale = f ? f->number.scale : -1,
		.not_null = is_key(en, c->name),
	};
	if (to->type != VT_DECIMAL || to->precision <= 0 || to->scale < 0 ||
	    to->scale > to->precision)
		to->precision = to->scale = -1;
}

static void
add_own(struct schema *out, const struct entity *en)
{
	const struct track *tr = &en->track;
	if (en->deletes.policy == DELETES_SOFT && en->deletes.column)
		add(out, en->deletes.column,
		    en->deletes.value == SOFT_TRUE ? VT_BOOL : VT_TIMESTAMPTZ);
	if (tr->key_hash)
		add(out, tr->key_hash, VT_TEXT);
	if (tr->data_hash)
		add(out, tr->data_hash, VT_TEXT);
	if (tr->synced_at)
		add(out, tr->synced_at, VT_TIMESTAMPTZ);
	if (tr->run)
		add(out, tr->run, VT_INT);
}

enum { OWN_COLUMNS = 6 };

int
ddl_columns(const struct entity *en, const struct schema *shape,
    struct arena *a, struct schema *out, struct err *e)
{
	const char *version = en->track.rowversion;
	enum value_type version_type = VT_TEXT;
	*out = (struct schema){ .cols = arena_zalloc(
				    a, (shape->ncols + OWN_COLUMNS) *
					   sizeof(*out->cols)) };
	for (size_t i = 0; i < shape->ncols; i++) {
		const struct schema_column *c = &shape->cols[i];
		if (version && strcmp(c->name, version) == 0)
			version_type = c->type;
		else
			add_field(out, en, c);
	}
	for (size_t i = 0; i < en->key.n; i++)
		if (!schema_find(out, en->key.v[i]))
			return err_config(e, "key",
			    "key field %s is not among the fields",
			    en->key.v[i]);
	add_own(out, en);
	if (version)
		add(out, version, version_type);
	return 0;
}

/* For an opaque type in PostgreSQL type_name is pasted as it stands: it comes
 * from format_type, or is NULL for text. */
static void
put_type(enum driver driver, const struct schema_column *c, struct buf *out)
{
	if (driver == DRIVER_SQLITE) {
		buf_puts(out, sqlite_types[c->type]);
		return;
	}
	if (c->type == VT_OPAQUE && c->type_name) {
		buf_puts(out, c->type_name);
		return;
	}
	buf_puts(out, pg_types[c->type]);
	if (c->type == VT_DECIMAL && c->precision > 0)
		buf_printf(out, "(%d,%d)", c->precision, c->scale);
}

void
ddl_create(enum driver driver, const struct sql_table *t,
    const struct schema *cols, const struct strings *key, struct buf *out)
{
	buf_puts(out, "CREATE TABLE IF NOT EXISTS ");
	sql_table_put(out, t);
	buf_puts(out, " (");
	for (size_t i = 0; i < cols->ncols; i++) {
		sql_ident(out, cols->cols[i].name);
		buf_putc(out, ' ');
		put_type(driver, &cols->cols[i], out);
		buf_puts(out, cols->cols[i].not_null ? " NOT NULL, " : ", ");
	}
	buf_puts(out, "PRIMARY KEY (");
	for (size_t i = 0; i < key->n; i++) {
		if (i)
			buf_puts(out, ", ");
		sql_ident(out, key->v[i]);
	}
	buf_puts(out, "))");
}
