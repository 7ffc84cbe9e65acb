#include "supervisor/cli/failed.h"
#include "supervisor/cli/progress.h"
#include "supervisor/cli/results.h"
#include "supervisor/cli/row_ranges.h"
#include "supervisor/night.h"
#include "supervisor/order.h"
#include <stdlib.h>
#include <string.h>

/* Rows of one run are held in memory; what does not fit waits for the next
 * call. Rows are read from the store in small pages, because one may be
 * large. */
enum { RUN_BYTES = 256 << 20, PAGE = 64 };

struct retrying {
	struct cli *c;
	struct engine *engine;
	uint64_t left;  /* rows that may still be taken, by --limit */
	bool more;      /* some did not fit */
	size_t without; /* rejects whose row was not stored whole */
	bool cut_short; /* told to stop before every entity had its turn */
	const struct entity *entity;
	struct row_ranges ranges;
	uint64_t *ids;
	size_t nids, ids_cap;
};

static bool
has_id(const struct retrying *t, uint64_t id)
{
	for (size_t i = 0; i < t->nids; i++)
		if (t->ids[i] == id)
			return true;
	return false;
}

/* Of a row that was too large for extract only a part is. */
static bool
is_stored(const struct reject *r)
{
	bool cut = strcmp(r->stage, "extract") == 0 &&
		   (strcmp(r->code, "value_too_large") == 0 ||
		       strcmp(r->code, "row_too_large") == 0);
	return r->original.len && !cut;
}

/* 1 taken or not wanted, 0: no more fit. */
static int
take(struct retrying *t, const struct store_reject *r)
{
	if (!is_stored(&r->what)) {
		t->without++;
		return 1;
	}
	if (t->left == 0 || t->ranges.bytes >= RUN_BYTES) {
		t->more = true;
		return 0;
	}
	if (t->nids == t->ids_cap) {
		t->ids_cap = t->ids_cap ? t->ids_cap * 2 : 64;
		t->ids = mem_realloc(t->ids, t->ids_cap * sizeof(*t->ids));
	}
	t->ids[t->nids++] = r->id;
	row_ranges_add(&t->ranges, r->what.original);
	t->left--;
	return 1;
}

/* All that the options name, of t's entity. */
static int
collect_filtered(struct retrying *t, struct err *e)
{
	struct arena a = { 0 };
	struct store_reject_filter f = failed_filter(t->c->opts);
	struct store_rejects page = { 0 };
	f.entity = t->entity->name;
	f.closed = false;
	f.originals = true;
	f.limit = PAGE;
	int rc;
	do {
		arena_reset(&a);
		rc = store_reject_list(t->c->store, &f, &a, &page, e);
		int fits = 1;
		for (size_t i = 0; rc == 0 && fits && i < page.n; i++) {
			fits = take(t, &page.v[i]);
			f.after = page.v[i].id;
		}
		if (!fits)
			break;
	} while (rc == 0 && page.n == PAGE);
	arena_free(&a);
	return rc;
}

/* Those of the given numbers that belong to t's entity. */
static int
collect_given(struct retrying *t, struct err *e)
{
	int rc = 0;
	for (int i = 0; rc == 0 && i < t->c->nwords; i++) {
		struct arena a = { 0 };
		struct store_reject r;
		rc = failed_get_open(t->c, t->c->words[i], &a, &r, e);
		bool ours = rc == 0 && strcmp(r.entity, t->entity->name) == 0 &&
			    !has_id(t, r.id);
		if (ours)
			take(t, &r);
		arena_free(&a);
	}
	return rc;
}

/* Every number must be open and of an entity that the file still has, before
 * the first run begins. */
static int
check_given(struct cli *c, struct err *e)
{
	int rc = 0;
	for (int i = 0; rc == 0 && i < c->nwords; i++) {
		struct arena a = { 0 };
		struct store_reject r;
		rc = failed_get_open(c, c->words[i], &a, &r, e);
		if (rc == 0 && !pipeline_entity(c->pipeline, r.entity))
			rc = err_config(e, "no_entity",
			    "rejected row %s belongs to entity %s, which %s no "
			    "longer has: 'syncline failed drop %s' gives it up",
			    c->words[i], r.entity, c->config, c->words[i]);
		arena_free(&a);
	}
	return rc;
}

static void
forget_rows(struct retrying *t)
{
	row_ranges_free(&t->ranges);
	t->nids = 0;
}

/* One run for t's entity: 1, or 0 if it has nothing to retry. */
static int
retry_entity(struct retrying *t, struct night_result *result, struct err *e)
{
	int rc = t->c->nwords ? collect_given(t, e) : collect_filtered(t, e);
	row_ranges_finish(&t->ranges);
	if (rc < 0 || t->nids == 0)
		return rc;
	const struct night_retry what = { .entity = t->entity,
		.ids = t->ids,
		.nids = t->nids,
		.ranges = t->ranges.v,
		.nranges = t->ranges.n };
	struct buf detail = { 0 };
	buf_printf(&detail, "%s: %zu rows", t->entity->name, t->nids);
	rc = cli_audit(t->c, "failed retry", buf_str(&detail), e);
	buf_free(&detail);
	if (rc == 0)
		rc = night_retry(t->engine, &what, result, e);
	forget_rows(t);
	return rc < 0 ? -1 : 1;
}

static int
report(struct retrying *t, const struct night_result *results, size_t n,
    struct err *e)
{
	struct cli *c = t->c;
	if (n == 0 && failed_say_none(c, "no rejected rows to retry", e) < 0)
		return -1;
	results_show(c, results, n);
	if (t->without)
		cli_say(c,
		    "not stored whole, and so not tried: %zu. The next "
		    "'syncline run' reads such rows from the source",
		    t->without);
	if (t->more)
		cli_say(c, "there are more: the same command goes on");
	c->code = results_worst(results, n, t->cut_short);
	return 0;
}

static int
retry_all(struct retrying *t, struct err *e)
{
	const struct failed_opts *o = t->c->opts;
	const struct pipeline *p = t->c->pipeline;
	size_t count = 0, n = 0;
	struct progress progress;
	struct night_result *results =
	    mem_zalloc((p->nentities + 1) * sizeof(*results));
	const struct entity **order =
	    mem_zalloc((p->nentities + 1) * sizeof(*order));
	progress_init(&progress, t->c->quiet);
	t->engine->watch = progress_watch;
	t->engine->watch_arg = &progress;
	const struct order_names names = { &o->entity, o->entity ? 1 : 0 };
	int rc = order_entities(p, names, order, &count, e);
	size_t i = 0;
	for (; rc >= 0 && i < count && !t->engine->stop; i++) {
		t->entity = order[i];
		rc = retry_entity(t, &results[n], e);
		n += rc == 1;
	}
	t->engine->watch = NULL;
	t->engine->watch_arg = NULL;
	progress_end(&progress);
	t->cut_short = i < count;
	if (rc >= 0)
		rc = report(t, results, n, e);
	free(order);
	free(results);
	return rc < 0 ? -1 : 0;
}

int
failed_retry(struct cli *c, struct err *e)
{
	const struct failed_opts *o = c->opts;
	if (c->nwords && (failed_filtered(o) || o->limit))
		return cli_usage(e, "failed",
		    "retry takes the numbers of rows or options that say "
		    "which, not both");
	struct engine en;
	struct retrying t = { .c = c,
		.engine = &en,
		.left = o->limit ? (uint64_t)o->limit : UINT64_MAX };
	if (cli_store(c, STORE_WRITE, e) < 0 || check_given(c, e) < 0)
		return -1;
	int rc = engine_open(&en, c->pipeline, c->store, e);
	if (rc == 0)
		rc = retry_all(&t, e);
	engine_close(&en);
	forget_rows(&t);
	free(t.ids);
	return rc;
}
