#include "supervisor/agenda.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "supervisor/order.h"
#include "supervisor/service.h"
#include <stdlib.h>
#include <string.h>

static int
know(struct agenda *a, struct agenda_entry *x, int64_t now, struct err *e)
{
	struct due_facts *f = &x->facts;
	const char *name = f->entity->name;
	int known = store_turn_get(a->store, name, &f->turn, e);
	if (known != 0)
		return known < 0 ? -1 : 0;
	f->turn.since = now;
	return store_turn_put(a->store, name, &f->turn, e);
}

int
agenda_open(struct agenda *a, const struct pipeline *p, struct window *window,
    struct store *store, struct err *e)
{
	const struct entity **order =
	    mem_zalloc((p->nentities + 1) * sizeof(*order));
	*a = (struct agenda){ .store = store,
		.window = window,
		.round = 1,
		.scheduled = p->schedule.window.line != 0 };
	a->entries = mem_zalloc((p->nentities + 1) * sizeof(*a->entries));
	int rc = order_entities(p, (struct order_names){ 0 }, order, &a->n, e);
	int64_t now = clock_wall_micros();
	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		a->entries[i].facts.entity = order[i];
		a->scheduled =
		    a->scheduled || order[i]->every_ms || order[i]->cron;
		rc = know(a, &a->entries[i], now, e);
	}
	free(order);
	return rc;
}

static const struct agenda_entry *
find(const struct agenda *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->entries[i].facts.entity->name, name) == 0)
			return &a->entries[i];
	return NULL;
}

int
agenda_reopen(struct agenda *a, const struct pipeline *p, struct window *window,
    struct err *e)
{
	struct agenda fresh;
	if (agenda_open(&fresh, p, window, a->store, e) < 0) {
		agenda_free(&fresh);
		return -1;
	}
	fresh.round = a->round;
	fresh.held = a->held;
	fresh.held_arg = a->held_arg;
	for (size_t i = 0; i < fresh.n; i++) {
		struct agenda_entry *x = &fresh.entries[i];
		const struct agenda_entry *was = find(a, x->facts.entity->name);
		x->round = was ? was->round : 0;
		x->facts.served = was && was->facts.served;
	}
	agenda_free(a);
	*a = fresh;
	return 0;
}

void
agenda_free(struct agenda *a)
{
	free(a->entries);
	*a = (struct agenda){ 0 };
}

static bool
is_held(const struct agenda *a, const struct agenda_entry *x)
{
	return a->held && a->held(a->held_arg, x->facts.entity);
}

/* Without a schedule it is one pass, however it went. */
static bool
is_over(const struct agenda *a, const struct agenda_entry *x)
{
	return !a->scheduled && x->facts.served;
}

/* When to look again, if nothing is due now. */
static int64_t
soonest(const struct agenda *a, int64_t now)
{
	int64_t found = WINDOW_NEVER;
	bool waits = a->scheduled;
	for (size_t i = 0; i < a->n; i++) {
		const struct agenda_entry *x = &a->entries[i];
		if (is_over(a, x))
			continue;
		waits = true;
		int64_t at = is_held(a, x) ? WINDOW_NEVER
					   : due_at(a->window, &x->facts, now);
		if (at < found)
			found = at;
	}
	return waits ? found : SERVICE_OVER;
}

const struct entity *
agenda_next(struct agenda *a, int64_t now, int64_t *until)
{
	struct window_state s = window_at(a->window, now);
	const struct agenda_entry *first = NULL;
	for (size_t i = 0; s.open && i < a->n; i++) {
		const struct agenda_entry *x = &a->entries[i];
		if (is_over(a, x) || !due_now(a->window, &s, &x->facts, now) ||
		    is_held(a, x))
			continue;
		if (x->round < a->round)
			return x->facts.entity;
		if (!first)
			first = x;
	}
	if (first) {
		a->round++;
		return first->facts.entity;
	}
	*until = soonest(a, now);
	return NULL;
}

int
agenda_done(struct agenda *a, const struct entity *entity, struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		struct agenda_entry *x = &a->entries[i];
		if (x->facts.entity != entity)
			continue;
		x->round = a->round;
		x->facts.served = true;
		return store_turn_get(
			   a->store, entity->name, &x->facts.turn, e) < 0
			   ? -1
			   : 0;
	}
	return 0;
}

size_t
agenda_waiting(const struct agenda *a)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++)
		n += !a->entries[i].facts.served;
	return n;
}
