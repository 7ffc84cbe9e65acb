#include "supervisor/turn.h"
#include "proto/clock.h"
#include <string.h>

int
turn_begin(struct engine *en, const struct entity *entity, struct turn *t,
    struct err *e)
{
	struct store_turn *row = &t->row;
	int64_t now = clock_wall_micros();
	t->entity = entity;
	int known = store_turn_get(en->store, entity->name, row, e);
	if (known < 0)
		return -1;
	if (!known)
		row->since = now;
	row->outcome = STORE_TURN_RUNNING;
	row->began_at = now;
	en->closes = WINDOW_NEVER;
	t->night = row->night;
	if (en->window) {
		struct window_state s = window_at(en->window, now);
		t->night = s.night;
		/* What is done by day is not that night's work. */
		row->night = s.open ? s.night : row->night;
		if (!en->override)
			en->closes = s.open ? s.closes : now;
	}
	return store_turn_put(en->store, entity->name, row, e);
}

static enum store_turn_outcome
outcome_of(const struct night_result *x)
{
	/* Whoever cancelled it does not want it to begin again at once. */
	if (strcmp(x->error.code, "cancelled") == 0)
		return STORE_TURN_SETTLED;
	switch (x->code) {
	case EXIT_RESUMABLE:
		return STORE_TURN_PAUSED;
	case EXIT_UNREACHABLE:
	case EXIT_INTERNAL:
		return STORE_TURN_AGAIN;
	case EXIT_CLEAN:
	case EXIT_CONFIG:
	case EXIT_REJECTS:
	case EXIT_HALTED:
	case EXIT_RUNNING:
		break;
	}
	return STORE_TURN_SETTLED;
}

int
turn_end(struct engine *en, struct turn *t, const struct night_result *x,
    struct err *e)
{
	struct store_turn *row = &t->row;
	row->outcome = outcome_of(x);
	row->ended_at = clock_wall_micros();
	if (x->code == EXIT_CLEAN || x->code == EXIT_REJECTS) {
		row->completed_at = row->began_at;
		row->completed_night = t->night;
	}
	return store_turn_put(en->store, t->entity->name, row, e);
}
