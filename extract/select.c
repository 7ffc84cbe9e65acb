#include "extract/select.h"
#include "extract/watermark.h"
#include "proto/sql.h"
#include <string.h>

void
select_put_query(const char *query, struct buf *sql)
{
	size_t n = strlen(query);

	while (n && strchr("; \t\r\n", query[n - 1]))
		n--;
	buf_put(sql, query, n);
}

int
select_put_from(const struct source_handle *s, struct buf *sql, struct err *e)
{
	struct sql_table t;

	buf_puts(sql, " FROM ");
	if (!s->table) {
		/* A comment at the query's end must not swallow what follows.
		 */
		buf_puts(sql, "(");
		select_put_query(s->en->source.query, sql);
		buf_puts(sql, "\n) AS \"source query\"");
		return 0;
	}
	if (sql_table_parse(s->table, &t, e) != 0)
		return -1;
	sql_table_put(sql, &t);
	return 0;
}

static void
put_columns(const struct source_handle *s, const struct select_options *o,
    struct buf *sql)
{
	for (size_t i = 0; i < s->wanted.n; i++) {
		const struct schema_column *c = s->wanted.cols[i].from;
		buf_puts(sql, i ? ", " : "SELECT ");
		/* The cast of an inet to text adds a mask that its own text
		 * form leaves out. */
		bool as_text = o->opaque_text && c->type == VT_OPAQUE;
		bool inet = as_text && strcmp(c->type_name, "inet") == 0;
		if (inet)
			buf_puts(sql, "textin(inet_out(");
		sql_ident(sql, c->name);
		if (as_text)
			buf_puts(sql, inet ? "))" : "::text");
	}
}

static void
put_and(struct buf *sql, size_t *terms)
{
	buf_puts(sql, (*terms)++ ? " AND " : " WHERE ");
}

/* Softly deleted rows have left the state; an adoption must not bring them
 * back. A flag may be kept in a column of any type. */
static void
put_alive(const struct source_handle *s, struct buf *sql, size_t *terms)
{
	const struct deletes *d = &s->en->deletes;

	if (s->mode != MODE_ADOPT || d->policy != DELETES_SOFT || !d->column ||
	    !schema_find(&s->schema, d->column))
		return;
	put_and(sql, terms);
	buf_puts(sql, "(");
	sql_ident(sql, d->column);
	buf_puts(sql, " IS NULL OR CAST(");
	sql_ident(sql, d->column);
	buf_puts(sql, " AS text) IN ('0', 'f', 'false'))");
}

static int
put_watermark(const struct source_handle *s, const struct select_options *o,
    struct buf *sql, size_t *terms, struct err *e)
{
	struct buf term = { 0 };
	struct watermark w = { .version = o->version,
		.overlap = s->en->overlap,
		.sqlite = o->sqlite };

	if (o->version.len == 0 || !s->en->rowversion)
		return 0;
	w.column = schema_find(&s->schema, s->en->rowversion);
	if (!w.column)
		return err_bug(e, "rowversion column was not checked");
	int rc = watermark_put(&w, &term, e);
	if (rc == 0 && term.len) {
		put_and(sql, terms);
		buf_put(sql, term.data, term.len);
	}
	buf_free(&term);
	return rc;
}

int
select_put(const struct source_handle *s, const struct select_options *o,
    struct buf *sql, struct err *e)
{
	const char *where = s->mode == MODE_ADOPT ? NULL : s->en->source.where;
	size_t terms = 0;

	put_columns(s, o, sql);
	if (select_put_from(s, sql, e) != 0)
		return -1;
	if (where) {
		put_and(sql, &terms);
		buf_printf(sql, "(%s\n)", where);
	}
	if (o->condition) {
		put_and(sql, &terms);
		buf_puts(sql, o->condition);
	}
	put_alive(s, sql, &terms);
	return put_watermark(s, o, sql, &terms, e);
}
