#include "supervisor/proc_state.h"

static const char *const states[] = {
	[PROC_SPARE] = "spare",
	[PROC_DOWN] = "down",
	[PROC_BACKING_OFF] = "backing off",
	[PROC_STARTING] = "starting",
	[PROC_READY] = "ready",
	[PROC_DRAINING] = "draining",
	[PROC_DOOMED] = "doomed",
	[PROC_GIVEN_UP] = "given up",
};
_Static_assert(ARRAY_LEN(states) == PROC_STATES, "one per state");

static const char *const events[] = {
	[PROC_SPAWN] = "spawn",
	[PROC_HELLO] = "hello",
	[PROC_DIED] = "died",
	[PROC_DIED_AGAIN] = "died again",
	[PROC_DIED_LAST] = "died too often",
	[PROC_SILENT] = "silent",
	[PROC_DRAIN] = "drain",
	[PROC_WORKED] = "worked",
	[PROC_WANTED] = "wanted",
	[PROC_REAPED] = "reaped",
};
_Static_assert(ARRAY_LEN(events) == PROC_EVENTS, "one per event");

/* What cannot happen. */
#define BUG PROC_STATES

/* clang-format off */
static const enum proc_state table[PROC_STATES][PROC_EVENTS] = {
	[PROC_SPARE] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = BUG,
		[PROC_DIED] = BUG,
		[PROC_DIED_AGAIN] = BUG,
		[PROC_DIED_LAST] = BUG,
		[PROC_SILENT] = BUG,
		[PROC_DRAIN] = PROC_SPARE,
		[PROC_WORKED] = PROC_SPARE,
		[PROC_WANTED] = PROC_DOWN,
		[PROC_REAPED] = BUG,
	},
	[PROC_DOWN] = {
		[PROC_SPAWN] = PROC_STARTING,
		[PROC_HELLO] = BUG,
		[PROC_DIED] = BUG,
		[PROC_DIED_AGAIN] = BUG,
		[PROC_DIED_LAST] = BUG,
		[PROC_SILENT] = BUG,
		[PROC_DRAIN] = PROC_SPARE,
		[PROC_WORKED] = PROC_DOWN,
		[PROC_WANTED] = PROC_DOWN,
		[PROC_REAPED] = BUG,
	},
	[PROC_BACKING_OFF] = {
		[PROC_SPAWN] = PROC_STARTING,
		[PROC_HELLO] = BUG,
		[PROC_DIED] = BUG,
		[PROC_DIED_AGAIN] = BUG,
		[PROC_DIED_LAST] = BUG,
		[PROC_SILENT] = BUG,
		[PROC_DRAIN] = PROC_SPARE,
		[PROC_WORKED] = PROC_DOWN,
		[PROC_WANTED] = PROC_BACKING_OFF,
		[PROC_REAPED] = BUG,
	},
	[PROC_STARTING] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = PROC_READY,
		[PROC_DIED] = PROC_DOWN,
		[PROC_DIED_AGAIN] = PROC_BACKING_OFF,
		[PROC_DIED_LAST] = PROC_GIVEN_UP,
		[PROC_SILENT] = PROC_DOOMED,
		[PROC_DRAIN] = PROC_DRAINING,
		[PROC_WORKED] = PROC_STARTING,
		[PROC_WANTED] = PROC_STARTING,
		[PROC_REAPED] = PROC_DOWN,
	},
	[PROC_READY] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = BUG,
		[PROC_DIED] = PROC_DOWN,
		[PROC_DIED_AGAIN] = PROC_BACKING_OFF,
		[PROC_DIED_LAST] = PROC_GIVEN_UP,
		[PROC_SILENT] = PROC_DOOMED,
		[PROC_DRAIN] = PROC_DRAINING,
		[PROC_WORKED] = PROC_READY,
		[PROC_WANTED] = PROC_READY,
		[PROC_REAPED] = PROC_DOWN,
	},
	/* However it ends, nobody waits for it. */
	[PROC_DRAINING] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = PROC_DRAINING,
		[PROC_DIED] = PROC_SPARE,
		[PROC_DIED_AGAIN] = PROC_SPARE,
		[PROC_DIED_LAST] = PROC_SPARE,
		[PROC_SILENT] = PROC_DRAINING,
		[PROC_DRAIN] = PROC_DRAINING,
		[PROC_WORKED] = PROC_DRAINING,
		[PROC_WANTED] = BUG,
		[PROC_REAPED] = PROC_SPARE,
	},
	/* A hello may be on its way while the signal is, too. */
	[PROC_DOOMED] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = PROC_DOOMED,
		[PROC_DIED] = PROC_DOWN,
		[PROC_DIED_AGAIN] = PROC_BACKING_OFF,
		[PROC_DIED_LAST] = PROC_GIVEN_UP,
		[PROC_SILENT] = BUG,
		[PROC_DRAIN] = PROC_DRAINING,
		[PROC_WORKED] = PROC_DOOMED,
		[PROC_WANTED] = PROC_DOOMED,
		[PROC_REAPED] = PROC_DOWN,
	},
	[PROC_GIVEN_UP] = {
		[PROC_SPAWN] = BUG,
		[PROC_HELLO] = BUG,
		[PROC_DIED] = BUG,
		[PROC_DIED_AGAIN] = BUG,
		[PROC_DIED_LAST] = BUG,
		[PROC_SILENT] = BUG,
		[PROC_DRAIN] = PROC_SPARE,
		[PROC_WORKED] = PROC_DOWN,
		[PROC_WANTED] = PROC_DOWN,
		[PROC_REAPED] = BUG,
	},
};
/* clang-format on */

const char *
proc_state_name(enum proc_state s)
{
	return states[s];
}

const char *
proc_event_name(enum proc_event v)
{
	return events[v];
}

bool
proc_state_alive(enum proc_state s)
{
	return s == PROC_STARTING || s == PROC_READY || s == PROC_DRAINING ||
	       s == PROC_DOOMED;
}

int
proc_state_step(enum proc_state *s, enum proc_event v, struct err *e)
{
	enum proc_state next = table[*s][v];
	if (next == BUG)
		return err_bug(e,
		    "\"%s\" cannot happen to a process that is %s", events[v],
		    states[*s]);
	*s = next;
	return 0;
}

enum proc_event
proc_state_death(unsigned nth, unsigned tries)
{
	if (nth >= tries)
		return PROC_DIED_LAST;
	return nth > 1 ? PROC_DIED_AGAIN : PROC_DIED;
}
