#include "proto/arena.h"
#include "supervisor/cli/client.h"
#include "supervisor/cli/progress.h"
#include "supervisor/cli/results.h"
#include "supervisor/cli/verb.h"
#include <stdlib.h>
#include <string.h>

struct run_opts {
	bool now;
};

static const struct option_key keys[] = {
	OPTION_FLAG(struct run_opts, now, "--now", 0,
	    "let the running synclined do it, at once"),
	OPTION_END,
};

/* "orders, lines", or "all", for the audit. */
static int
audit_run(struct cli *c, struct err *e)
{
	struct buf names = { 0 };
	for (int i = 0; i < c->nwords; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", c->words[i]);
	int rc = cli_audit(
	    c, "run", names.len ? buf_str(&names) : "all entities", e);
	buf_free(&names);
	return rc;
}

/* How many entities the night is about; a name may be given twice. */
static size_t
wanted(const struct cli *c)
{
	size_t n = 0;
	for (int i = 0; i < c->nwords; i++) {
		int first = 0;
		while (strcmp(c->words[first], c->words[i]) != 0)
			first++;
		n += first == i;
	}
	return c->nwords ? n : c->pipeline->nentities;
}

static int
run_night(struct cli *c, struct engine *en, struct err *e)
{
	size_t n = 0;
	struct night_result *results =
	    mem_zalloc((c->pipeline->nentities + 1) * sizeof(*results));
	int rc = night_run(en, cli_names(c), results, &n, e);
	progress_end(en->watch_arg);
	/* A night that broke off has still done what it did. */
	if (rc == 0 || n > 0)
		results_show(c, results, n);
	bool cut_short = rc == 0 && n < wanted(c);
	if (cut_short)
		cli_say(c, "stopped: not every entity had its turn; 'syncline "
			   "run' does the rest");
	c->code = results_worst(results, n, cut_short);
	free(results);
	return rc;
}

/* By the synclined that runs, whatever the window says. */
static int
run_there(struct cli *c, struct err *e)
{
	struct control_request q = { .order = CONTROL_RUN };
	client_take_words(c, &q);
	return client_order(
	    c, &q, "without --now this does it in the foreground", e);
}

static int
take_store(struct cli *c, struct err *e)
{
	if (cli_store(c, STORE_WRITE, e) == 0)
		return 0;
	if (strcmp(e->code, "already_running") == 0)
		cli_say(c, "if that is synclined, 'syncline run --now' asks "
			   "it to");
	return -1;
}

static int
run(struct cli *c, struct err *e)
{
	const struct run_opts *o = c->opts;
	struct engine en;
	struct progress progress;
	if (cli_load(c, e) < 0)
		return -1;
	if (o->now)
		return run_there(c, e);
	if (take_store(c, e) < 0 || audit_run(c, e) < 0)
		return -1;
	int rc = engine_open(&en, c->pipeline, c->store, e);
	progress_init(&progress, c->quiet);
	en.watch = progress_watch;
	en.watch_arg = &progress;
	if (rc == 0)
		rc = run_night(c, &en, e);
	engine_close(&en);
	return rc;
}

const struct verb verb_run = {
	.name = "run",
	.args = "[ENTITY ...]",
	.summary = "bring the target up to date",
	.detail = "Reads the source of the entities, all of them by default, "
		  "finds what changed since the last run and applies it to "
		  "the target. Ends with a table in which every row that was "
		  "read is accounted for. A first interrupt finishes what is "
		  "in flight, a second one stops at once; either way the next "
		  "run does the rest. With --now the running synclined does "
		  "it instead, at once and whatever its window says, and "
		  "this returns as soon as it has the order",
	.keys = keys,
	.opts_size = sizeof(struct run_opts),
	.run = run,
};
