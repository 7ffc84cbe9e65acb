#include "proto/arena.h"
#include "proto/clock.h"
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
	    "run although the window is closed, and beyond its end"),
	OPTION_END,
};

/* "orders, lines", or "all", for the audit; and that the window was
 * overridden, if it was. */
static int
audit_run(struct cli *c, bool overridden, struct err *e)
{
	struct buf what = { 0 };
	for (int i = 0; i < c->nwords; i++)
		buf_printf(&what, "%s%s", i ? ", " : "", c->words[i]);
	if (!c->nwords)
		buf_puts(&what, "all entities");
	if (overridden)
		buf_puts(&what, ", --now: the window was closed");
	int rc = cli_audit(c, "run", buf_str(&what), e);
	buf_free(&what);
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

/* Says why nothing is done, and when something may be. */
static void
refuse(struct cli *c, const struct window *w, const struct window_state *s)
{
	struct buf when = { 0 };
	buf_puts(&when, "the window is closed");
	if (s->reason)
		buf_printf(&when, " for maintenance (%s)", s->reason);
	if (s->opens != WINDOW_NEVER) {
		buf_puts(&when, " until ");
		window_put_time(w, s->opens, &when);
	}
	struct err e = { 0 };
	err_config(&e, "window_closed",
	    "%s; 'syncline run --now' runs all the same", buf_str(&when));
	cli_complain(c, &e);
	c->code = EXIT_RESUMABLE;
	buf_free(&when);
}

/* By the synclined that runs: 1, or 0 if there is none. */
static int
run_there(struct cli *c, struct err *e)
{
	struct control_request q = { .order = CONTROL_RUN };
	client_take_words(c, &q);
	if (client_order(c, &q, NULL, e) == 0)
		return 1;
	if (strcmp(e->code, "no_service") != 0)
		return -1;
	err_clear(e);
	return 0;
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
run_inside(struct cli *c, const struct window *w, struct err *e)
{
	struct engine en;
	struct progress progress;
	const struct run_opts *o = c->opts;
	int rc = engine_open(&en, c->pipeline, c->store, e);
	progress_init(&progress, c->quiet);
	en.watch = progress_watch;
	en.watch_arg = &progress;
	en.window = w;
	en.override = o->now;
	if (rc == 0)
		rc = run_night(c, &en, e);
	engine_close(&en);
	return rc;
}

static int
run(struct cli *c, struct err *e)
{
	struct window w = { 0 };
	const struct run_opts *o = c->opts;
	if (cli_load(c, e) < 0)
		return -1;
	int rc = o->now ? run_there(c, e) : 0;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (window_init(&w, &c->pipeline->schedule, e) < 0)
		return -1;
	struct window_state s = window_at(&w, clock_wall_micros());
	if (!s.open && !o->now)
		refuse(c, &w, &s);
	else if (take_store(c, e) < 0 || audit_run(c, !s.open, e) < 0)
		rc = -1;
	else
		rc = run_inside(c, &w, e);
	window_free(&w);
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
		  "run does the rest. Where the pipeline has a window, it "
		  "runs inside of it only and comes to rest at its end "
		  "(exit status 7). With --now no window matters; and where "
		  "synclined runs, it is asked to do it, at once, and this "
		  "returns as soon as it has the order",
	.keys = keys,
	.opts_size = sizeof(struct run_opts),
	.run = run,
};
