#ifndef SUPERVISOR_WINDOW_H
#define SUPERVISOR_WINDOW_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/pipeline_schedule.h"
#include "proto/zone.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * When the work may be done. Pure: whoever asks says what time it is, in
 * microseconds since the Unix epoch.
 *
 * A window opens on each of its days when clocks of its zone first show
 * start, and closes when they next show end for the first time: half open,
 * on the following day if end is not after start. Where clocks skip start or
 * end it is the instant of the jump; a window that is skipped whole does not
 * open that day. The day on which it opens is the name of the night, in days
 * since 1970-01-01. An all-day window goes from night to night without
 * closing. Maintenance closes it for a while, within one and the same night.
 *
 * Without a window everything is one night, which only maintenance closes.
 */
#define WINDOW_NEVER    INT64_MAX
#define WINDOW_NO_NIGHT INT64_MIN

struct window {
	const struct schedule *schedule; /* borrowed */
	struct zone *zone;
};

int window_init(
    struct window *w, const struct schedule *s, struct err *e) MUST_CHECK;
void window_free(struct window *w);

struct window_state {
	bool open;
	int64_t night;      /* the last one that began, open or not */
	int64_t closes;     /* open: when; or WINDOW_NEVER */
	int64_t opens;      /* closed: when it is open next; or WINDOW_NEVER */
	const char *reason; /* closed by this maintenance; else NULL */
};
struct window_state window_at(const struct window *w, int64_t now);

/* The instant in the window's zone, for people: 2026-06-10 19:00:00 UTC. */
void window_put_time(const struct window *w, int64_t micros, struct buf *out);

/* When a night that is not yet there at now is open first. */
int64_t window_next_night(const struct window *w, int64_t now);

#endif
