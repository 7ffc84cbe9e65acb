#include "load/check.h"
#include "proto/log.h"
#include <string.h>

static const struct plan_column *
find(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->cols[i].name, name) == 0)
			return &p->cols[i];
	return NULL;
}

static bool
missing(const struct plan *p, const struct plan_column *c)
{
	(void)p;
	return !c->target;
}

static bool
computed(const struct plan *p, const struct plan_column *c)
{
	(void)p;
	return c->target && c->target->generated;
}

static bool
doubled(const struct plan *p, const struct plan_column *c)
{
	return find(p, c->name) != c;
}

static const struct {
	bool (*wrong)(const struct plan *p, const struct plan_column *c);
	const char *what;
} column_rules[] = {
	{ missing, "has no column" },
	{ computed,
	    "computes itself, so it cannot be written; take it out of the "
	    "fields: column" },
	{ doubled,
	    "would be written twice, as a field and as the soft delete or a "
	    "tracking column: column" },
};

static void
check_columns(const struct plan *p, struct buf *out)
{
	for (size_t r = 0; r < ARRAY_LEN(column_rules); r++) {
		bool any = false;
		for (size_t i = 0; i < p->n; i++) {
			if (!column_rules[r].wrong(p, &p->cols[i]))
				continue;
			if (any)
				buf_puts(out, ", ");
			else
				buf_printf(out, "%s%s ", out->len ? "; " : "",
				    column_rules[r].what);
			sql_ident(out, p->cols[i].name);
			any = true;
		}
	}
}

static void
check_unmapped(
    const struct target_table *t, const struct plan *p, struct buf *out)
{
	bool any = false;
	for (size_t i = 0; p->kind == PLAN_UPSERT && i < t->schema.ncols; i++) {
		const struct schema_column *c = &t->schema.cols[i];
		if (!c->not_null || c->has_default || c->generated ||
		    c->identity || find(p, c->name))
			continue;
		if (!any)
			buf_printf(out,
			    "%sneeds a value that no field gives (NOT NULL "
			    "without a default) in column ",
			    out->len ? "; " : "");
		else
			buf_puts(out, ", ");
		sql_ident(out, c->name);
		any = true;
	}
}

static void
put_key(const struct strings *key, struct buf *out)
{
	for (size_t i = 0; i < key->n; i++) {
		if (i)
			buf_puts(out, ", ");
		sql_ident(out, key->v[i]);
	}
}

static int
check_unique(struct target_table *t, const struct plan *p, struct buf *out,
    struct err *e)
{
	const struct strings *key = &t->entity->key;
	int r = t->driver->has_unique(t, key->v, key->n, e);
	if (r == SQL_UNIQUE_LOOSE && p->kind == PLAN_UPSERT)
		log_warn("the target takes some keys for the same that are "
			 "not: only one row of them is kept there",
		    "entity", t->entity->name, "table", t->entity->target.table,
		    "cause",
		    "the collation of a key column does not compare bytes",
		    NULL);
	if (r != SQL_UNIQUE_NONE)
		return r < 0 ? -1 : 0;
	struct buf index = { 0 };
	buf_printf(&index, "%s_key", t->table.name);
	buf_printf(out,
	    "%slets two rows have the same key; run: CREATE UNIQUE INDEX ",
	    out->len ? "; " : "");
	sql_ident(out, buf_str(&index));
	buf_puts(out, " ON ");
	sql_table_put(out, &t->table);
	buf_puts(out, " (");
	put_key(key, out);
	buf_puts(out, ")");
	buf_free(&index);
	return 0;
}

/* Every value of the first type is one of the second. */
static const struct {
	enum value_type from, to;
} widenings[] = {
	{ VT_BOOL, VT_INT },
	{ VT_BOOL, VT_DECIMAL },
	{ VT_INT, VT_DECIMAL },
	{ VT_FLOAT, VT_DECIMAL },
	{ VT_DATE, VT_TIMESTAMP },
	{ VT_DATE, VT_TIMESTAMPTZ },
	{ VT_TIMESTAMP, VT_TIMESTAMPTZ },
	{ VT_TIMESTAMPTZ, VT_TIMESTAMP },
	{ VT_TEXT, VT_OPAQUE },
};

static bool
narrows(enum value_type from, enum value_type to)
{
	if (from == to || to == VT_TEXT)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(widenings); i++)
		if (widenings[i].from == from && widenings[i].to == to)
			return false;
	return true;
}

static void
note_narrow(const struct target_table *t, const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_column *c = &p->cols[i];
		if (c->from != FROM_FIELD || !narrows(c->type, c->target->type))
			continue;
		log_warn("target column is narrower than its field", "entity",
		    t->entity->name, "column", c->name, "field_type",
		    value_type_name(c->type), "column_type",
		    c->target->type_name, NULL);
	}
}

int
check_plan(struct target_table *t, const struct plan *p, struct err *e)
{
	struct buf out = { 0 };
	if (!t->driver->tables)
		return 0;
	check_columns(p, &out);
	check_unmapped(t, p, &out);
	int r = out.len ? 0 : check_unique(t, p, &out, e);
	if (r == 0 && out.len)
		r = err_config(e, "target_schema",
		    "entity %s: connection %s: table %s %s", t->entity->name,
		    t->entity->target.connection, t->entity->target.table,
		    buf_str(&out));
	if (r == 0 && p->kind == PLAN_UPSERT)
		note_narrow(t, p);
	buf_free(&out);
	return r;
}
