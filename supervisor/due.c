#include "supervisor/due.h"
#include "proto/cron.h"

enum { MICROS = 1000000, MILLI = 1000 };

/* In the next night, whenever that is. */
#define LATER (WINDOW_NEVER - 1)

static int64_t
due_by_night(const struct window *w, const struct due_facts *f,
    const struct window_state *s, int64_t now)
{
	if (!w->schedule->window.line)
		return f->served ? WINDOW_NEVER : now;
	return f->turn.night == s->night ? LATER : now;
}

static int64_t
due_by_cron(const struct window *w, const struct due_facts *f, int64_t now)
{
	int64_t from = f->turn.began_at ? f->turn.began_at : f->turn.since;
	if (from > now)
		from = now;
	int64_t secs = cron_next(f->entity->cron, w->zone, from / MICROS);
	return secs == INT64_MAX ? WINDOW_NEVER : secs * MICROS;
}

static int64_t
due_by_rule(const struct window *w, const struct due_facts *f,
    const struct window_state *s, int64_t now)
{
	const struct store_turn *t = &f->turn;
	if (f->entity->cron)
		return due_by_cron(w, f, now);
	if (!t->began_at || t->began_at > now)
		return now;
	if (f->entity->every_ms)
		return t->began_at + f->entity->every_ms * MILLI;
	return due_by_night(w, f, s, now);
}

/* What became of its last turn may bring the next one forward. */
static int64_t
due_by_outcome(const struct window *w, const struct due_facts *f, int64_t now)
{
	int64_t again = f->turn.ended_at + w->schedule->retry_ms * MILLI;
	switch (f->turn.outcome) {
	case STORE_TURN_RUNNING:
	case STORE_TURN_PAUSED:
		return now;
	case STORE_TURN_AGAIN:
		return f->turn.ended_at > now ? now : again;
	case STORE_TURN_NONE:
	case STORE_TURN_SETTLED:
	case STORE_TURN_OUTCOMES:
		break;
	}
	return WINDOW_NEVER;
}

static int64_t
due_if_open(const struct window *w, const struct due_facts *f,
    const struct window_state *s, int64_t now)
{
	int64_t rule = due_by_rule(w, f, s, now);
	int64_t outcome = due_by_outcome(w, f, now);
	return rule < outcome ? rule : outcome;
}

bool
due_now(const struct window *w, const struct window_state *s,
    const struct due_facts *f, int64_t now)
{
	return s->open && due_if_open(w, f, s, now) <= now;
}

int64_t
due_at(const struct window *w, const struct due_facts *f, int64_t now)
{
	struct window_state s = window_at(w, now);
	int64_t due = due_if_open(w, f, &s, now);
	if (due == LATER)
		due = window_next_night(w, now);
	if (due < now)
		due = now;
	if (due == WINDOW_NEVER)
		return due;
	/* It may fall into a time at which the window is closed again. */
	s = window_at(w, due);
	return s.open ? due : s.opens;
}
