#ifndef SUPERVISOR_PROC_STATE_H
#define SUPERVISOR_PROC_STATE_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>

/*
 * The states of one slot for a stage process, what can happen to it, and what
 * it is then: one table. A pair that cannot be is a bug of whoever saw it.
 */
enum proc_state {
	PROC_SPARE,       /* not wanted: no process */
	PROC_DOWN,        /* to be started, at most once a second */
	PROC_BACKING_OFF, /* died before its first batch: waits longer */
	PROC_STARTING,    /* running, no hello yet */
	PROC_READY,
	PROC_DRAINING, /* told to exit, still running */
	PROC_DOOMED,   /* was killed for its silence, not gone yet */
	PROC_GIVEN_UP, /* died too often in a row: not started again */
	PROC_STATES
};

enum proc_event {
	PROC_SPAWN,      /* it was started */
	PROC_HELLO,      /* it says that it is ready */
	PROC_DIED,       /* for the first time since a batch went through */
	PROC_DIED_AGAIN, /* without a batch since the last time */
	PROC_DIED_LAST,  /* the same, and it is enough */
	PROC_SILENT,     /* no hello or no heartbeat in time: we killed it */
	PROC_DRAIN,      /* it is to exit */
	PROC_WORKED,     /* a batch went all the way, or was to blame */
	PROC_WANTED,     /* work begins, or more hands are needed */
	PROC_REAPED,     /* it has ended because we wanted it to */
	PROC_EVENTS
};

const char *proc_state_name(enum proc_state s);
const char *proc_event_name(enum proc_event v);

/* Has a process. */
bool proc_state_alive(enum proc_state s);

/* *s becomes what follows; ERR_BUG, and *s stays, if v cannot happen in it. */
int proc_state_step(
    enum proc_state *s, enum proc_event v, struct err *e) MUST_CHECK;

/* Which death the nth one in a row is, if tries of them are enough. */
enum proc_event proc_state_death(unsigned nth, unsigned tries);

#endif
