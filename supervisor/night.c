#include "supervisor/night.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_entity.h"
#include "supervisor/order.h"
#include "supervisor/turn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Weeks of sweeps begin at night, and nights are not equally long. */
static const int64_t week_micros = INT64_C(13) * 12 * 3600 * 1000000;

static const enum exit_code severity[] = { EXIT_CLEAN, EXIT_REJECTS,
	EXIT_RESUMABLE, EXIT_HALTED, EXIT_UNREACHABLE, EXIT_CONFIG,
	EXIT_RUNNING, EXIT_INTERNAL };

enum exit_code
exit_code_worse(enum exit_code a, enum exit_code b)
{
	for (size_t i = 0; i < ARRAY_LEN(severity); i++) {
		if (severity[i] == a)
			return b;
		if (severity[i] == b)
			return a;
	}
	return EXIT_INTERNAL;
}

static enum exit_code
failure_code(const struct err *why)
{
	/* Ours: a crash, books that do not balance. */
	static const char *const ours[] = { "killed", "exit", "books", "bug" };
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strcmp(why->code, ours[i]) == 0)
			return EXIT_INTERNAL;
	return why->cls == ERR_RETRY ? EXIT_UNREACHABLE : EXIT_CONFIG;
}

static enum exit_code
code_of(const struct run *r)
{
	switch (r->end) {
	case END_COMPLETED:
		return EXIT_CLEAN;
	case END_REJECTS:
		return EXIT_REJECTS;
	case END_HALTED:
		return EXIT_HALTED;
	case END_PAUSED:
	case END_CANCELLED:
		return EXIT_RESUMABLE;
	case END_NONE:
	case END_FAILED:
	case END_ABANDONED:
		break;
	}
	return failure_code(&r->error);
}

static void
take_result(struct night_result *x, struct run *r)
{
	*x = (struct night_result){ .entity = r->entity,
		.run = r->id,
		.end = r->end,
		.code = code_of(r),
		.error = r->error,
		.rows_read = r->rows_read,
		.strategy = r->strategy,
		.withheld = r->withheld,
		.elapsed_ms = clock_mono_ms() - r->started_ms };
	memcpy(x->counts, r->counts, sizeof(x->counts));
	snprintf(x->sample, sizeof(x->sample), "%s", buf_str(&r->sample));
}

static int
one_run(struct engine *en, const struct entity *entity, enum run_mode mode,
    struct night_result *x, struct err *e)
{
	struct run r = { .entity = entity, .mode = mode };
	int result = engine_run(en, &r, e);
	take_result(x, &r);
	if (x->error.cls != ERR_NONE && r.end != END_HALTED)
		log_err(LOG_LEVEL_INFO, "the run ended early", &x->error);
	run_free(&r);
	return result;
}

/* An abandoned run may get further when it begins again, but not for ever. */
static int
stubborn_run(struct engine *en, const struct entity *entity, enum run_mode mode,
    struct night_result *x, struct err *e)
{
	for (int64_t i = 0; i < en->tries; i++) {
		if (one_run(en, entity, mode, x, e) < 0)
			return -1;
		if (x->end != END_ABANDONED || engine_ending(en))
			break;
	}
	return 0;
}

static int
sweep_due(struct engine *en, const struct entity *entity, struct err *e)
{
	if (entity->sweep == SWEEP_NEVER ||
	    entity->deletes.policy == DELETES_IGNORE)
		return 0;
	if (entity->sweep == SWEEP_NIGHTLY)
		return 1;
	struct arena a = { 0 };
	struct store_entity was;
	int found = store_entity_get(en->store, entity->name, &a, &was, e);
	int64_t swept = found == 1 ? was.swept_at : 0;
	arena_free(&a);
	if (found < 0)
		return -1;
	return clock_wall_micros() - swept >= week_micros;
}

/* A sweep's deletes are part of what the night did to the entity. */
static int
sweep(struct engine *en, const struct entity *entity, struct night_result *x,
    struct err *e)
{
	struct night_result s = { 0 };
	if (stubborn_run(en, entity, MODE_SWEEP, &s, e) < 0)
		return -1;
	x->counts[OUT_DELETED] += s.counts[OUT_DELETED];
	x->elapsed_ms += s.elapsed_ms;
	x->withheld = s.withheld;
	memcpy(x->sample, s.sample, sizeof(x->sample));
	if (exit_code_worse(x->code, s.code) == s.code && s.code != x->code) {
		x->code = s.code;
		x->end = s.end;
		x->error = s.error;
		x->run = s.run;
	}
	return 0;
}

static int
work_on(struct engine *en, const struct entity *entity, struct night_result *x,
    struct err *e)
{
	if (stubborn_run(en, entity, MODE_SYNC, x, e) < 0)
		return -1;
	if (strcmp(x->error.code, "adopt_first") == 0 && !en->stop) {
		if (stubborn_run(en, entity, MODE_ADOPT, x, e) < 0)
			return -1;
		if (x->end != END_COMPLETED && x->end != END_REJECTS)
			return 0;
		if (stubborn_run(en, entity, MODE_SYNC, x, e) < 0)
			return -1;
	}
	bool done = x->end == END_COMPLETED || x->end == END_REJECTS;
	if (!done || x->strategy != STRATEGY_ROWVERSION || engine_ending(en))
		return 0;
	int due = sweep_due(en, entity, e);
	return due == 1 ? sweep(en, entity, x, e) : due;
}

int
night_entity(struct engine *en, const struct entity *entity,
    struct night_result *x, struct err *e)
{
	struct turn t;
	if (turn_begin(en, entity, &t, e) < 0 || work_on(en, entity, x, e) < 0)
		return -1;
	return turn_end(en, &t, x, e);
}

int
night_run(struct engine *en, struct order_names names,
    struct night_result *results, size_t *n, struct err *e)
{
	const struct entity **order =
	    mem_zalloc((en->pipeline->nentities + 1) * sizeof(*order));
	size_t count;
	*n = 0;
	int r = order_entities(en->pipeline, names, order, &count, e);
	for (size_t i = 0; r == 0 && i < count && !engine_ending(en); i++) {
		r = night_entity(en, order[i], &results[*n], e);
		(*n)++;
	}
	free(order);
	return r;
}

int
night_retry(struct engine *en, const struct night_retry *what,
    struct night_result *result, struct err *e)
{
	struct run r = { .entity = what->entity,
		.mode = MODE_RETRY,
		.given = what->ranges,
		.ngiven = what->nranges,
		.retry_ids = what->ids,
		.nretry_ids = what->nids };
	int x = engine_run(en, &r, e);
	take_result(result, &r);
	run_free(&r);
	return x;
}
