#include "supervisor/cli/show.h"
#include <jansson.h>
#include <stdio.h>

static void
print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', stdout);
	json_decref(j);
}

static void
print_text(struct buf *text)
{
	fwrite(text->data, 1, text->len, stdout);
	buf_free(text);
}

void
show_table(const struct cli *c, const struct table *t)
{
	struct buf text = { 0 };
	if (c->json) {
		print_json(table_json(t));
	} else if (table_rows(t)) {
		table_print(t, c->color, &text);
		print_text(&text);
	}
}

void
show_record(const struct cli *c, const struct table *record,
    const char *parts_name, const struct table *parts)
{
	struct buf text = { 0 };
	if (c->json) {
		json_t *o = table_json_row(record, 0);
		if (parts)
			json_object_set_new(o, parts_name, table_json(parts));
		print_json(o);
		return;
	}
	table_record(record, c->color, &text);
	if (parts && table_rows(parts)) {
		buf_putc(&text, '\n');
		table_print(parts, c->color, &text);
	}
	print_text(&text);
}
