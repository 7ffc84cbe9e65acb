#include "supervisor/engine.h"
#include "proto/clock.h"
#include "proto/confine.h"
#include "proto/log.h"
#include "proto/store_lease.h"
#include "supervisor/ledger.h"
#include "supervisor/proc_talk.h"
#include "supervisor/run_impl.h"
#include "supervisor/spawn.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { CONTROL_HWM = 64, TURN_MS = 500 };

static int
open_signals(struct engine *en, bool hup, struct err *e)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (hup)
		sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_errno(e, "sigprocmask");
	int fd = signalfd(en->signal_fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "signalfd");
	en->signal_fd = fd;
	return 0;
}

int
engine_hear_hup(struct engine *en, struct err *e)
{
	return open_signals(en, true, e);
}

int
engine_open(struct engine *en, const struct pipeline *p, struct store *store,
    struct err *e)
{
	*en = (struct engine){ .pipeline = p,
		.store = store,
		.signal_fd = -1,
		.closes = WINDOW_NEVER,
		.tries = p->tries };
	/* It knows every password that is in our environment. */
	confine_memory();
	/* Nothing of a live supervisor is a leftover. */
	if ((store && store_lease_check_free(store, e) < 0) ||
	    open_signals(en, false, e) < 0 ||
	    spawn_bin_dir(en->bin_dir, sizeof(en->bin_dir), e) < 0 ||
	    runtime_dir_make(p->store_dir, en->runtime_dir,
		sizeof(en->runtime_dir), e) < 0 ||
	    runtime_dir_copy_config(p, &en->config_copy, &en->config_hash, e) <
		0)
		return -1;
	runtime_dir_control(en->runtime_dir, en->control);
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
	/* What stands in the store is another supervisor's by now. */
	runtime_dir_remove(
	    en->deposed ? NULL : en->pipeline->store_dir, en->runtime_dir);
	if (en->config_copy && !en->deposed)
		unlink(en->config_copy);
	free(en->config_copy);
	if (en->signal_fd >= 0)
		close(en->signal_fd);
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
		monitor_report(en, p, m);
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

void
engine_stop(struct engine *en)
{
	en->stop++;
	if (!en->live)
		return;
	if (en->stop == 1) {
		log_info("stopping: what is in flight is finished; "
			 "a second signal stops at once",
		    NULL);
		run_drain(en->live);
	} else {
		run_cancel(en->live);
	}
}

static void
drain_signals(struct engine *en)
{
	struct signalfd_siginfo info;
	while (read(en->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGHUP)
			en->reload = true;
		else if (info.ssi_signo != SIGCHLD)
			engine_stop(en);
}

static void
see_ready(struct engine *en, struct run *r)
{
	bool ready = procs_ready(&en->procs);
	if (ready)
		run_on_ready(r);
	en->was_ready = ready;
}

int
engine_invite(
    struct engine *en, const struct engine_guest *guest, struct err *e)
{
	if (en->nguests == ENGINE_GUESTS)
		return err_bug(e, "more than %d guests", ENGINE_GUESTS);
	en->guests[en->nguests++] = *guest;
	return 0;
}

/* One guest may send another away. */
static bool
invited(const struct engine *en, const void *arg)
{
	for (size_t i = 0; i < en->nguests; i++)
		if (en->guests[i].arg == arg)
			return true;
	return false;
}

void
engine_dismiss(struct engine *en, const void *arg)
{
	size_t n = 0;
	for (size_t i = 0; i < en->nguests; i++)
		if (en->guests[i].arg != arg)
			en->guests[n++] = en->guests[i];
	en->nguests = n;
}

static int
wait_for_news(struct engine *en, int64_t wait_ms, struct err *e)
{
	struct sock_item items[3 + ENGINE_GUESTS] = {
		{ .sock = en->router },
		{ .fd = en->signal_fd },
	};
	struct engine_guest guests[ENGINE_GUESTS];
	size_t n = en->nguests;
	for (size_t i = 0; i < n; i++) {
		guests[i] = en->guests[i];
		items[2 + i] = (struct sock_item){ .sock = guests[i].sock,
			.fd = guests[i].fd };
	}
	size_t watched = monitor_wait(en, &items[2 + n], &wait_ms);
	if (sock_wait(items, 2 + n + watched, wait_ms, e) < 0)
		return -1;
	monitor_wake(en);
	for (size_t i = 0; i < n; i++)
		if (items[2 + i].ready && invited(en, guests[i].arg))
			guests[i].ready(guests[i].arg);
	return 0;
}

/* Messages first: a dying stage's last words explain its death. */
static int
take_news(struct engine *en, struct run *r, struct err *e)
{
	if (drain_control(en, r, e) < 0)
		return -1;
	drain_signals(en);
	drain_children(en, r);
	monitor_turn(en);
	return 0;
}

/* Long before it is over, so that a missed try costs nothing. What fails for
 * another reason than that it is lost is tried again. */
static int
renew_lease(struct run *r, struct err *e)
{
	int64_t step = r->engine->pipeline->lease_ms / 3;
	if (clock_mono_ms() - r->lease_ms < step || ledger_hold(r, e) == 0)
		return 0;
	if (strcmp(e->code, "lease_lost") == 0)
		return -1;
	log_err(LOG_LEVEL_WARN, "the lease was not renewed", e);
	err_clear(e);
	return 0;
}

bool
engine_ending(const struct engine *en)
{
	return en->stop || clock_wall_micros() >= en->closes;
}

static void
see_window(struct engine *en, struct run *r)
{
	if (r->draining || r->phase == RUN_OVER ||
	    clock_wall_micros() < en->closes)
		return;
	log_info("the window closes: what is in flight is finished", NULL);
	run_close(r);
}

/* ms: the longest that would do otherwise; -1: for ever. */
static int64_t
turn_limit(const struct engine *en, int64_t ms)
{
	return en->turn_ms && (ms < 0 || ms > en->turn_ms) ? en->turn_ms : ms;
}

static void
turned(struct engine *en)
{
	if (en->turned)
		en->turned(en->turned_arg);
}

static int
turn(struct engine *en, struct run *r, struct err *e)
{
	/* First: who slept for long may have been replaced meanwhile. */
	if (renew_lease(r, e) < 0)
		return -1;
	if (procs_start_due(&en->procs, e) < 0)
		return -1;
	int64_t next = procs_next_ms(&en->procs);
	procs_look(&en->procs);
	int64_t wait = next < 0 || next > TURN_MS ? TURN_MS : next;
	if (wait_for_news(en, turn_limit(en, wait), e) < 0)
		return -1;
	/* Before the news of a chunk's end, which would be answered by the
	 * next one. */
	see_window(en, r);
	if (take_news(en, r, e) < 0)
		return -1;
	see_ready(en, r);
	run_on_time(r, clock_mono_ms());
	if (en->watch)
		en->watch(en->watch_arg, r);
	turned(en);
	return 0;
}

int
engine_idle(struct engine *en, int64_t wait_ms, struct err *e)
{
	if (wait_for_news(en, turn_limit(en, wait_ms), e) < 0 ||
	    take_news(en, NULL, e) < 0)
		return -1;
	turned(en);
	return 0;
}

void
engine_rest(struct engine *en)
{
	procs_stop(&en->procs);
}

static bool
clean_end(const struct run *r)
{
	return r->end == END_COMPLETED || r->end == END_REJECTS ||
	       (r->end == END_HALTED && r->withheld);
}

int
engine_run(struct engine *en, struct run *r, struct err *e)
{
	struct err trouble = { 0 };
	r->engine = en;
	r->pausing = en->held && en->held(en->held_arg, r->entity);
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
	en->live = NULL;
	int result = ledger_end(r, e);
	monitor_run_ended(en, r);
	if (result == 0)
		return 0;
	en->deposed = strcmp(e->code, "lease_lost") == 0;
	return -1;
}
