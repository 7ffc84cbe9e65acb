/*
 * synclined - bring every entity of a pipeline up to date, as a service
 *
 * in the pipeline file    out logfmt on stderr, readiness and status to the
 * service manager    state the control store, and what the stages keep
 * exits 0 1 2 3 4 6 7 8 (exit_code.h)
 *
 * Stays in the foreground, and stays up where the pipeline has a window, an
 * every or a cron (agenda.h); else it makes one pass. SIGTERM and SIGINT finish
 * what is in flight, a second one stops at once; the next start does the rest.
 * SIGHUP reads the pipeline file again between two runs.
 */
#include "proto/clock.h"
#include "proto/confine.h"
#include "proto/file.h"
#include "proto/log.h"
#include "proto/metric.h"
#include "proto/options.h"
#include "supervisor/agenda.h"
#include "supervisor/cli/cli.h"
#include "supervisor/cli/progress.h"
#include "supervisor/forecast_log.h"
#include "supervisor/helm.h"
#include "supervisor/manager.h"
#include "supervisor/night.h"
#include "supervisor/reload.h"
#include "supervisor/service.h"
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

struct daemon {
	struct cli *cli;
	bool open;         /* as the log has it */
	int64_t status_ms; /* when the status was told last */
	struct manager manager;
	struct engine engine;
	struct helm helm;
	struct window window;
	struct agenda agenda;
};

static void
tell_status(const struct run *r, int64_t now)
{
	struct buf line = { 0 };
	struct progress_facts f = progress_facts(r, now);
	progress_line(&f, false, &line);
	manager_status(buf_str(&line));
	buf_free(&line);
}

/* Configuration and store are good by now; ready is when the stages are. */
static void
watch(void *arg, const struct run *r)
{
	struct daemon *s = arg;
	int64_t now = clock_mono_ms();
	if (r->phase > RUN_START && r->phase < RUN_OVER)
		manager_ready(&s->manager);
	if (now - s->status_ms >= STATUS_MS) {
		s->status_ms = now;
		tell_status(r, now);
	}
}

static void
turned(void *arg)
{
	struct daemon *d = arg;
	if (d->engine.stop)
		manager_stopping(&d->manager);
	manager_turned(&d->manager, d->engine.stop && d->engine.live);
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

static void
log_window(struct daemon *d, int64_t now)
{
	struct window_state s = window_at(&d->window, now);
	struct buf when = { 0 };
	if (s.open == d->open || !d->agenda.scheduled)
		return;
	d->open = s.open;
	int64_t turns = s.open ? s.closes : s.opens;
	if (turns != WINDOW_NEVER)
		window_put_time(&d->window, turns, &when);
	log_info(s.open ? "the window is open" : "the window is closed",
	    "until", buf_str(&when), "maintenance", s.reason, NULL);
	buf_free(&when);
	forecast_log(d->cli->pipeline, d->cli->store, &d->window, now);
}

/* What is borrowed from the old pipeline changes hands before it goes. */
static int
exchange(struct daemon *d, struct pipeline *fresh, const struct window *window,
    struct reload *ready, struct err *e)
{
	struct window old = d->window;
	struct pipeline *was = d->cli->pipeline;
	helm_reload(&d->helm, fresh);
	d->cli->pipeline = fresh;
	d->window = *window;
	reload_engine(&d->engine, fresh, ready);
	int rc = agenda_reopen(&d->agenda, fresh, &d->window, e);
	window_free(&old);
	if (rc == 0)
		pipeline_free(&was);
	return rc;
}

/* 1 and *fresh, *window and *ready; else as reload_read. */
static int
prepare(struct daemon *d, struct pipeline **fresh, struct window *window,
    struct reload *ready, struct err *e)
{
	int rc = reload_read(d->cli->pipeline, fresh, e);
	if (rc != 1)
		return rc;
	if (window_init(window, &(*fresh)->schedule, e) < 0) {
		reload_refused(e);
	} else {
		if (reload_prepare(&d->engine, *fresh, ready) == 0)
			return 1;
		window_free(window);
	}
	pipeline_free(fresh);
	return -1;
}

static int
reload(void *arg, struct err *e)
{
	struct daemon *d = arg;
	struct pipeline *fresh;
	struct window window;
	struct reload ready;
	struct err refused = { 0 };
	manager_reloading();
	int rc = prepare(d, &fresh, &window, &ready, &refused);
	if (rc == 1 && exchange(d, fresh, &window, &ready, e) < 0)
		return -1;
	if (rc >= 0)
		log_info(rc ? "the new configuration holds"
			    : "the configuration is what it was",
		    NULL);
	manager_reloaded();
	return 0;
}

static int
next(void *arg, int64_t now, const struct entity **entity, int64_t *until,
    struct err *e)
{
	struct daemon *d = arg;
	(void)e;
	log_window(d, now);
	*entity = agenda_next(&d->agenda, now, until);
	return 0;
}

static int
done(void *arg, const struct night_result *x, struct err *e)
{
	struct daemon *d = arg;
	log_result(x);
	d->cli->code = exit_code_worse(d->cli->code, x->code);
	return agenda_done(&d->agenda, x->entity, e);
}

/* Nothing runs, so nothing but this says that all is well. */
static void
waiting(void *arg, int64_t until)
{
	struct daemon *d = arg;
	struct buf line = { 0 };
	manager_ready(&d->manager);
	struct window_state s = window_at(&d->window, clock_wall_micros());
	if (!s.open)
		d->helm.because = s.reason ? s.reason : "the window is closed";
	buf_puts(&line, "waiting");
	if (until != WINDOW_NEVER) {
		buf_puts(&line, " until ");
		window_put_time(&d->window, until, &line);
	}
	manager_status(buf_str(&line));
	buf_free(&line);
}

static bool
held(void *arg, const struct entity *entity)
{
	return helm_pause(arg, entity) != NULL;
}

static int
stay(struct daemon *d, struct err *e)
{
	const struct service_work work = { .reload = reload,
		.next = next,
		.done = done,
		.waiting = waiting,
		.arg = d };
	struct cli *c = d->cli;
	int rc = agenda_open(&d->agenda, c->pipeline, &d->window, c->store, e);
	d->agenda.held = held;
	d->agenda.held_arg = &d->helm;
	if (rc == 0)
		rc = helm_open(&d->helm, &d->engine, &work, e);
	if (rc == 0)
		rc = service_run(&d->engine, &d->helm.work, e);
	/* Once it stays, a stop is what everybody expects. */
	if (d->agenda.scheduled)
		c->code = EXIT_CLEAN;
	else if (agenda_waiting(&d->agenda))
		c->code = exit_code_worse(c->code, EXIT_RESUMABLE);
	agenda_free(&d->agenda);
	return rc;
}

static int
serve(struct cli *c, struct err *e)
{
	struct daemon d = { .cli = c };
	manager_init(&d.manager);
	if (cli_load(c, e) < 0 || cli_store(c, STORE_WRITE, e) < 0 ||
	    cli_audit(c, "run", "all entities, by synclined", e) < 0 ||
	    window_init(&d.window, &c->pipeline->schedule, e) < 0)
		return -1;
	if (c->pipeline->confine && !confine_version())
		log_warn("the kernel has no Landlock: every stage can read "
			 "the files of the others",
		    NULL);
	int rc = engine_open(&d.engine, c->pipeline, c->store, e);
	d.engine.watch = watch;
	d.engine.watch_arg = &d;
	d.engine.turned = turned;
	d.engine.turned_arg = &d;
	d.engine.turn_ms = d.manager.alive_ms;
	d.engine.window = &d.window;
	if (rc == 0)
		rc = engine_hear_hup(&d.engine, e);
	if (rc == 0)
		rc = stay(&d, e);
	manager_stopping(&d.manager);
	engine_close(&d.engine);
	window_free(&d.window);
	/* Last: who waits for the end may take the store when told of it. */
	cli_close(c);
	helm_close(&d.helm);
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

/* One that comes before anything could be reloaded waits until it can. */
static void
hold_hup(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int
main(int argc, char **argv)
{
	struct cli c = { .program = "synclined", .words = argv };
	struct err e = { 0 };
	const struct option_set sets[] = { { keys, &c }, { NULL, NULL } };

	signal(SIGPIPE, SIG_IGN);
	hold_hup();
	log_init(c.program, LOG_LEVEL_INFO);
	int rc = file_hold_std(&e);
	if (rc == 0)
		rc = options_parse(argc, argv, sets, &c.nwords, &e);
	if (rc == 0)
		rc = act(&c, &e);
	if (rc < 0 && strcmp(e.code, "usage") == 0)
		cli_complain(&c, &e);
	else if (rc < 0)
		log_err(LOG_LEVEL_ERROR, "stopped", &e);
	cli_close(&c);
	return rc < 0 ? cli_exit_code(&e) : c.code;
}
