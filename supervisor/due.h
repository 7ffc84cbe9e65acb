#ifndef SUPERVISOR_DUE_H
#define SUPERVISOR_DUE_H
#include "proto/pipeline_entity.h"
#include "proto/store_turn.h"
#include "supervisor/window.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * When an entity is due. Pure, like the window.
 *
 * every    so long after its last turn began; at once if it had none
 * cron     the first time after its last turn began, or after the schedule
 *          first knew it
 * neither  once a night: when one opens that is later than that of its last
 *          turn; without a window, once in the life of the service
 *
 * A turn that was cut off goes on as soon as the window is open, one that
 * found somebody away comes again after schedule.retry. However much was
 * missed, it is due once. What lies in the future because a clock was wrong
 * counts for nothing.
 */
struct due_facts {
	const struct entity *entity;
	struct store_turn turn;
	bool served; /* had a turn in the life of this service */
};

/* Whether it may run now: the same as due_at, for less. s is of now. */
bool due_now(const struct window *w, const struct window_state *s,
    const struct due_facts *f, int64_t now);

/* The first instant, not before now, at which it may run; or WINDOW_NEVER. */
int64_t due_at(const struct window *w, const struct due_facts *f, int64_t now);

#endif
