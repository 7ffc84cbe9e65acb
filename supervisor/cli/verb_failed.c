#include "supervisor/cli/failed.h"
#include "supervisor/cli/mask.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include <inttypes.h>
#include <string.h>

enum { PAGE = 1000 };

static const struct option_key keys[] = {
	OPTION_TEXT(struct failed_opts, entity, "--entity", 'e', "NAME",
	    "list, retry: rows of this entity"),
	OPTION_TEXT(struct failed_opts, code, "--code", 0, "CODE",
	    "list, retry: rows rejected with this code"),
	OPTION_TEXT(struct failed_opts, field, "--field", 0, "NAME",
	    "list, retry: rows rejected for this field"),
	OPTION_INT(struct failed_opts, run, "--run", 0, 1, INT64_MAX, "N",
	    "list, retry: rows that this run rejected last"),
	OPTION_INT(struct failed_opts, limit, "--limit", 'n', 1,
	    FAILED_LIMIT_MAX, "N", "list, retry: at most N rows; list: 100"),
	OPTION_FLAG(struct failed_opts, closed, "--closed", 0,
	    "list: those that are settled, retried or dropped, too"),
	OPTION_FLAG(struct failed_opts, yes, "--yes", 'y', "drop: do not ask"),
	OPTION_END,
};

static const struct table_column columns[] = {
	{ "id", TABLE_NUMBER, 0 },
	{ "entity", TABLE_TEXT, 0 },
	{ "run", TABLE_NUMBER, 0 },
	{ "key", TABLE_TEXT, 0 },
	{ "stage", TABLE_TEXT, 0 },
	{ "field", TABLE_TEXT, 0 },
	{ "code", TABLE_TEXT, 0 },
	{ "attempts", TABLE_NUMBER, 0 },
	{ "first", TABLE_TIME, TABLE_JSON_ONLY },
	{ "last", TABLE_TIME, 0 },
	{ "closed", TABLE_TIME, TABLE_JSON_ONLY },
	{ "closed_how", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "message", TABLE_TEXT, 0 },
};

struct store_reject_filter
failed_filter(const struct failed_opts *o)
{
	return (struct store_reject_filter){
		.entity = o->entity,
		.code = o->code,
		.field = o->field,
		.run = (uint64_t)o->run,
		.closed = o->closed,
	};
}

const char *
failed_how(const struct store_reject *r)
{
	static const char *const words[] = {
		[STORE_REJECT_SETTLED] = "delivered, or gone from the source",
		[STORE_REJECT_RETRIED] = "delivered by a retry",
		[STORE_REJECT_DROPPED] = "dropped",
	};
	_Static_assert(ARRAY_LEN(words) == STORE_REJECT_ENDS, "all named");
	for (int i = 0; i < STORE_REJECT_ENDS; i++)
		if (strcmp(r->closed_how,
			store_reject_end_name((enum store_reject_end)i)) == 0)
			return words[i];
	return *r->closed_how ? r->closed_how : NULL;
}

static void
put_reject(const struct cli *c, struct table *t, const struct store_reject *r)
{
	const struct entity *en = pipeline_entity(c->pipeline, r->entity);
	table_number(t, r->id);
	table_text(t, r->entity);
	table_number(t, r->run);
	table_text(t, mask_key(en, r));
	table_text(t, r->what.stage);
	table_text(t, *r->what.field ? r->what.field : NULL);
	table_text(t, r->what.code);
	table_number(t, r->attempts);
	table_time(t, r->first_at);
	table_time(t, r->last_at);
	table_time(t, r->closed_at);
	table_text(t, failed_how(r));
	table_text(t, mask_message(en, r));
}

static int
fill(struct cli *c, size_t limit, struct table *t, struct err *e)
{
	struct arena a = { 0 };
	struct store_reject_filter f = failed_filter(c->opts);
	struct store_rejects page = { 0 };
	int rc;
	do {
		arena_reset(&a);
		size_t left = limit - table_rows(t);
		f.limit = left < PAGE ? left : PAGE;
		rc = store_reject_list(c->store, &f, &a, &page, e);
		for (size_t i = 0; rc == 0 && i < page.n; i++)
			put_reject(c, t, &page.v[i]);
		if (rc == 0 && page.n)
			f.after = page.v[page.n - 1].id;
	} while (rc == 0 && page.n == f.limit && table_rows(t) < limit);
	arena_free(&a);
	return rc;
}

bool
failed_filtered(const struct failed_opts *o)
{
	return o->entity || o->code || o->field || o->run;
}

int
failed_say_none(const struct cli *c, const char *what, struct err *e)
{
	const struct failed_opts *o = c->opts;
	struct store_reject_filter all = { .closed = o->closed };
	uint64_t n = 0;
	if (c->store && failed_filtered(o) &&
	    store_reject_count(c->store, &all, &n, e) < 0)
		return -1;
	if (n)
		cli_say(c,
		    "%s that these options ask for; without them there are "
		    "%" PRIu64,
		    what, n);
	else
		cli_say(c, "%s", what);
	return 0;
}

/* What the file no longer has may have some; what it never had is not said to
 * be clean. */
static int
say_none(const struct cli *c, struct err *e)
{
	const struct failed_opts *o = c->opts;
	if (o->entity && order_known(c->pipeline, o->entity, e) < 0)
		return -1;
	return failed_say_none(c, "no rejected rows", e);
}

/* "100 of 2 314 rows": a list must not look complete when it is not. */
static int
say_rest(struct cli *c, size_t shown, struct err *e)
{
	struct store_reject_filter f = failed_filter(c->opts);
	uint64_t all = 0;
	if (store_reject_count(c->store, &f, &all, e) < 0)
		return -1;
	if (all == 0)
		return say_none(c, e);
	if (shown < all)
		cli_say(c,
		    "%zu of %" PRIu64 " rows are shown: --limit shows more",
		    shown, all);
	return 0;
}

static int
list(struct cli *c, struct err *e)
{
	const struct failed_opts *o = c->opts;
	struct table t;
	if (c->nwords)
		return cli_usage(e, "failed", "list takes options only");
	int any = cli_store_if_any(c, e);
	if (any < 0)
		return -1;
	size_t limit = o->limit ? (size_t)o->limit : FAILED_LIMIT_DEFAULT;
	table_init(&t, columns, ARRAY_LEN(columns));
	int rc = any ? fill(c, limit, &t, e) : 0;
	if (rc == 0)
		rc = any ? say_rest(c, table_rows(&t), e) : say_none(c, e);
	if (rc == 0)
		show_table(c, &t);
	table_free(&t);
	return rc;
}

/* An option that an order would not look at was meant to do something. */
static int
refuse_idle(const struct cli *c, struct err *e)
{
	const struct failed_opts *o = c->opts;
	const struct {
		const char *name, *of;
		bool given;
	} all[] = {
		{ "--entity", "list, retry", o->entity },
		{ "--code", "list, retry", o->code },
		{ "--field", "list, retry", o->field },
		{ "--run", "list, retry", o->run },
		{ "--limit", "list, retry", o->limit },
		{ "--closed", "list", o->closed },
		{ "--yes", "drop", o->yes },
	};
	for (size_t i = 0; c->nwords && i < ARRAY_LEN(all); i++)
		if (all[i].given && !strstr(all[i].of, c->words[0]))
			return err_config(e, "usage",
			    "failed %.60s: %s is an option of %s", c->words[0],
			    all[i].name, all[i].of);
	return 0;
}

static int
failed(struct cli *c, struct err *e)
{
	static const struct verb_order orders[] = {
		{ "list", list },
		{ "show", failed_show },
		{ "retry", failed_retry },
		{ "drop", failed_drop },
		{ NULL, NULL },
	};
	if (refuse_idle(c, e) < 0 || cli_load(c, e) < 0)
		return -1;
	return verb_dispatch(c, "failed", orders, e);
}

const struct verb verb_failed = {
	.name = "failed",
	.args = "list | show ID | retry [ID ...] | drop ID ...",
	.summary = "list, show, retry or drop rejected rows",
	.detail = "Looks after rows that could not be delivered. list shows "
		  "why, show prints one with the values that the source had, "
		  "retry sends the stored rows through the whole pipeline "
		  "again under the present mapping, all open ones unless IDs "
		  "or options say which, drop gives them up. Values of "
		  "secret_fields are never shown",
	.keys = keys,
	.opts_size = sizeof(struct failed_opts),
	.run = failed,
};
