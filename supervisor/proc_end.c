#include "proto/clock.h"
#include "proto/log.h"
#include "proto/share_door.h"
#include "supervisor/proc.h"
#include "supervisor/proc_more.h"
#include "supervisor/proc_talk.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* How stage processes end: by themselves, for their silence, or told to. */
/* One that was told to exit. */
enum { STOP_WAIT_MS = 3000 };

static int64_t
timeval_ms(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

/* Its child has been waited for: the only moment that says what it cost. */
static void
ended(struct proc *p, const struct rusage *used)
{
	log_debug("stage ended", "worker", p->name, "pid", log_i64(p->pid),
	    "user_ms", log_i64(timeval_ms(used->ru_utime)), "system_ms",
	    log_i64(timeval_ms(used->ru_stime)), "peak_rss_kib",
	    log_i64(used->ru_maxrss), NULL);
	if (p->endpoint[0]) {
		unlink(p->endpoint + strlen("ipc://"));
		share_door_remove(p->endpoint);
	}
	p->nhands = board_hands(p->board, p->hands);
	board_words(p->board, p->words);
	board_free(&p->board);
	p->pid = 0;
}

/* What the exit status says, when the stage could not say it itself. */
static void
describe_death(struct proc *p, int status)
{
	if (p->error.cls != ERR_NONE)
		return;
	p->crashed = true;
	const char *kind = proc_kind_name(p->kind);
	if (WIFSIGNALED(status))
		err_retry(&p->error, "killed",
		    "syncline-%s was killed by signal %d (%s)", kind,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 78 || WEXITSTATUS(status) == 64)
		err_config(&p->error, "exit", "syncline-%s exited with %d",
		    kind, WEXITSTATUS(status));
	else
		err_retry(&p->error, "exit", "syncline-%s exited with %d", kind,
		    WEXITSTATUS(status));
}

/* It could not say why, but what it said last may tell. */
static void
add_words(struct proc *p)
{
	size_t n = strlen(p->error.msg);
	if (p->crashed && p->words[0])
		snprintf(p->error.msg + n, sizeof(p->error.msg) - n,
		    "; its last words: %s", p->words);
}

/* When it may be started again: at most once in restart_ms, later if it dies
 * again and again. */
static void
set_back(struct procs *ps, struct proc *p)
{
	int64_t wait =
	    p->state == PROC_BACKING_OFF ? retry_next_ms(&p->backoff) : 0;
	int64_t soonest = p->started_ms + ps->conf.pipeline->restart_ms;
	p->start_at_ms = clock_mono_ms() + wait;
	if (p->start_at_ms < soonest)
		p->start_at_ms = soonest;
}

/* True if somebody has to know. */
static bool
bury(struct procs *ps, struct proc *p, int status, const struct rusage *used)
{
	bool told = p->state == PROC_DRAINING;
	describe_death(p, status);
	ended(p, used);
	add_words(p);
	if (told) {
		proc_step(p, PROC_REAPED);
		return false;
	}
	unsigned tries = (unsigned)ps->conf.pipeline->tries;
	proc_step(p, proc_state_death(++p->deaths, tries));
	set_back(ps, p);
	return true;
}

struct proc *
procs_reap(struct procs *ps)
{
	int status;
	struct rusage used;
	pid_t pid;
	while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0)
		for (size_t i = 0; i < ps->n; i++) {
			struct proc *p = &ps->all[i];
			if (!proc_state_alive(p->state) || p->pid != pid)
				continue;
			if (bury(ps, p, status, &used))
				return p;
			break;
		}
	return NULL;
}

static void
forgive(struct proc *p)
{
	p->deaths = 0;
	retry_reset(&p->backoff);
	proc_step(p, PROC_WORKED);
}

void
procs_excuse(struct procs *ps, struct proc *p)
{
	forgive(p);
	set_back(ps, p);
}

void
procs_excuse_all(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		procs_excuse(ps, &ps->all[i]);
}

void
procs_worked(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		forgive(&ps->all[i]);
	}
}

static void
silence(struct proc *p, const char *what, int64_t limit_ms)
{
	if (p->error.cls == ERR_NONE)
		err_retry(&p->error, "silent",
		    "syncline-%s %s within %lld ms and was killed",
		    proc_kind_name(p->kind), what, (long long)limit_ms);
	log_warn("a stage is silent", "worker", p->name, "pid", log_i64(p->pid),
	    NULL);
	kill(p->pid, SIGKILL);
	proc_step(p, PROC_SILENT);
}

static void
look_at(const struct pipeline *conf, struct proc *p, int64_t now)
{
	uint64_t beats = atomic_load(&p->board->beats);
	if (beats != p->beats)
		p->beat_ms = now;
	p->beats = beats;
	if (p->state == PROC_STARTING &&
	    now - p->started_ms >= conf->start_timeout_ms)
		silence(p, "was not ready", conf->start_timeout_ms);
	else if (p->state == PROC_READY &&
		 now - p->beat_ms >= conf->heartbeat_ms)
		silence(p, "gave no sign of life", conf->heartbeat_ms);
	else if (p->state == PROC_DRAINING && now - p->told_ms >= STOP_WAIT_MS)
		kill(p->pid, SIGKILL);
}

void
procs_look(struct procs *ps)
{
	const struct pipeline *conf = ps->conf.pipeline;
	int64_t now = clock_mono_ms();
	/* Whoever slept for long must not judge others by the time. */
	bool slept = now - ps->looked_ms >= conf->heartbeat_ms;
	ps->looked_ms = now;
	for (size_t i = 0; i < ps->n; i++) {
		struct proc *p = &ps->all[i];
		if (!proc_state_alive(p->state))
			continue;
		if (slept)
			p->beat_ms = now;
		look_at(conf, p, now);
	}
}

static void
wait_for_child(struct proc *p)
{
	struct rusage used = { 0 };
	while (wait4(p->pid, NULL, 0, &used) < 0 && errno == EINTR)
		continue;
	ended(p, &used);
	proc_step(p, PROC_REAPED);
	p->start_at_ms = 0;
}

void
procs_kill(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (proc_state_alive(ps->all[i].state))
			kill(ps->all[i].pid, SIGKILL);
	for (size_t i = 0; i < ps->n; i++)
		if (proc_state_alive(ps->all[i].state))
			wait_for_child(&ps->all[i]);
}

void
procs_dismiss(struct procs *ps, struct proc *p)
{
	struct err e = { 0 };
	struct message m = { .kind = MSG_EXIT };
	p->joining = false;
	bool hears = p->state == PROC_READY;
	bool again = p->state == PROC_DRAINING;
	proc_step(p, PROC_DRAIN);
	if (!again)
		p->told_ms = clock_mono_ms();
	if (hears && proc_send(ps, p, &m, &e) < 0)
		log_err(LOG_LEVEL_WARN, "cannot tell a stage to exit", &e);
}

static bool
any_alive(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (proc_state_alive(ps->all[i].state))
			return true;
	return false;
}

void
procs_stop(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		procs_dismiss(ps, &ps->all[i]);
	int64_t until = clock_mono_ms() + STOP_WAIT_MS;
	while (any_alive(ps) && clock_mono_ms() < until)
		if (!procs_reap(ps))
			clock_sleep_ms(1);
	procs_kill(ps);
	procs_begin(ps);
}
