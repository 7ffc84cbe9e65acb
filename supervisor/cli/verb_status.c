#include "proto/store_entity.h"
#include "proto/store_reject.h"
#include "proto/store_run.h"
#include "supervisor/cli/run_row.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include <string.h>

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
	const struct store_run *r = runs.n ? &runs.v[0] : NULL;
	table_text(t, name);
	if (r) {
		put_run(t, r);
	} else {
		table_none(t);
		table_text(t, "never run");
		for (size_t i = 0; i < 4; i++)
			table_none(t);
	}
	table_number(t, rejects);
	table_number(t, r ? r->deletes_withheld : 0);
	table_text(t, marked ? mark.text : NULL);
	if (r && store_run_live(r->state))
		table_number(t, r->pid);
	else
		table_none(t);
	table_text(t, r && *r->error_text ? r->error_text : NULL);
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
	table_init(&t, columns, ARRAY_LEN(columns));
	int rc = cli_store(c, STORE_READ, e);
	if (rc == 0) {
		rc = read_all(c, &t, e);
	} else if (strcmp(e->code, "no_store") == 0) {
		cli_say(c,
		    "nothing has run yet: there is no control store in "
		    "%s; 'syncline run' makes it",
		    c->pipeline->store_dir);
		rc = 0;
	}
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
