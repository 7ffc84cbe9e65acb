#include "load/sqlite_sql.h"

/* One long chain would be deeper than SQLite allows an expression to be. */
enum { DIFFERS_GROUP = 32 };

/*
 * A difference is one of the bytes, whatever collation the column has. OR
 * ABORT stands in every statement because a constraint declared with ON
 * CONFLICT IGNORE would otherwise drop the row without a word.
 */
static void
put_differs(const struct plan *p, struct buf *out)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_column *c = &p->cols[i];
		if (c->use != USE_DATA && c->use != USE_MARK)
			continue;
		if (n % DIFFERS_GROUP)
			buf_puts(out, " OR t.");
		else
			buf_puts(out, n ? ") OR (t." : " WHERE (t.");
		sql_ident(out, c->name);
		buf_puts(out, " IS NOT excluded.");
		sql_ident(out, c->name);
		buf_puts(out, " COLLATE BINARY");
		n++;
	}
	if (n)
		buf_putc(out, ')');
}

static void
put_update(const struct plan *p, struct buf *out)
{
	bool any = false;
	buf_puts(out, "UPDATE SET ");
	for (size_t i = 0; i < p->n; i++) {
		if (p->cols[i].use == USE_KEY)
			continue;
		buf_puts(out, any ? ", " : "");
		sql_ident(out, p->cols[i].name);
		buf_puts(out, " = excluded.");
		sql_ident(out, p->cols[i].name);
		any = true;
	}
	put_differs(p, out);
}

static void
put_upsert(const struct plan *p, const struct sql_table *t,
    const struct strings *key, struct buf *out)
{
	buf_puts(out, "INSERT OR ABORT INTO ");
	sql_table_put(out, t);
	buf_puts(out, " AS t (");
	for (size_t i = 0; i < p->n; i++) {
		buf_puts(out, i ? ", " : "");
		sql_ident(out, p->cols[i].name);
	}
	buf_puts(out, ") VALUES (");
	for (size_t i = 0; i < p->n; i++)
		buf_printf(out, "%s?%zu", i ? ", " : "", i + 1);
	buf_puts(out, ") ON CONFLICT (");
	for (size_t i = 0; i < key->n; i++) {
		buf_puts(out, i ? ", " : "");
		sql_ident(out, key->v[i]);
	}
	buf_puts(out, ") DO ");
	if (plan_compares(p))
		put_update(p, out);
	else
		buf_puts(out, "NOTHING");
}

static void
put_key_match(const struct plan *p, struct buf *out)
{
	bool any = false;
	for (size_t i = 0; i < p->n; i++) {
		if (p->cols[i].use != USE_KEY)
			continue;
		buf_puts(out, any ? " AND t." : " WHERE t.");
		sql_ident(out, p->cols[i].name);
		buf_printf(out, " = ?%zu", i + 1);
		any = true;
	}
}

static void
put_delete(const struct plan *p, const struct sql_table *t, struct buf *out)
{
	buf_puts(out, "DELETE FROM ");
	sql_table_put(out, t);
	buf_puts(out, " AS t");
	put_key_match(p, out);
}

static void
put_soft_delete(
    const struct plan *p, const struct sql_table *t, struct buf *out)
{
	bool any = false;
	buf_puts(out, "UPDATE OR ABORT ");
	sql_table_put(out, t);
	buf_puts(out, " AS t SET ");
	for (size_t i = 0; i < p->n; i++) {
		if (p->cols[i].use == USE_KEY)
			continue;
		buf_puts(out, any ? ", " : "");
		sql_ident(out, p->cols[i].name);
		buf_printf(out, " = ?%zu", i + 1);
		any = true;
	}
	put_key_match(p, out);
	/* A row that is marked already keeps the time of its first mark. */
	for (size_t i = 0; i < p->n; i++) {
		if (p->cols[i].use != USE_MARK)
			continue;
		buf_puts(out, " AND t.");
		sql_ident(out, p->cols[i].name);
		if (p->cols[i].from == FROM_NOW)
			buf_puts(out, " IS NULL");
		else
			buf_printf(out, " IS NOT ?%zu", i + 1);
	}
}

void
sqlite_sql_row(const struct plan *p, const struct sql_table *t,
    const struct strings *key, struct buf *out)
{
	if (p->kind == PLAN_UPSERT)
		put_upsert(p, t, key, out);
	else if (p->soft)
		put_soft_delete(p, t, out);
	else
		put_delete(p, t, out);
}
