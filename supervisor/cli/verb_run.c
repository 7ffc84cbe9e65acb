#include "proto/arena.h"
#include "supervisor/cli/progress.h"
#include "supervisor/cli/results.h"
#include "supervisor/cli/verb.h"
#include <stdlib.h>
#include <string.h>

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

static int
run(struct cli *c, struct err *e)
{
	struct engine en;
	struct progress progress;
	if (cli_load(c, e) < 0 || cli_store(c, STORE_WRITE, e) < 0 ||
	    audit_run(c, e) < 0)
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
		  "run does the rest",
	.run = run,
};
