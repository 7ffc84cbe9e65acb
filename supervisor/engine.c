#include "supervisor/engine.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "supervisor/exit_code.h"
#include "supervisor/ledger.h"
#include "supervisor/run_impl.h"
#include "supervisor/runtime_dir.h"
#include "supervisor/spawn.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { CONTROL_HWM = 64, TURN_MS = 500 };

static int
open_signals(struct engine *en, struct err *e)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno(e, "sigprocmask");
	en->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return en->signal_fd < 0 ? err_errno(e, "signalfd") : 0;
}

int
engine_open(struct engine *en, const struct pipeline *p, struct store *store,
    struct err *e)
{
	*en = (struct engine){ .pipeline = p,
		.store = store,
		.signal_fd = -1,
		.tries = p->tries };
	if (open_signals(en, e) < 0 ||
	    spawn_bin_dir(en->bin_dir, sizeof(en->bin_dir), e) < 0 ||
	    runtime_dir_make(p->store_dir, en->runtime_dir,
		sizeof(en->runtime_dir), e) < 0 ||
	    runtime_dir_copy_config(p, &en->config_copy, &en->config_hash, e) <
		0)
		return -1;
	snprintf(en->control, sizeof(en->control), "ipc://%s/control",
	    en->runtime_dir);
	if (sock_open(SOCK_ROUTER, NULL, CONTROL_HWM, &en->router, e) < 0 ||
	    sock_bind(en->router, en->control, e) < 0)
		return -1;
	const struct procs_config conf = { .pipeline = p,
		.config_path = en->config_copy,
		.runtime_dir = en->runtime_dir,
		.bin_dir = en->bin_dir,
		.router = en->router,
		.control_endpoint = en->control,
		.watched = store != NULL && p->metrics.port != 0 };
	procs_init(&en->procs, &conf);
	meter_init(&en->meter, p, en->procs.n);
	return monitor_open(en, e);
}

void
engine_close(struct engine *en)
{
	if (en->procs.all)
		procs_stop(&en->procs);
	monitor_close(en);
	meter_free(&en->meter);
	procs_free(&en->procs);
	sock_close(&en->router, 0);
	runtime_dir_remove(en->pipeline->store_dir, en->runtime_dir);
	if (en->config_copy)
		unlink(en->config_copy);
	free(en->config_copy);
	if (en->signal_fd >= 0)
		close(en->signal_fd);
}

/* Numbers are no progress: a stage that waits goes on telling them. */
static void
take_report(struct engine *en, const struct proc *p, const struct message *m)
{
	struct err e = { 0 };
	if (meter_report(&en->meter, &en->procs, p, m, &e) < 0)
		log_err(LOG_LEVEL_WARN, "dropped a report", &e);
}

static void
handle(
    struct engine *en, struct run *r, const char *from, const struct message *m)
{
	struct proc *p = procs_find(&en->procs, from);
	if (!p)
		return;
	if (m->kind == MSG_HELLO) {
		if (procs_hello(&en->procs, p, m) == 0 && r)
			run_on_hello(r, p);
	} else if (m->kind == MSG_ERROR) {
		procs_error(&en->procs, p, m);
	} else if (m->kind == MSG_METRICS) {
		take_report(en, p, m);
	} else if (r && p->state == PROC_READY) {
		run_on_message(r, p, m);
	}
}

/* Everything that control has; hostile or torn messages are dropped. */
static int
drain_control(struct engine *en, struct run *r, struct err *e)
{
	struct frame f = { 0 };
	char from[64];
	int got;
	while ((got = sock_recv_from(en->router, from, &f, e)) == 1) {
		struct arena a = { 0 };
		struct message m;
		struct err bad = { 0 };
		if (message_decode(f.bytes, &a, &m, &bad) < 0)
			log_err(LOG_LEVEL_WARN, "dropped a message", &bad);
		else
			handle(en, r, from, &m);
		arena_free(&a);
		frame_free(&f);
		if (r && r->phase == RUN_OVER)
			return 0;
	}
	if (got < 0 && e->cls == ERR_DATA) {
		err_clear(e);
		return 0;
	}
	return got;
}

/* One that will be tried again deserves a warning; the end of a run that
 * cannot go on is said with its result. */
static void
log_death(const struct proc *p)
{
	bool again = p->error.cls == ERR_RETRY;
	log_event(again ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "a stage died",
	    "worker", p->name, "deaths", log_u64(p->deaths), "code",
	    p->error.code, "why", p->error.msg, NULL);
}

static void
drain_children(struct engine *en, struct run *r)
{
	struct proc *p;
	while ((p = procs_reap(&en->procs))) {
		log_death(p);
		meter_died(&en->meter, &en->procs, p);
		if (r)
			run_on_death(r, p);
	}
}

static void
drain_signals(struct engine *en, struct run *r)
{
	struct signalfd_siginfo info;
	while (read(en->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		en->stop++;
		if (!r)
			continue;
		if (en->stop == 1) {
			log_info("stopping: what is in flight is finished; "
				 "a second signal stops at once",
			    NULL);
			run_drain(r);
		} else {
			run_cancel(r);
		}
	}
}

static void
see_ready(struct engine *en, struct run *r)
{
	bool ready = procs_ready(&en->procs);
	if (ready && r)
		run_on_ready(r);
	en->was_ready = ready;
}

static int
wait_for_news(struct engine *en, struct err *e)
{
	const int64_t due[] = { procs_next_ms(&en->procs),
		monitor_wait_ms(en) };
	struct sock_item items[] = {
		{ .sock = en->router },
		{ .fd = en->signal_fd },
		{ .fd = monitor_fd(en) },
	};
	size_t n = items[2].fd < 0 ? 2 : 3;
	int64_t wait = TURN_MS;
	for (size_t i = 0; i < ARRAY_LEN(due); i++)
		if (due[i] >= 0 && due[i] < wait)
			wait = due[i];
	return sock_wait(items, n, wait, e);
}

static int
turn(struct engine *en, struct run *r, struct err *e)
{
	if (procs_start_due(&en->procs, e) < 0 || wait_for_news(en, e) < 0)
		return -1;
	/* Messages first: a dying stage's last words explain its death. */
	if (drain_control(en, r, e) < 0)
		return -1;
	drain_signals(en, r);
	drain_children(en, r);
	see_ready(en, r);
	if (r) {
		run_on_time(r, clock_mono_ms());
		if (en->watch)
			en->watch(en->watch_arg, r);
	}
	monitor_turn(en);
	return 0;
}

static bool
clean_end(const struct run *r)
{
	return r->end == END_COMPLETED || r->end == END_REJECTS ||
	       (r->end == END_HALTED && r->withheld);
}

/* A run that could not be counted is none the worse for it. */
static void
note_end(struct engine *en, const struct run *r)
{
	struct err e = { 0 };
	bool failed = r->end == END_FAILED || r->end == END_ABANDONED;
	en->live = NULL;
	meter_run_ended(&en->meter, r,
	    failed && exit_code_of(&r->error) == EXIT_UNREACHABLE);
	if (en->monitor.http &&
	    meter_recall(&en->meter, en->store, r->entity->name, &e) < 0)
		log_err(LOG_LEVEL_WARN, "metrics are out of date", &e);
}

int
engine_run(struct engine *en, struct run *r, struct err *e)
{
	struct err trouble = { 0 };
	r->engine = en;
	if (run_begin(r, e) < 0)
		return -1;
	en->live = r;
	while (r->phase != RUN_OVER) {
		if (turn(en, r, &trouble) < 0)
			run_over(r, END_FAILED, &trouble);
	}
	if (en->watch)
		en->watch(en->watch_arg, r);
	/* Whatever was in flight dies with the processes that carried it. */
	if (!clean_end(r))
		procs_kill(&en->procs);
	int result = ledger_end(r, e);
	note_end(en, r);
	return result;
}
