#include "supervisor/proc.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "supervisor/proc_more.h"
#include "supervisor/spawn.h"
#include "supervisor/stage_env.h"
#include "supervisor/targets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A late look is no reason to take oneself for asleep. */
enum { LOOKS_PER_HEARTBEAT = 4 };

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
		ps->least[k] = (size_t)counts[k];
		ps->n += (size_t)counts[k];
	}
	ps->first[PROC_KINDS] = ps->n;
	ps->least[PROC_NORMALIZE] = (size_t)p->workers_normalize_min;
	ps->least[PROC_LOAD] = (size_t)p->workers_load_min;
	ps->all = mem_zalloc(ps->n * sizeof(*ps->all));
	for (size_t k = 0; k < PROC_KINDS; k++) {
		for (size_t i = ps->first[k]; i < ps->first[k + 1]; i++) {
			struct proc *s = &ps->all[i];
			s->kind = (enum proc_kind)k;
			s->instance = (unsigned)(i - ps->first[k]);
			s->backoff = (struct retry){ p->restart_ms,
				p->restart_max_ms, 0 };
			snprintf(s->name, sizeof(s->name), "%s.%u",
			    kind_names[k], s->instance);
		}
	}
	procs_begin(ps);
}

/* What cannot happen is said, and changes nothing. */
void
proc_step(struct proc *p, enum proc_event v)
{
	struct err e = { 0 };
	if (proc_state_step(&p->state, v, &e) == 0)
		return;
	err_wrap(&e, "%s", p->name);
	log_err(LOG_LEVEL_ERROR, "the process table is wrong", &e);
}

static uint64_t
memory_of(const struct procs *ps, enum proc_kind k)
{
	const struct pipeline *p = ps->conf.pipeline;
	int64_t state = k == PROC_DELTA ? p->state_memory : 0;
	return (uint64_t)(p->memory + state);
}

static int
spawn(struct procs *ps, struct proc *p, int board, struct err *e)
{
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
		.board = board,
		.memory_bytes = memory_of(ps, p->kind),
		.env = env,
	};
	int r = spawn_stage(&s, &p->pid, e);
	free(env);
	return r;
}

static int
start(struct procs *ps, struct proc *p, struct err *e)
{
	int board;
	p->generation++;
	snprintf(
	    p->address, sizeof(p->address), "%s.%u", p->name, p->generation);
	snprintf(p->endpoint, sizeof(p->endpoint), "ipc://%s/%s",
	    ps->conf.runtime_dir, p->address);
	err_clear(&p->error);
	p->crashed = false;
	p->beats = 0;
	if (board_create(&p->board, &board, e) < 0)
		return -1;
	int r = spawn(ps, p, board, e);
	close(board);
	if (r < 0) {
		board_free(&p->board);
		return -1;
	}
	proc_step(p, PROC_SPAWN);
	p->started_ms = p->beat_ms = clock_mono_ms();
	log_debug(
	    "stage started", "worker", p->name, "pid", log_i64(p->pid), NULL);
	return 0;
}

void
procs_begin(struct procs *ps)
{
	for (size_t k = 0; k < PROC_KINDS; k++) {
		ps->active[k] = ps->least[k];
		for (size_t i = ps->first[k]; i < ps->first[k + 1]; i++) {
			struct proc *p = &ps->all[i];
			if (p->instance < ps->active[k])
				proc_step(p, PROC_WANTED);
			else
				procs_dismiss(ps, p);
		}
	}
}

static bool
startable(const struct proc *p)
{
	return p->state == PROC_DOWN || p->state == PROC_BACKING_OFF;
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
		for (size_t i = ps->first[order[k]];
		     i < ps->first[order[k] + 1]; i++) {
			struct proc *p = &ps->all[i];
			if (startable(p) && p->start_at_ms <= now &&
			    start(ps, p, e) < 0)
				return -1;
		}
	return 0;
}

int64_t
procs_next_ms(const struct procs *ps)
{
	int64_t now = clock_mono_ms();
	int64_t next = ps->conf.pipeline->heartbeat_ms / LOOKS_PER_HEARTBEAT;
	for (size_t i = 0; i < ps->n; i++) {
		const struct proc *p = &ps->all[i];
		if (!startable(p))
			continue;
		int64_t in = p->start_at_ms > now ? p->start_at_ms - now : 0;
		if (in < next)
			next = in;
	}
	return next;
}

bool
procs_ready(const struct procs *ps)
{
	for (size_t k = 0; k < PROC_KINDS; k++)
		for (size_t i = 0; i < ps->active[k]; i++)
			if (ps->all[ps->first[k] + i].state != PROC_READY)
				return false;
	return true;
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
	return ps->active[k];
}

int
procs_hello(struct procs *ps, struct proc *p, const struct message *m)
{
	(void)ps;
	if (!proc_state_alive(p->state) || m->pid != (uint32_t)p->pid)
		return -1;
	proc_step(p, PROC_HELLO);
	return p->state == PROC_READY ? 0 : -1;
}

void
procs_free(struct procs *ps)
{
	free(ps->all);
	*ps = (struct procs){ 0 };
}
