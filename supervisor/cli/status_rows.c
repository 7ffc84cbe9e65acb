#include "proto/store_entity.h"
#include "proto/store_reject.h"
#include "proto/store_run.h"
#include "supervisor/cli/run_row.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"

static const struct table_column columns[] = {
	{ "entity", TABLE_TEXT, 0 },
	{ "run", TABLE_NUMBER, 0 },
	{ "state", TABLE_STATE, 0 },
	{ "started", TABLE_TIME, 0 },
	{ "finished", TABLE_TIME, TABLE_JSON_ONLY },
	{ "read", TABLE_NUMBER, 0 },
	{ "changed", TABLE_NUMBER, 0 },
	{ "open_rejects", TABLE_NUMBER, 0 },
	{ "withheld", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "watermark", TABLE_TEXT, 0 },
	{ "pid", TABLE_NUMBER, TABLE_JSON_ONLY },
	{ "error", TABLE_TEXT, TABLE_JSON_ONLY },
};

static void
put_run(struct table *t, const struct store_run *r)
{
	table_number(t, r->id);
	table_text(t, run_row_state(r));
	table_time(t, r->started_at);
	table_time(t, r->finished_at);
	table_number(t, r->rows_read);
	table_number(t, r->counts[OUT_INSERTED] + r->counts[OUT_UPDATED] +
			    r->counts[OUT_DELETED]);
}

static void
put_never(struct table *t, const char *name)
{
	table_text(t, name);
	table_none(t);
	table_text(t, "never run");
	for (size_t i = 3; i < ARRAY_LEN(columns); i++)
		table_none(t);
}

/* An entity of the file: its last run, what is open, how far it got. */
static int
put_entity(struct cli *c, const char *name, struct table *t, struct arena *a,
    struct err *e)
{
	struct store_runs runs = { 0 };
	uint64_t rejects = 0;
	struct store_watermark mark;
	const struct store_run_filter last = { .entity = name, .limit = 1 };
	const struct store_reject_filter open = { .entity = name };
	int marked = store_watermark_get(c->store, name, a, &mark, e);
	if (marked < 0 || store_run_list(c->store, &last, a, &runs, e) < 0 ||
	    store_reject_count(c->store, &open, &rejects, e) < 0)
		return -1;
	if (runs.n == 0) {
		put_never(t, name);
		return 0;
	}
	const struct store_run *r = &runs.v[0];
	table_text(t, name);
	put_run(t, r);
	table_number(t, rejects);
	table_number(t, r->deletes_withheld);
	table_text(t, marked ? mark.text : NULL);
	if (store_run_live(r->state))
		table_number(t, r->pid);
	else
		table_none(t);
	table_text(t, *r->error_text ? r->error_text : NULL);
	return 0;
}

/* One consistent view of all entities. */
static int
read_all(struct cli *c, struct table *t, struct err *e)
{
	struct arena a = { 0 };
	int rc = store_begin(c->store, STORE_CHEAP, e);
	for (size_t i = 0; rc == 0 && i < c->pipeline->nentities; i++)
		rc = put_entity(c, c->pipeline->entities[i].name, t, &a, e);
	store_rollback(c->store);
	arena_free(&a);
	return rc;
}

static int
status(struct cli *c, struct err *e)
{
	struct table t;
	if (cli_load(c, e) < 0)
		return -1;
	int rc = cli_store_if_any(c, e);
	if (rc < 0)
		return -1;
	table_init(&t, columns, ARRAY_LEN(columns));
	if (rc == 1)
		rc = read_all(c, &t, e);
	else
		for (size_t i = 0; i < c->pipeline->nentities; i++)
			put_never(&t, c->pipeline->entities[i].name);
	if (rc == 0)
		show_table(c, &t);
	table_free(&t);
	return rc;
}

const struct verb verb_status = {
	.name = "status",
	.summary = "show where every entity stands",
	.detail = "Shows the last run of every entity, a live one too, with "
		  "its rows, the open rejects, the watermark and deletes that "
		  "wait for an approval. Needs no lock and disturbs no run",
	.run = status,
};
