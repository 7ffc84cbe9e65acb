/* Tables as JSON; the other half of table.h. */
#include "proto/clock.h"
#include "supervisor/cli/table.h"
#include <jansson.h>

static json_t *
time_json(int64_t micros)
{
	char text[32];
	clock_iso(micros, text);
	return text[0] ? json_string(text) : json_null();
}

static json_t *
cell_json(const struct table_column *col, const struct table_cell *cell)
{
	if (cell->none)
		return json_null();
	switch (col->kind) {
	case TABLE_TEXT:
	case TABLE_STATE:
		return json_string(cell->text);
	case TABLE_NUMBER:
		return json_integer(cell->number);
	case TABLE_TIME:
		return time_json(cell->number);
	case TABLE_SECONDS:
		return json_real((double)cell->number / 1000);
	case TABLE_BOOL:
		return json_boolean(cell->number != 0);
	case TABLE_KINDS:
		break;
	}
	return json_null();
}

struct json_t *
table_json_row(const struct table *t, size_t row)
{
	json_t *o = json_object();
	const struct table_cell *cells = &t->cells[row * t->ncols];
	for (size_t c = 0; c < t->ncols; c++)
		json_object_set_new(
		    o, t->cols[c].name, cell_json(&t->cols[c], &cells[c]));
	return o;
}

struct json_t *
table_json(const struct table *t)
{
	json_t *a = json_array();
	for (size_t r = 0; r < table_rows(t); r++)
		json_array_append_new(a, table_json_row(t, r));
	return a;
}
