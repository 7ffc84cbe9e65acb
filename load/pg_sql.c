#include "load/pg_sql.h"

const char *
pg_sql_stage(enum plan_kind kind)
{
	return kind == PLAN_DELETE ? "pg_temp.syncline_deletes"
				   : "pg_temp.syncline_upserts";
}

void
pg_sql_create_stage(const struct pg_shape *s, struct buf *out)
{
	buf_printf(
	    out, "CREATE TEMP TABLE %s (", pg_sql_stage(s->plan->kind) + 8);
	for (size_t i = 0; i < s->plan->n; i++)
		buf_printf(out, "%sc%zu pg_catalog.%s", i ? ", " : "", i,
		    s->cols[i].stage_type);
	buf_puts(out, ")");
}

static void
put_names(const struct pg_shape *s, struct buf *out)
{
	buf_puts(out, " (");
	for (size_t i = 0; i < s->plan->n; i++) {
		if (i)
			buf_puts(out, ", ");
		sql_ident(out, s->plan->cols[i].name);
	}
	buf_puts(out, ")");
}

void
pg_sql_copy(const struct pg_shape *s, bool direct, struct buf *out)
{
	buf_puts(out, "COPY ");
	if (direct) {
		sql_table_put(out, s->table);
		put_names(s, out);
	} else {
		buf_puts(out, pg_sql_stage(s->plan->kind));
	}
	buf_puts(out, " FROM STDIN (FORMAT binary)");
}

/* The staged rows as s, with columns c0, c1, … */
static void
put_source(const struct pg_shape *s, bool probe, struct buf *out)
{
	if (!probe) {
		buf_printf(out, "%s AS s", pg_sql_stage(s->plan->kind));
		return;
	}
	buf_puts(out, "(SELECT ");
	for (size_t i = 0; i < s->plan->n; i++)
		buf_printf(out, "%sNULL::pg_catalog.%s AS c%zu", i ? ", " : "",
		    s->cols[i].stage_type, i);
	buf_puts(out, ") AS s");
}

/* The staged value of column i; forced: in the target's type, also where
 * assignment would convert it. */
static void
put_staged(const struct pg_shape *s, size_t i, bool forced, struct buf *out)
{
	buf_printf(out, "s.c%zu", i);
	if (s->cols[i].cast || forced)
		buf_printf(out, "::%s", s->cols[i].type);
}

/* One side of a comparison that shows every difference. */
static void
put_compared(const struct pg_column *c, const char *side, struct buf *out)
{
	buf_puts(out, side);
	buf_putc(out, '.');
	sql_ident(out, c->plan->name);
	if (c->text_compare)
		buf_puts(out, "::pg_catalog.text");
	if (c->text_compare || c->collated)
		buf_puts(out, " COLLATE pg_catalog.\"C\"");
}

static void
put_row(const struct pg_shape *s, const char *side, struct buf *out)
{
	bool any = false;
	buf_puts(out, "ROW(");
	for (size_t i = 0; i < s->plan->n; i++) {
		enum plan_use use = s->plan->cols[i].use;
		if (use != USE_DATA && use != USE_MARK)
			continue;
		if (any)
			buf_puts(out, ", ");
		put_compared(&s->cols[i], side, out);
		any = true;
	}
	buf_puts(out, ")");
}

static void
put_update(const struct pg_shape *s, struct buf *out)
{
	bool any = false;
	buf_puts(out, "UPDATE SET ");
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct plan_column *c = &s->plan->cols[i];
		if (c->use == USE_KEY)
			continue;
		if (any)
			buf_puts(out, ", ");
		sql_ident(out, c->name);
		buf_puts(out, " = excluded.");
		sql_ident(out, c->name);
		any = true;
	}
	buf_puts(out, " WHERE ");
	put_row(s, "t", out);
	buf_puts(out, " IS DISTINCT FROM ");
	put_row(s, "excluded", out);
}

static void
put_upsert(const struct pg_shape *s, bool probe, struct buf *out)
{
	bool overriding = false;
	buf_puts(out, "INSERT INTO ");
	sql_table_put(out, s->table);
	buf_puts(out, " AS t");
	put_names(s, out);
	for (size_t i = 0; i < s->plan->n; i++)
		overriding |= s->cols[i].always;
	if (overriding)
		buf_puts(out, " OVERRIDING SYSTEM VALUE");
	buf_puts(out, " SELECT ");
	for (size_t i = 0; i < s->plan->n; i++) {
		if (i)
			buf_puts(out, ", ");
		put_staged(s, i, false, out);
	}
	buf_puts(out, " FROM ");
	put_source(s, probe, out);
	buf_puts(out, " ON CONFLICT (");
	for (size_t i = 0; i < s->key->n; i++) {
		if (i)
			buf_puts(out, ", ");
		sql_ident(out, s->key->v[i]);
	}
	buf_puts(out, ") DO ");
	if (plan_compares(s->plan))
		put_update(s, out);
	else
		buf_puts(out, "NOTHING");
}

static void
put_key_match(const struct pg_shape *s, struct buf *out)
{
	bool any = false;
	buf_puts(out, " WHERE ");
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct plan_column *c = &s->plan->cols[i];
		if (c->use != USE_KEY)
			continue;
		if (any)
			buf_puts(out, " AND ");
		buf_puts(out, "t.");
		sql_ident(out, c->name);
		buf_puts(out, " = ");
		put_staged(s, i, true, out);
		any = true;
	}
}

static void
put_delete(const struct pg_shape *s, bool probe, struct buf *out)
{
	buf_puts(out, "DELETE FROM ");
	sql_table_put(out, s->table);
	buf_puts(out, " AS t USING ");
	put_source(s, probe, out);
	put_key_match(s, out);
}

/* A row that is marked already keeps the time of its first mark. */
static void
put_unmarked(const struct pg_shape *s, struct buf *out)
{
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct plan_column *c = &s->plan->cols[i];
		if (c->use != USE_MARK)
			continue;
		buf_puts(out, " AND t.");
		sql_ident(out, c->name);
		if (c->from == FROM_NOW) {
			buf_puts(out, " IS NULL");
			continue;
		}
		buf_puts(out, " IS DISTINCT FROM ");
		put_staged(s, i, true, out);
	}
}

static void
put_soft_delete(const struct pg_shape *s, bool probe, struct buf *out)
{
	bool any = false;
	buf_puts(out, "UPDATE ");
	sql_table_put(out, s->table);
	buf_puts(out, " AS t SET ");
	for (size_t i = 0; i < s->plan->n; i++) {
		if (s->plan->cols[i].use == USE_KEY)
			continue;
		if (any)
			buf_puts(out, ", ");
		sql_ident(out, s->plan->cols[i].name);
		buf_puts(out, " = ");
		put_staged(s, i, false, out);
		any = true;
	}
	buf_puts(out, " FROM ");
	put_source(s, probe, out);
	put_key_match(s, out);
	put_unmarked(s, out);
}

void
pg_sql_apply(const struct pg_shape *s, bool probe, struct buf *out)
{
	if (probe)
		buf_puts(out, "EXPLAIN ");
	if (s->plan->kind == PLAN_UPSERT)
		put_upsert(s, probe, out);
	else if (s->plan->soft)
		put_soft_delete(s, probe, out);
	else
		put_delete(s, probe, out);
}
