#ifndef SUPERVISOR_MONITOR_H
#define SUPERVISOR_MONITOR_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/http.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What the supervisor shows to who watches it, at the address `metrics:`:
 *
 *   /metrics  meter.h
 *   /healthz  does it work? The loop turned within HEALTH_LOOP_MS, and the
 *             control store takes a write. Asks for a restart if it says 503.
 *   /readyz   would a night get through? The same, every stage is up, and the
 *             last run of no entity failed to reach its source or target.
 *
 * and, in a file, where the stages serve theirs (metrics_targets).
 */
enum { HEALTH_LOOP_MS = 10000, HEALTH_STORE_MS = 5000 };

struct engine;

struct monitor {
	struct http *http; /* NULL: nobody watches */
	int64_t turned_ms; /* when the loop last went round */
	int64_t store_ms;  /* when the store was tried, at most every
			    * HEALTH_STORE_MS, and what it said */
	struct err store;
	bool *listed; /* by slot of procs: is in the file */
	bool stale;   /* the file could not be written */
};

/* Nothing, if the pipeline serves no metrics. */
int monitor_open(struct engine *en, struct err *e) MUST_CHECK;
void monitor_close(struct engine *en);

/* Answers whoever asks and keeps the file up to date. Never waits. */
void monitor_turn(struct engine *en);
/* To wait for, or -1; and for how long at most, or -1. */
int monitor_fd(const struct engine *en);
int64_t monitor_wait_ms(const struct engine *en);

#endif
