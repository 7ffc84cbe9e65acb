#include "proto/sql.h"
#include <stdbool.h>
#include <string.h>

static void
put_quoted(struct buf *out, const uint8_t *p, size_t n, uint8_t quote)
{
	buf_putc(out, quote);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == quote)
			buf_putc(out, quote);
		buf_putc(out, p[i]);
	}
	buf_putc(out, quote);
}

void
sql_ident(struct buf *out, const char *name)
{
	put_quoted(out, (const uint8_t *)name, strlen(name), '"');
}

void
sql_literal(struct buf *out, struct span text)
{
	put_quoted(out, text.data, text.len, '\'');
}

static int
append(char *to, size_t size, char c, const char *text, struct err *e)
{
	size_t n = strlen(to);
	if (n + 1 >= size)
		return err_config(e, "table_name",
		    "table name \"%.64s…\" has a part of more than %zu bytes",
		    text, size - 1);
	to[n] = c;
	to[n + 1] = '\0';
	return 0;
}

/* Reads one part at *p, up to a dot or the end, and moves *p behind it. */
static int
parse_part(
    const char **p, const char *text, char *to, size_t size, struct err *e)
{
	const char *s = *p;
	bool quoted = *s == '"';

	to[0] = '\0';
	for (s += quoted; *s; s++) {
		if (!quoted && *s == '.')
			break;
		if (*s == '"' && (!quoted || s[1] != '"'))
			break;
		if (append(to, size, *s, text, e) != 0)
			return -1;
		if (*s == '"')
			s++;
	}
	if (quoted && *s++ != '"')
		return err_config(e, "table_name",
		    "table name %s has a quote that is never closed", text);
	if (*s && *s != '.')
		return err_config(e, "table_name",
		    "table name %s has a quote or text where a part should end; write parts that hold quotes or dots as \"pa\"\"rt\"",
		    text);
	if (!to[0])
		return err_config(e, "table_name",
		    "table name \"%s\" has an empty part; write table or schema.table",
		    text);
	*p = s;
	return 0;
}

int
sql_table_parse(const char *text, struct sql_table *t, struct err *e)
{
	const char *p = text;

	*t = (struct sql_table){ 0 };
	if (parse_part(&p, text, t->name, sizeof(t->name), e) != 0)
		return -1;
	if (!*p)
		return 0;
	memcpy(t->schema, t->name, sizeof(t->schema));
	p++;
	if (parse_part(&p, text, t->name, sizeof(t->name), e) != 0)
		return -1;
	if (*p)
		return err_config(e, "table_name",
		    "table name \"%s\" has more than two parts; write table or schema.table, with double quotes around a part that holds a dot",
		    text);
	return 0;
}

void
sql_table_put(struct buf *out, const struct sql_table *t)
{
	if (t->schema[0]) {
		sql_ident(out, t->schema);
		buf_putc(out, '.');
	}
	sql_ident(out, t->name);
}
