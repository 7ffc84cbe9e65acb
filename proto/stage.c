#include "proto/stage.h"
#include "proto/file.h"
#include "proto/limits.h"
#include "proto/log.h"
#include "proto/stage_confine.h"
#include "proto/stage_impl.h"
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest threshold that mallopt(3) takes. */
enum { LARGE_PIECE_BYTES = 32 << 20 };

/* sysexits(3), as the supervisor reads them. */
enum {
	EX_OK = 0,
	EX_USAGE = 64,
	EX_INTERNAL = 71,
	EX_AGAIN = 75,
	EX_CONF = 78
};

void *
stage_state(const struct stage *st)
{
	return st->state;
}

const struct pipeline *
stage_pipeline(const struct stage *st)
{
	return st->pipeline;
}

const struct entity *
stage_entity(const struct stage *st)
{
	return st->entity;
}

uint64_t
stage_run(const struct stage *st)
{
	return st->run;
}

bool
stage_is_filter(const struct stage *st)
{
	return st->opt.stdio;
}

uint32_t
stage_instance(const struct stage *st)
{
	return (uint32_t)st->opt.instance;
}

uint32_t
stage_instances(const struct stage *st)
{
	return (uint32_t)st->opt.instances;
}

int
stage_send(struct stage *st, struct batch **b, struct err *e)
{
	struct meter_rows rows = stage_meter_rows(*b, NULL, true);
	if (stage_flush_rejects(st, e) < 0 || st->ops->send(st, b, e) < 0)
		return -1;
	stage_meter_count(&st->meter, &rows);
	return 0;
}

int
stage_send_later(struct stage *st, struct batch **b, size_t room, struct err *e)
{
	if (!st->ops->later)
		return stage_send(st, b, e);
	struct meter_rows rows = stage_meter_rows(*b, NULL, true);
	if (stage_flush_rejects(st, e) < 0 ||
	    st->ops->later(st, b, room, e) < 0)
		return -1;
	stage_meter_count(&st->meter, &rows);
	return 0;
}

int
stage_report(struct stage *st, struct message *m, struct err *e)
{
	m->run = st->run;
	if (m->kind == MSG_OPENED)
		st->opened_reported = true;
	if (stage_flush_rejects(st, e) < 0)
		return -1;
	return st->ops->report(st, m, e);
}

int
stage_ack(struct stage *st, const struct batch *b, const uint64_t *counts,
    struct err *e)
{
	struct message m = { .kind = MSG_ACK,
		.chunk = b->chunk,
		.attempt = b->attempt,
		.seq = b->seq,
		.part = b->part };
	for (size_t i = 0; i < OUT_COUNT; i++) {
		m.counts[i] = b->left[i] + (counts ? counts[i] : 0);
		st->counts[i] += m.counts[i];
	}
	if (st->def->holds)
		board_settle(st->board, b->chunk, b->attempt);
	struct meter_rows rows = stage_meter_rows(b, counts, false);
	stage_meter_count(&st->meter, &rows);
	return stage_report(st, &m, e);
}

int
stage_done(
    struct stage *st, struct batch **b, const uint64_t *counts, struct err *e)
{
	/* Several parts may end together: their rejects must not mix. */
	if (stage_flush_rejects(st, e) < 0)
		return -1;
	return st->ops->done(st, b, counts, e);
}

int
stage_find_entity(struct stage *st, const char *name, struct err *e)
{
	const struct entity *en =
	    name ? pipeline_entity(st->pipeline, name) : NULL;
	if (!en)
		return err_config(e, "no_entity", "%s has no entity \"%s\"",
		    st->pipeline->path, name ? name : "");
	st->entity = en;
	return 0;
}

int
stage_begin(struct stage *st, const struct message *m, struct err *e)
{
	/* What a plan left open is part of the run that follows it. */
	if (st->open)
		stage_finish(st);
	if (stage_find_entity(st, m->entity, e) < 0)
		return -1;
	st->run = m->run;
	log_set_run(m->run, m->entity);
	stage_meter_open(&st->meter, st->entity->name);
	st->open = true;
	st->opened_reported = false;
	board_clear(st->board);
	memset(st->counts, 0, sizeof(st->counts));
	if (st->def->open && st->def->open(st, m, e) < 0)
		return -1;
	if (st->opened_reported)
		return 0;
	return stage_report(st, &(struct message){ .kind = MSG_OPENED }, e);
}

void
stage_finish(struct stage *st)
{
	if ((st->open || st->planned) && st->def->close)
		st->def->close(st);
	st->open = st->planned = false;
	/* What a run that was given up left is nobody's. */
	stage_later_free(st);
	log_set_run(0, NULL);
}

int
stage_control(struct stage *st, const struct message *m, struct err *e)
{
	/* A plan begins anew: what the last one left open is void. */
	if (m->kind == MSG_PLAN && st->open)
		stage_finish(st);
	if ((m->kind == MSG_PLAN || m->kind == MSG_DESCRIBE) &&
	    stage_find_entity(st, m->entity, e) < 0)
		return -1;
	if (m->kind == MSG_PLAN)
		st->planned = true;
	return st->def->control ? st->def->control(st, m, e) : 0;
}

/* The board knows of it for as long as it may be what the stage dies of. */
static int
work_on(struct stage *st, struct batch **b, struct err *e)
{
	uint32_t chunk = (*b)->chunk, attempt = (*b)->attempt;
	board_take(st->board, *b);
	if (st->def->batch(st, b, e) < 0)
		return -1;
	if (!st->def->holds)
		board_settle(st->board, chunk, attempt);
	return 0;
}

int
stage_take_batch(struct stage *st, struct frame *f, struct err *e)
{
	struct batch *b = NULL;
	if (batch_decode_frame(f, &b, e) < 0)
		return -1;
	memcpy(b->came, b->left, sizeof(b->came));
	int r = 0;
	/* What is left of a run that was closed meanwhile is nobody's. */
	if (st->open && b->run == st->run)
		r = work_on(st, &b, e);
	if (r == 0)
		r = stage_flush_rejects(st, e);
	batch_free(&b);
	return r;
}

static int
exit_code(const struct err *e)
{
	switch (e->cls) {
	case ERR_NONE:
		return EX_OK;
	case ERR_RETRY:
		return EX_AGAIN;
	case ERR_CONFIG:
	case ERR_DATA:
		return EX_CONF;
	case ERR_BUG:
		return EX_INTERNAL;
	}
	return EX_INTERNAL;
}

/* As a filter it works on what its user gives it. */
static int
confine(struct stage *st, struct err *e)
{
	struct buf dir = { 0 };
	const char *at = st->opt.control, *slash = strrchr(at, '/');
	if (strncmp(at, "ipc://", 6) == 0 && slash)
		buf_put(&dir, at + 6, (size_t)(slash - at - 6));
	int r = stage_confine(&(struct stage_confine){ .stage = st->def->name,
				  .pipeline = st->pipeline,
				  .runtime_dir = buf_str(&dir),
				  .listens = st->opt.metrics != NULL },
	    e);
	buf_free(&dir);
	return r;
}

static int
run_stage(struct stage *st, struct err *e)
{
	struct problems problems = { 0 };
	if (pipeline_load(st->opt.config, st->opt.base, &st->pipeline,
		&problems, e) < 0) {
		if (problems.count)
			fputs(buf_str(&problems.text), stderr);
		buf_free(&problems.text);
		return -1;
	}
	if (st->opt.called)
		st->pipeline->path =
		    arena_strdup(&st->pipeline->arena, st->opt.called);
	if (st->opt.stdio)
		return stage_filter_main(st, e);
	if (confine(st, e) < 0)
		return -1;
	return stage_service_main(st, e);
}

int
stage_main(int argc, char **argv, const struct stage_def *def)
{
	struct err e = { 0 };
	struct stage st = { .def = def,
		.opt = { .run = 1, .instances = 1 },
		.rejects_fd = -1,
		.state = mem_zalloc(def->state_size) };
	char name[64];
	snprintf(name, sizeof(name), "syncline-%s", def->name);
	log_init(name, LOG_LEVEL_INFO);
	if (file_hold_std(&e) < 0 ||
	    stage_options_parse(&st, argc, argv, &e) < 0) {
		fprintf(
		    stderr, "%s: %s\nTry '%s --help'.\n", name, e.msg, name);
		free(st.state);
		return EX_USAGE;
	}
	if (stage_options_print(&st)) {
		free(st.state);
		return EX_OK;
	}
	if (st.opt.verbose || st.opt.quiet)
		log_init(
		    name, st.opt.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN);
	signal(SIGPIPE, SIG_IGN);
	stage_meter_init(&st.meter, def->name, def->source);
	/* One heap that keeps what it has: batches need the same pieces again
	 * and again, and memory fresh from the system costs more than the
	 * work on it. Heaps of its own for each of ZeroMQ's threads would hold
	 * on to some, and memory would grow with chance. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, LARGE_PIECE_BYTES);
	mallopt(M_TRIM_THRESHOLD, LARGE_PIECE_BYTES);
	/* The stages leave the cores to the databases they talk to. */
	sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
	/* What the supervisor was told is for it to say. */
	if (run_stage(&st, &e) < 0)
		log_err(
		    st.told ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "stopped", &e);
	stage_finish(&st);
	if (def->end)
		def->end(&st);
	pipeline_free(&st.pipeline);
	arena_free(&st.rejects.arena);
	stage_meter_free(&st.meter);
	free(st.state);
	return exit_code(&e);
}
