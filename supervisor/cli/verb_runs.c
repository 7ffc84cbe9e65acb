#include "proto/log.h"
#include "proto/store_chunk.h"
#include "proto/store_run.h"
#include "supervisor/cli/run_row.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include <inttypes.h>
#include <string.h>

struct runs_opts {
	int64_t limit;
};

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100000, CHUNK_PAGE = 1000 };

static const struct option_key keys[] = {
	OPTION_INT(struct runs_opts, limit, "--limit", 'n', 1, LIMIT_MAX, "N",
	    "show at most N runs; default 20"),
	OPTION_END,
};

static const struct table_column chunk_columns[] = {
	{ "chunk", TABLE_TEXT, 0 },
	{ "state", TABLE_STATE, 0 },
	{ "attempt", TABLE_NUMBER, 0 },
	{ "rows", TABLE_NUMBER, 0 },
	{ "batches", TABLE_NUMBER, 0 },
	{ "bytes", TABLE_NUMBER, 0 },
	{ "inserted", TABLE_NUMBER, 0 },
	{ "updated", TABLE_NUMBER, 0 },
	{ "deleted", TABLE_NUMBER, 0 },
	{ "unchanged", TABLE_NUMBER, 0 },
	{ "rejected", TABLE_NUMBER, 0 },
	{ "pending", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "conflicted", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "started", TABLE_TIME, 0 },
	{ "done", TABLE_TIME, 0 },
};

/* What the file no longer has may have some. */
static int
say_none(const struct cli *c, struct err *e)
{
	if (c->nwords && order_known(c->pipeline, c->words[0], e) < 0)
		return -1;
	cli_say(c, "no runs");
	return 0;
}

static int
list(struct cli *c, struct err *e)
{
	const struct runs_opts *o = c->opts;
	if (c->nwords > 1)
		return cli_usage(e, "runs", "name one entity, or none");
	const struct store_run_filter f = {
		.entity = c->nwords ? c->words[0] : NULL,
		.limit = o->limit ? (size_t)o->limit : LIMIT_DEFAULT,
	};
	struct arena a = { 0 };
	struct store_runs found = { 0 };
	struct table t;
	int rc = cli_store_if_any(c, e);
	if (rc < 0)
		return -1;
	if (rc == 1)
		rc = store_run_list(c->store, &f, &a, &found, e);
	table_init(&t, run_row_columns, run_row_ncolumns);
	for (size_t i = 0; rc == 0 && i < found.n; i++)
		run_row_put(&t, &found.v[i]);
	if (rc == 0 && found.n == 0)
		rc = say_none(c, e);
	if (rc == 0)
		show_table(c, &t);
	table_free(&t);
	arena_free(&a);
	return rc;
}

static void
put_chunk(struct table *t, const struct store_chunk *c)
{
	if (c->chunk == CHUNK_DELETES)
		table_text(t, "deletes");
	else
		table_text(t, log_u64(c->chunk));
	table_text(t, store_chunk_state_name(c->state));
	table_number(t, c->attempt);
	table_number(t, c->rows);
	table_number(t, c->batches);
	table_number(t, c->bytes);
	table_number(t, c->counts[OUT_INSERTED]);
	table_number(t, c->counts[OUT_UPDATED]);
	table_number(t, c->counts[OUT_DELETED]);
	table_number(t, c->counts[OUT_UNCHANGED]);
	table_number(t, c->counts[OUT_REJECTED]);
	table_number(t, c->counts[OUT_PENDING]);
	table_number(t, c->counts[OUT_CONFLICTED]);
	table_time(t, c->started_at);
	table_time(t, c->done_at);
}

static int
read_chunks(struct cli *c, uint64_t run, struct table *t, struct err *e)
{
	struct arena a = { 0 };
	struct store_chunk_page page = { .run = run, .limit = CHUNK_PAGE };
	struct store_chunks found = { 0 };
	int rc;
	do {
		arena_reset(&a);
		rc = store_chunk_list(c->store, &page, &a, &found, e);
		for (size_t i = 0; rc == 0 && i < found.n; i++)
			put_chunk(t, &found.v[i]);
		if (rc == 0 && found.n)
			page.from = found.v[found.n - 1].chunk + 1;
	} while (rc == 0 && found.n == CHUNK_PAGE && page.from);
	arena_free(&a);
	return rc;
}

static int
show(struct cli *c, struct err *e)
{
	struct arena a = { 0 };
	struct store_run r;
	struct table run, chunks;
	uint64_t id;
	if (c->nwords != 1)
		return cli_usage(e, "runs", "show needs the number of a run");
	if (cli_number(c->words[0], "run", &id, e) < 0 ||
	    cli_store(c, STORE_READ, e) < 0)
		return -1;
	table_init(&run, run_row_columns, run_row_ncolumns);
	table_init(&chunks, chunk_columns, ARRAY_LEN(chunk_columns));
	int rc = store_run_get(c->store, id, &a, &r, e);
	if (rc == 0)
		rc = err_config(e, "no_run",
		    "there is no run %" PRIu64 ": 'syncline runs' lists them",
		    id);
	if (rc == 1) {
		run_row_put(&run, &r);
		rc = read_chunks(c, id, &chunks, e);
	}
	if (rc == 0)
		show_record(c, &run, "chunks", &chunks);
	table_free(&run);
	table_free(&chunks);
	arena_free(&a);
	return rc;
}

static int
runs(struct cli *c, struct err *e)
{
	if (cli_load(c, e) < 0)
		return -1;
	if (!c->nwords || strcmp(c->words[0], "show") != 0)
		return list(c, e);
	c->words++;
	c->nwords--;
	return show(c, e);
}

const struct verb verb_runs = {
	.name = "runs",
	.args = "[ENTITY | show RUN]",
	.summary = "list the runs, newest first, or show one with its chunks",
	.detail = "Lists what the ledger has of the runs of an entity, or of "
		  "all. show prints all there is about one run, with its "
		  "chunks",
	.keys = keys,
	.opts_size = sizeof(struct runs_opts),
	.run = runs,
};
