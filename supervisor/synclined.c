/*
 * synclined - bring every entity of a pipeline up to date, as a service
 *
 * in the pipeline file    out logfmt on stderr, readiness and status to the
 * service manager    state the control store, and what the stages keep
 * exits 0 1 2 3 4 6 7 8 (exit_code.h)
 *
 * Stays in the foreground. SIGTERM and SIGINT finish what is in flight, a
 * second one stops at once; the next start does the rest.
 */
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/metric.h"
#include "proto/notify.h"
#include "proto/options.h"
#include "supervisor/cli/cli.h"
#include "supervisor/cli/progress.h"
#include "supervisor/cli/results.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_MS = 5000 };

static const struct option_key keys[] = {
	OPTION_TEXT(struct cli, config, "--config", 'c', "FILE",
	    "the pipeline file, syncline.yaml(5)"),
	OPTION_FLAG(struct cli, verbose, "--verbose", 'v', "log every step"),
	OPTION_FLAG(
	    struct cli, help, "--help", 'h', "print this help and exit"),
	OPTION_FLAG(struct cli, version, "--version", 'V',
	    "print the version and exit"),
	OPTION_FLAG(struct cli, help_mdoc, "--help-mdoc", 0, ""),
	OPTION_FLAG(struct cli, metrics_mdoc, "--metrics-mdoc", 0, ""),
	OPTION_END,
};

struct service {
	bool ready, stopping;
	int64_t status_ms; /* when the status was told last */
	const struct engine *engine;
};

/* The manager may be gone; the night goes on without it. */
static void
tell(const char *state)
{
	struct err e = { 0 };
	if (notify_send(state, &e) < 0)
		log_err(LOG_LEVEL_DEBUG, "not notified", &e);
}

static void
tell_status(const struct run *r, int64_t now)
{
	struct buf line = { 0 };
	struct progress_facts f = progress_facts(r, now);
	buf_puts(&line, "STATUS=");
	progress_line(&f, false, &line);
	tell(buf_str(&line));
	buf_free(&line);
}

/* Configuration and store are good by now; ready is when the stages are. */
static void
watch(void *arg, const struct run *r)
{
	struct service *s = arg;
	int64_t now = clock_mono_ms();
	if (!s->ready && r->phase > RUN_START && r->phase < RUN_OVER) {
		s->ready = true;
		tell("READY=1");
	}
	if (!s->stopping && s->engine->stop) {
		s->stopping = true;
		tell("STOPPING=1");
	}
	if (now - s->status_ms >= STATUS_MS) {
		s->status_ms = now;
		tell_status(r, now);
	}
}

static void
log_result(const struct night_result *x)
{
	bool good = x->code == EXIT_CLEAN;
	log_event(good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "entity done",
	    "entity", x->entity->name, "run", log_u64(x->run), "result",
	    run_end_name(x->end), "read", log_u64(x->rows_read), "inserted",
	    log_u64(x->counts[OUT_INSERTED]), "updated",
	    log_u64(x->counts[OUT_UPDATED]), "deleted",
	    log_u64(x->counts[OUT_DELETED]), "unchanged",
	    log_u64(x->counts[OUT_UNCHANGED]), "rejected",
	    log_u64(x->counts[OUT_REJECTED]), "pending",
	    log_u64(x->counts[OUT_PENDING]), "conflicted",
	    log_u64(x->counts[OUT_CONFLICTED]), "withheld",
	    log_u64(x->withheld), "ms", log_i64(x->elapsed_ms), "code",
	    x->error.code, "error", x->error.msg, NULL);
}

static int
run_night(struct cli *c, struct engine *en, struct err *e)
{
	size_t n = 0;
	struct night_result *results =
	    mem_zalloc((c->pipeline->nentities + 1) * sizeof(*results));
	int rc = night_run(en, (struct order_names){ 0 }, results, &n, e);
	for (size_t i = 0; i < n; i++)
		log_result(&results[i]);
	c->code = results_worst(results, n, n < c->pipeline->nentities);
	free(results);
	return rc;
}

static int
serve(struct cli *c, struct err *e)
{
	struct engine en;
	struct service s = { .engine = &en };
	if (cli_load(c, e) < 0 || cli_store(c, STORE_WRITE, e) < 0 ||
	    cli_audit(c, "run", "all entities, by synclined", e) < 0)
		return -1;
	int rc = engine_open(&en, c->pipeline, c->store, e);
	en.watch = watch;
	en.watch_arg = &s;
	if (rc == 0)
		rc = run_night(c, &en, e);
	tell("STOPPING=1");
	engine_close(&en);
	return rc;
}

static void
print_help(const struct cli *c)
{
	struct buf out = { 0 };
	if (c->metrics_mdoc) {
		metric_mdoc(&out);
	} else if (c->help_mdoc) {
		options_mdoc(keys, &out);
	} else {
		buf_puts(&out,
		    "usage: synclined -c FILE [options]\n\n"
		    "Brings every entity of a pipeline up to date, as a "
		    "service.\n\noptions:\n");
		options_help(keys, &out);
		buf_puts(&out, "\nexit status: as of syncline(1). Manual: "
			       "synclined(8)\n");
	}
	fputs(buf_str(&out), stdout);
	buf_free(&out);
}

static int
act(struct cli *c, struct err *e)
{
	if (c->help || c->help_mdoc || c->metrics_mdoc) {
		print_help(c);
		return 0;
	}
	if (c->version) {
		printf("synclined %s\n", SYNCLINE_VERSION);
		return 0;
	}
	if (c->nwords)
		return err_config(
		    e, "usage", "unexpected word \"%.60s\"", c->words[0]);
	if (!c->config)
		return err_config(e, "usage", "-c FILE is needed");
	log_init(c->program, c->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	return serve(c, e);
}

int
main(int argc, char **argv)
{
	struct cli c = { .program = "synclined", .words = argv };
	struct err e = { 0 };
	const struct option_set sets[] = { { keys, &c }, { NULL, NULL } };

	signal(SIGPIPE, SIG_IGN);
	log_init(c.program, LOG_LEVEL_INFO);
	int rc = options_parse(argc, argv, sets, &c.nwords, &e);
	if (rc == 0)
		rc = act(&c, &e);
	if (rc < 0 && strcmp(e.code, "usage") == 0)
		cli_complain(&c, &e);
	else if (rc < 0)
		log_err(LOG_LEVEL_ERROR, "stopped", &e);
	cli_close(&c);
	return rc < 0 ? cli_exit_code(&e) : c.code;
}
