#include "extract/key_range.h"
#include "proto/sql.h"
#include <string.h>

const char *
key_range_column(const struct source_handle *s)
{
	const struct entity *en = s->en;

	if (en->key.n == 0)
		return NULL;
	if (!en->fields_given || s->mode == MODE_ADOPT)
		return en->key.v[0];
	for (size_t i = 0; i < en->nfields; i++)
		if (strcmp(en->fields[i].to, en->key.v[0]) == 0)
			return en->fields[i].from;
	return NULL;
}

bool
key_range_wanted(const struct source_handle *s)
{
	const struct source *src = &s->en->source;

	return s->en->windowed && s->mode == MODE_SYNC && s->table &&
	       src->split == SPLIT_AUTO && src->chunk_rows > 0;
}

static void
put_text(struct buf *sql, const char *s)
{
	sql_literal(sql, (struct span){ (const uint8_t *)s, strlen(s) });
}

void
key_range_condition(const struct chunk_range *r, struct buf *sql)
{
	if (r->low) {
		sql_ident(sql, r->column);
		buf_puts(sql, " >= ");
		put_text(sql, r->low);
	}
	if (r->low && r->high)
		buf_puts(sql, " AND ");
	if (r->high) {
		buf_puts(sql, "(");
		sql_ident(sql, r->column);
		buf_puts(sql, " < ");
		put_text(sql, r->high);
		if (!r->low) {
			buf_puts(sql, " OR ");
			sql_ident(sql, r->column);
			buf_puts(sql, " IS NULL");
		}
		buf_puts(sql, ")");
	}
}
