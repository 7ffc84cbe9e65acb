#include "supervisor/cli/failed.h"
#include "supervisor/cli/mask.h"
#include "supervisor/cli/show.h"
#include <inttypes.h>

static const struct table_column columns[] = {
	{ "id", TABLE_NUMBER, 0 },
	{ "entity", TABLE_TEXT, 0 },
	{ "run", TABLE_NUMBER, 0 },
	{ "stage", TABLE_TEXT, 0 },
	{ "layer", TABLE_TEXT, 0 },
	{ "field", TABLE_TEXT, 0 },
	{ "code", TABLE_TEXT, 0 },
	{ "message", TABLE_TEXT, 0 },
	{ "key", TABLE_TEXT, 0 },
	{ "attempts", TABLE_NUMBER, 0 },
	{ "first", TABLE_TIME, 0 },
	{ "last", TABLE_TIME, 0 },
	{ "closed", TABLE_TIME, 0 },
	{ "closed_how", TABLE_TEXT, 0 },
};

static const struct table_column row_columns[] = {
	{ "column", TABLE_TEXT, 0 },
	{ "type", TABLE_TEXT, 0 },
	{ "value", TABLE_TEXT, 0 },
};

static void
put_reject(
    struct table *t, const struct entity *en, const struct store_reject *r)
{
	table_number(t, r->id);
	table_text(t, r->entity);
	table_number(t, r->run);
	table_text(t, r->what.stage);
	table_text(t, *r->what.layer ? r->what.layer : NULL);
	table_text(t, *r->what.field ? r->what.field : NULL);
	table_text(t, r->what.code);
	table_text(t, mask_message(en, r));
	table_text(t, mask_key(en, r));
	table_number(t, r->attempts);
	table_time(t, r->first_at);
	table_time(t, r->last_at);
	table_time(t, r->closed_at);
	table_text(t, failed_how(r));
}

static void
put_value(struct table *t, const struct entity *en, const struct row_value *v)
{
	struct buf text = { 0 };
	table_text(t, v->name);
	table_text(
	    t, v->type_name ? v->type_name : value_type_name(v->value.type));
	if (v->value.null) {
		table_none(t);
	} else if (mask_column(en, v->name)) {
		table_text(t, mask_text);
	} else {
		value_text(&v->value, &text);
		table_bytes(t, buf_span(&text));
	}
	buf_free(&text);
}

static int
show(
    struct cli *c, const struct store_reject *r, struct arena *a, struct err *e)
{
	const struct entity *en = pipeline_entity(c->pipeline, r->entity);
	struct table record, row;
	struct row_value *values = NULL;
	size_t n = 0;
	if (r->what.original.len &&
	    row_decode(r->what.original, a, &values, &n, e) < 0)
		return err_wrap(e, "the stored row of reject %" PRIu64, r->id);
	table_init(&record, columns, ARRAY_LEN(columns));
	table_init(&row, row_columns, ARRAY_LEN(row_columns));
	put_reject(&record, en, r);
	for (size_t i = 0; i < n; i++)
		put_value(&row, en, &values[i]);
	show_record(c, &record, "row", &row);
	table_free(&record);
	table_free(&row);
	return 0;
}

static int
no_reject(struct err *e, uint64_t id)
{
	return err_config(e, "no_reject",
	    "there is no rejected row %" PRIu64
	    ": 'syncline failed list' shows their numbers",
	    id);
}

int
failed_get_open(struct cli *c, const char *number, struct arena *a,
    struct store_reject *out, struct err *e)
{
	uint64_t id;
	if (cli_number(number, "rejected row", &id, e) < 0)
		return -1;
	int found = store_reject_get(c->store, id, a, out, e);
	if (found == 0)
		return no_reject(e, id);
	if (found == 1 && out->closed_at)
		return err_config(e, "closed",
		    "rejected row %" PRIu64 " is closed already: %s", id,
		    failed_how(out));
	return found < 0 ? -1 : 0;
}

int
failed_show(struct cli *c, struct err *e)
{
	struct arena a = { 0 };
	struct store_reject r;
	uint64_t id;
	if (c->nwords != 1)
		return cli_usage(
		    e, "failed", "show needs the number of a rejected row");
	if (cli_number(c->words[0], "rejected row", &id, e) < 0 ||
	    cli_store(c, STORE_READ, e) < 0)
		return -1;
	int rc = store_reject_get(c->store, id, &a, &r, e);
	if (rc == 1)
		rc = show(c, &r, &a, e);
	else if (rc == 0)
		rc = no_reject(e, id);
	arena_free(&a);
	return rc;
}
