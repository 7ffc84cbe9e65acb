#include "supervisor/proc.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/peers.h"
#include "proto/share_door.h"
#include "supervisor/spawn.h"
#include "supervisor/stage_env.h"
#include "supervisor/targets.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKOFF_FIRST_MS = 1000,
	BACKOFF_MAX_MS = 60000,
	RESTART_MIN_MS = 1000, /* at most one start a second */
	STOP_WAIT_MS = 3000,
};

static const char *const kind_names[] = {
	[PROC_EXTRACT] = "extract",
	[PROC_NORMALIZE] = "normalize",
	[PROC_IDENTITY] = "identity",
	[PROC_DELTA] = "delta",
	[PROC_RESOLVER] = "resolver",
	[PROC_LOAD] = "load",
};
_Static_assert(ARRAY_LEN(kind_names) == PROC_KINDS, "one per kind");

const char *
proc_kind_name(enum proc_kind k)
{
	return kind_names[k];
}

static bool
any_resolves(const struct pipeline *p)
{
	for (size_t i = 0; i < p->nentities; i++)
		if (entity_resolves(&p->entities[i]))
			return true;
	return false;
}

void
procs_init(struct procs *ps, const struct procs_config *conf)
{
	const struct pipeline *p = conf->pipeline;
	int64_t delta = p->workers_delta < p->state_partitions
			    ? p->workers_delta
			    : p->state_partitions;
	const int64_t counts[] = {
		[PROC_EXTRACT] = p->workers_extract,
		[PROC_NORMALIZE] = p->workers_normalize,
		[PROC_IDENTITY] = p->workers_identity,
		[PROC_DELTA] = delta,
		[PROC_RESOLVER] = any_resolves(p) ? p->workers_resolver : 0,
		[PROC_LOAD] = p->workers_load,
	};
	*ps = (struct procs){ .conf = *conf };
	for (size_t k = 0; k < PROC_KINDS; k++) {
		ps->first[k] = ps->n;
		ps->n += (size_t)counts[k];
	}
	ps->first[PROC_KINDS] = ps->n;
	ps->all = mem_zalloc(ps->n * sizeof(*ps->all));
	for (size_t k = 0; k < PROC_KINDS; k++) {
		for (size_t i = ps->first[k]; i < ps->first[k + 1]; i++) {
			struct proc *s = &ps->all[i];
			s->kind = (enum proc_kind)k;
			s->instance = (unsigned)(i - ps->first[k]);
			s->backoff = (struct retry){ BACKOFF_FIRST_MS,
				BACKOFF_MAX_MS, 0 };
			snprintf(s->name, sizeof(s->name), "%s.%u",
			    kind_names[k], s->instance);
		}
	}
}

static int
start(struct procs *ps, struct proc *p, struct err *e)
{
	p->generation++;
	snprintf(
	    p->address, sizeof(p->address), "%s.%u", p->name, p->generation);
	snprintf(p->endpoint, sizeof(p->endpoint), "ipc://%s/%s",
	    ps->conf.runtime_dir, p->address);
	char metrics[ADDRESS_TEXT];
	address_text(
	    &ps->conf.pipeline->metrics, targets_offset(ps, p), metrics);
	char **env = stage_env_new(ps->conf.pipeline, p->kind);
	const struct spawn_stage s = {
		.bin_dir = ps->conf.bin_dir,
		.stage = kind_names[p->kind],
		.config = ps->conf.config_path,
		.called = ps->conf.pipeline->path,
		.base = ps->conf.pipeline->base_dir,
		.control = ps->conf.control_endpoint,
		.endpoint = p->endpoint,
		.metrics = ps->conf.watched ? metrics : NULL,
		.instance = p->instance,
		.instances = (unsigned)procs_count(ps, p->kind),
		.env = env,
	};
	err_clear(&p->error);
	int r = spawn_stage(&s, &p->pid, e);
	free(env);
	if (r < 0)
		return -1;
	p->state = PROC_STARTING;
	p->started_ms = clock_mono_ms();
	log_debug(
	    "stage started", "worker", p->name, "pid", log_i64(p->pid), NULL);
	return 0;
}

int
procs_start_due(struct procs *ps, struct err *e)
{
	/* Who has most to do before anything is read stands in front. */
	static const enum proc_kind order[] = { PROC_DELTA, PROC_LOAD,
		PROC_EXTRACT, PROC_NORMALIZE, PROC_IDENTITY, PROC_RESOLVER };
	_Static_assert(ARRAY_LEN(order) == PROC_KINDS, "every kind");
	int64_t now = clock_mono_ms();
	for (size_t k = 0; k < PROC_KINDS; k++)
		for (size_t i = 0; i < procs_count(ps, order[k]); i++) {
			struct proc *p = procs_get(ps, order[k], (unsigned)i);
			if (p->state == PROC_DOWN && p->start_at_ms <= now &&
			    start(ps, p, e) < 0)
				return -1;
		}
	return 0;
}

int64_t
procs_next_ms(const struct procs *ps)
{
	int64_t now = clock_mono_ms(), next = -1;
	for (size_t i = 0; i < ps->n; i++) {
		const struct proc *p = &ps->all[i];
		if (p->state != PROC_DOWN)
			continue;
		int64_t in = p->start_at_ms > now ? p->start_at_ms - now : 0;
		if (next < 0 || in < next)
			next = in;
	}
	return next;
}

bool
procs_ready(const struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->all[i].state != PROC_READY)
			return false;
	return true;
}

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
	p->state = PROC_DOWN;
	p->pid = 0;
}

/* What the exit status says, when the stage could not say it itself. */
static void
describe_death(struct proc *p, int status)
{
	if (p->error.cls != ERR_NONE)
		return;
	const char *kind = kind_names[p->kind];
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

struct proc *
procs_reap(struct procs *ps)
{
	int status;
	struct rusage used;
	pid_t pid = wait4(-1, &status, WNOHANG, &used);
	if (pid <= 0)
		return NULL;
	for (size_t i = 0; i < ps->n; i++) {
		struct proc *p = &ps->all[i];
		if (p->state == PROC_DOWN || p->pid != pid)
			continue;
		describe_death(p, status);
		ended(p, &used);
		p->deaths++;
		int64_t wait = p->deaths > 1 ? retry_next_ms(&p->backoff) : 0;
		int64_t soonest = p->started_ms + RESTART_MIN_MS;
		p->start_at_ms = clock_mono_ms() + wait;
		if (p->start_at_ms < soonest)
			p->start_at_ms = soonest;
		return p;
	}
	return NULL;
}

struct proc *
procs_find(struct procs *ps, const char *address)
{
	for (size_t i = 0; i < ps->n; i++)
		if (strcmp(ps->all[i].address, address) == 0)
			return &ps->all[i];
	return NULL;
}

struct proc *
procs_get(struct procs *ps, enum proc_kind k, unsigned instance)
{
	return &ps->all[ps->first[k] + instance];
}

size_t
procs_count(const struct procs *ps, enum proc_kind k)
{
	return ps->first[k + 1] - ps->first[k];
}

int
procs_hello(struct procs *ps, struct proc *p, const struct message *m)
{
	(void)ps;
	if (p->state != PROC_STARTING || m->pid != (uint32_t)p->pid)
		return -1;
	p->state = PROC_READY;
	return 0;
}

int
proc_send(struct procs *ps, const struct proc *p, const struct message *m,
    struct err *e)
{
	struct buf out = { 0 };
	message_encode(m, &out);
	int r = sock_send_to(ps->conf.router, p->address, &out, e);
	buf_free(&out);
	return r < 0 ? -1 : 0;
}

int
procs_send_all(
    struct procs *ps, enum proc_kind k, const struct message *m, struct err *e)
{
	for (size_t i = ps->first[k]; i < ps->first[k + 1]; i++)
		if (proc_send(ps, &ps->all[i], m, e) < 0)
			return -1;
	return 0;
}

void
procs_error(struct procs *ps, struct proc *p, const struct message *m)
{
	struct err e = { 0 };
	switch (m->cls) {
	case ERR_CONFIG:
	case ERR_DATA:
		err_config(&p->error, m->code ? m->code : "", "%s",
		    m->text ? m->text : "");
		break;
	case ERR_NONE:
	case ERR_RETRY:
		err_retry(&p->error, m->code ? m->code : "", "%s",
		    m->text ? m->text : "");
		break;
	case ERR_BUG:
		err_bug(&p->error, "%s", m->text ? m->text : "");
		break;
	}
	/* It waits for this before it exits, so that its words arrive. */
	if (proc_send(ps, p, &(struct message){ .kind = MSG_EXIT }, &e) < 0)
		log_err(LOG_LEVEL_WARN, "cannot answer a failing stage", &e);
}

static int
connect_kind(
    struct procs *ps, enum proc_kind from, enum proc_kind to, struct err *e)
{
	const char *endpoints[LIMIT_WORKERS];
	size_t n = procs_count(ps, to);
	for (size_t i = 0; i < n; i++)
		endpoints[i] = procs_get(ps, to, (unsigned)i)->endpoint;
	struct buf body = { 0 };
	peers_encode(endpoints, n, &body);
	struct message m = { .kind = MSG_PEERS, .body = buf_span(&body) };
	int r = procs_send_all(ps, from, &m, e);
	buf_free(&body);
	return r;
}

int
procs_connect(struct procs *ps, bool resolver, struct err *e)
{
	ps->resolver = resolver;
	enum proc_kind changes_to = resolver ? PROC_RESOLVER : PROC_LOAD;
	if (connect_kind(ps, PROC_EXTRACT, PROC_NORMALIZE, e) < 0 ||
	    connect_kind(ps, PROC_NORMALIZE, PROC_IDENTITY, e) < 0 ||
	    connect_kind(ps, PROC_IDENTITY, PROC_DELTA, e) < 0 ||
	    connect_kind(ps, PROC_DELTA, changes_to, e) < 0)
		return -1;
	return resolver ? connect_kind(ps, PROC_RESOLVER, PROC_LOAD, e) : 0;
}

void
procs_worked(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		ps->all[i].deaths = 0;
		retry_reset(&ps->all[i].backoff);
	}
}

static void
wait_for_child(struct proc *p)
{
	struct rusage used = { 0 };
	while (wait4(p->pid, NULL, 0, &used) < 0 && errno == EINTR)
		continue;
	ended(p, &used);
	p->start_at_ms = 0;
}

void
procs_kill(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->all[i].state != PROC_DOWN)
			kill(ps->all[i].pid, SIGKILL);
	for (size_t i = 0; i < ps->n; i++)
		if (ps->all[i].state != PROC_DOWN)
			wait_for_child(&ps->all[i]);
}

static bool
all_down(struct procs *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->all[i].state != PROC_DOWN)
			return false;
	return true;
}

void
procs_stop(struct procs *ps)
{
	struct err e = { 0 };
	struct message m = { .kind = MSG_EXIT };
	for (size_t i = 0; i < ps->n; i++)
		if (ps->all[i].state == PROC_READY &&
		    proc_send(ps, &ps->all[i], &m, &e) < 0)
			log_err(
			    LOG_LEVEL_WARN, "cannot tell a stage to exit", &e);
	int64_t until = clock_mono_ms() + STOP_WAIT_MS;
	while (!all_down(ps) && clock_mono_ms() < until)
		if (!procs_reap(ps))
			clock_sleep_ms(1);
	procs_kill(ps);
}

void
procs_free(struct procs *ps)
{
	free(ps->all);
	*ps = (struct procs){ 0 };
}
