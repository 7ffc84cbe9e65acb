#include "supervisor/forecast.h"
#include "proto/arena.h"
#include "supervisor/order.h"
#include <stdlib.h>

enum { MICROS = 1000000 };

/* Closed: the night that was. Open: a turn that ended without success; what
 * is not done yet tonight is not late yet. */
static bool
is_stale(const struct window_state *s, const struct store_turn *t)
{
	bool ended =
	    t->outcome != STORE_TURN_RUNNING && t->outcome != STORE_TURN_NONE;
	if (ended && t->completed_at < t->began_at)
		return true;
	return !s->open && s->night != WINDOW_NO_NIGHT &&
	       t->completed_night < s->night && t->since &&
	       t->outcome != STORE_TURN_RUNNING;
}

static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
set_pace(struct forecast *f, const struct store_pace *p)
{
	double rows = (double)p->rows, took = (double)p->micros;
	if (p->done) {
		rows = (double)p->done_rows;
		took = (double)p->done_micros;
	}
	f->rows_per_second = (uint64_t)ratio(rows * MICROS, took);
	double left = (double)(p->chunks - p->done);
	if (p->done)
		f->takes = (int64_t)(took * left / (double)p->done);
	else if (p->rows)
		f->takes = (int64_t)(took * (double)p->last_rows / rows);
	else
		f->takes = (int64_t)ratio(took, (double)p->runs);
	if (f->takes < 1 && (p->runs || p->done))
		f->takes = 1;
}

struct forecast
forecast_one(const struct window *w, const struct due_facts *facts,
    const struct store_pace *pace, int64_t now)
{
	struct window_state s = window_at(w, now);
	const struct store_turn *t = &facts->turn;
	struct forecast f = { .entity = facts->entity,
		.completed = t->completed_at,
		.stale = is_stale(&s, t) };
	if (f.stale)
		f.stale_since = t->completed_at ? t->completed_at : t->since;
	set_pace(&f, pace);
	/* A turn that goes on began; what it takes is what is left of it. */
	f.begins = due_at(w, facts, now);
	if (f.begins == WINDOW_NEVER)
		f.begins = 0;
	return f;
}

static int
by_begin(const void *a, const void *b)
{
	const struct forecast *const *x = a, *const *y = b;
	if ((*x)->begins != (*y)->begins)
		return (*x)->begins < (*y)->begins ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

void
forecast_line_up(const struct window *w, struct forecast *v, size_t n)
{
	struct forecast **line = mem_zalloc((n + 1) * sizeof(*line));
	int64_t closes = 0, free_at = 0; /* of the night before */
	for (size_t i = 0; i < n; i++)
		line[i] = &v[i];
	qsort(line, n, sizeof(*line), by_begin);
	for (size_t i = 0; i < n; i++) {
		struct forecast *f = line[i];
		if (!f->begins)
			continue;
		struct window_state s = window_at(w, f->begins);
		if (s.closes == closes && free_at > f->begins)
			f->begins = free_at;
		f->finishes = f->takes ? f->begins + f->takes : 0;
		f->late = f->begins >= s.closes || f->finishes > s.closes;
		closes = s.closes;
		free_at = f->begins + f->takes;
	}
	free(line);
}

static int
read_one(struct store *s, const struct window *w, const struct entity *entity,
    int64_t now, struct forecast *f, struct err *e)
{
	struct due_facts facts = { .entity = entity };
	struct store_pace pace;
	if (store_turn_get(s, entity->name, &facts.turn, e) < 0 ||
	    store_pace_get(s, entity->name, &pace, e) < 0)
		return -1;
	/* Without a schedule somebody starts it, whenever that is. */
	facts.served =
	    !w->schedule->window.line && !entity->every_ms && !entity->cron;
	*f = forecast_one(w, &facts, &pace, now);
	if (facts.served)
		f->begins = 0;
	return 0;
}

int
forecast_read(const struct pipeline *p, struct store *s, const struct window *w,
    int64_t now, struct forecast *v, struct err *e)
{
	const struct entity **order =
	    mem_zalloc((p->nentities + 1) * sizeof(*order));
	size_t n = 0;
	int rc = order_entities(p, (struct order_names){ 0 }, order, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = read_one(s, w, order[i], now, &v[i], e);
	if (rc == 0)
		forecast_line_up(w, v, n);
	free(order);
	return rc;
}
