#include "supervisor/night.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_entity.h"
#include "proto/store_run.h"
#include "supervisor/order.h"
#include "supervisor/run_pass.h"
#include "supervisor/turn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Weeks of sweeps begin at night, and nights are not equally long. */
static const int64_t week_micros = INT64_C(13) * 12 * 3600 * 1000000;

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
	return exit_code_of(&r->error);
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
		.resumed = r->resumed,
		.owes_sweep = pass_owes_sweep(r),
		.elapsed_ms = clock_mono_ms() - r->started_ms };
	memcpy(x->counts, r->counts, sizeof(x->counts));
	snprintf(x->sample, sizeof(x->sample), "%s", buf_str(&r->sample));
}

static int
one_run(struct engine *en, const struct entity *entity, enum run_mode mode,
    struct suspects *s, struct night_result *x, struct err *e)
{
	struct run r = { .entity = entity,
		.mode = mode,
		.suspects = mode == MODE_SYNC ? s : NULL };
	int result = engine_run(en, &r, e);
	take_result(x, &r);
	if (r.suspects)
		suspects_keep(r.suspects, r.chunks, r.nchunks);
	if (x->error.cls != ERR_NONE && r.end != END_HALTED)
		log_err(LOG_LEVEL_INFO, "the run ended early", &x->error);
	run_free(&r);
	return result;
}

/* An abandoned run may get further when it begins again, but not for ever: a
 * death of delta that brought us closer to the row it dies of costs no try, and
 * with the row found all is as it was at first. What stages died of before was
 * another entity's source, or is long ago. */
static int
stubborn_run(struct engine *en, const struct entity *entity, enum run_mode mode,
    struct night_result *x, struct err *e)
{
	struct suspects s = { 0 };
	int r = 0;
	procs_excuse_all(&en->procs);
	for (int64_t left = en->tries; r == 0 && left > 0;) {
		s.learnt = POISON_NOTED;
		r = one_run(en, entity, mode, &s, x, e);
		if (x->end != END_ABANDONED || engine_ending(en))
			break;
		left -= s.learnt == POISON_NOTED;
		if (s.learnt == POISON_FOUND)
			left = en->tries;
	}
	suspects_free(&s);
	return r < 0 ? -1 : 0;
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

static bool
done(const struct night_result *x)
{
	return x->end == END_COMPLETED || x->end == END_REJECTS;
}

/* Another run of the same turn: its rows, or those that a sweep deleted, are
 * part of what the night did to the entity, and the worse end counts. */
static void
add_run(struct night_result *x, const struct night_result *s, bool sweep)
{
	for (size_t i = 0; i < OUT_COUNT; i++)
		if (!sweep || i == OUT_DELETED)
			x->counts[i] += s->counts[i];
	x->rows_read += sweep ? 0 : s->rows_read;
	x->elapsed_ms += s->elapsed_ms;
	x->withheld = s->withheld;
	memcpy(x->sample, s->sample, sizeof(x->sample));
	if (exit_code_worse(x->code, s->code) == s->code &&
	    s->code != x->code) {
		x->code = s->code;
		x->end = s->end;
		x->error = s->error;
		x->run = s->run;
	}
}

static int
another_run(struct engine *en, const struct entity *entity, enum run_mode mode,
    struct night_result *x, struct err *e)
{
	struct night_result s = { 0 };
	if (stubborn_run(en, entity, mode, &s, e) < 0)
		return -1;
	add_run(x, &s, mode == MODE_SWEEP);
	return 0;
}

static bool
has_versions(const struct entity *entity)
{
	return entity->strategy == STRATEGY_ROWVERSION ||
	       (entity->strategy == STRATEGY_AUTO && entity->rowversion);
}

static int
sync_or_adopt(struct engine *en, const struct entity *entity,
    struct night_result *x, struct err *e)
{
	if (stubborn_run(en, entity, MODE_SYNC, x, e) < 0)
		return -1;
	if (strcmp(x->error.code, "adopt_first") != 0 || engine_ending(en))
		return 0;
	if (stubborn_run(en, entity, MODE_ADOPT, x, e) < 0)
		return -1;
	if (!done(x))
		return 0;
	/* What the target has is known by now, and nothing is written yet. */
	if (engine_ending(en)) {
		x->code = exit_code_worse(x->code, EXIT_RESUMABLE);
		return 0;
	}
	return stubborn_run(en, entity, MODE_SYNC, x, e);
}

/* The night ended before the sweep: the next one begins with it. */
static void
put_off(const struct entity *entity, struct night_result *x)
{
	if (x->owes_sweep && entity->deletes.policy != DELETES_IGNORE)
		x->code = exit_code_worse(x->code, EXIT_RESUMABLE);
}

/* What the read itself could not do: a pass over several nights has not seen
 * what changed behind it, and deletes nothing. */
static int
follow_up(struct engine *en, const struct entity *entity,
    struct night_result *x, struct err *e)
{
	if (x->resumed && has_versions(entity) && !engine_ending(en) &&
	    another_run(en, entity, MODE_SYNC, x, e) < 0)
		return -1;
	if (!done(x))
		return 0;
	if (engine_ending(en)) {
		put_off(entity, x);
		return 0;
	}
	int due = x->owes_sweep;
	if (!due && x->strategy == STRATEGY_ROWVERSION)
		due = sweep_due(en, entity, e);
	if (due <= 0 || entity->deletes.policy == DELETES_IGNORE)
		return due < 0 ? -1 : 0;
	return another_run(en, entity, MODE_SWEEP, x, e);
}

/* The sweep for which an earlier night had no time left. */
static int
sweep_owed(struct engine *en, const struct entity *entity,
    struct night_result *late, struct err *e)
{
	struct arena a = { 0 };
	struct store_run live;
	/* A pass that goes on comes first; what it will owe is more. */
	int owed = store_run_find_live(en->store, entity->name, &a, &live, e);
	arena_free(&a);
	if (owed == 0)
		owed = store_run_sweep_owed(en->store, entity->name, e);
	else if (owed > 0)
		return 0;
	if (owed <= 0 || entity->deletes.policy == DELETES_IGNORE)
		return owed < 0 ? -1 : 0;
	if (stubborn_run(en, entity, MODE_SWEEP, late, e) < 0)
		return -1;
	return 1;
}

static int
work_on(struct engine *en, const struct entity *entity, struct night_result *x,
    struct err *e)
{
	struct night_result late = { 0 };
	int owed = sweep_owed(en, entity, &late, e);
	if (owed < 0)
		return -1;
	/* Whoever cancelled it does not want the entity to be read. */
	if (owed && (engine_ending(en) || late.end == END_CANCELLED)) {
		*x = late;
		return 0;
	}
	if (sync_or_adopt(en, entity, x, e) < 0)
		return -1;
	if (owed)
		add_run(x, &late, true);
	return done(x) ? follow_up(en, entity, x, e) : 0;
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
