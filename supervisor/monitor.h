#ifndef SUPERVISOR_MONITOR_H
#define SUPERVISOR_MONITOR_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/http.h"
#include "proto/message.h"
#include "proto/sock.h"
#include "supervisor/proc.h"
#include "supervisor/run.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What the supervisor shows to who watches it, at the address `metrics:`:
 *
 *   /metrics  meter.h
 *   /healthz  does it work? No turn of the loop takes HEALTH_LOOP_MS, and the
 *             control store takes a write. Asks for a restart if it says 503.
 *   /readyz   would a night get through? The same, every stage is up if there
 *             is a run, and the last run of no entity failed to reach its
 *             source or target.
 *
 * and, in a file, where the stages serve theirs (metrics_targets).
 */
enum { HEALTH_LOOP_MS = 10000, HEALTH_STORE_MS = 5000 };

struct engine;

struct monitor {
	struct http *http; /* NULL: nobody watches */
	int64_t awake_ms;  /* when this turn of the loop began */
	int64_t turn_ms;   /* how long the last one took */
	int64_t store_ms;  /* when the store was tried, at most every
			    * HEALTH_STORE_MS, and what it said */
	struct err store;
	bool *listed; /* by slot of procs: is in the file */
	bool stale;   /* the file could not be written */
};

/* Nothing, if the pipeline serves no metrics. */
int monitor_open(struct engine *en, struct err *e) MUST_CHECK;
void monitor_close(struct engine *en);

/* Its parts, for a reload. The pages of p's address, or NULL if p has none. */
int monitor_listen(struct engine *en, const struct pipeline *p,
    struct http **out, struct err *e) MUST_CHECK;
/* Between two pipelines nobody is listed. */
void monitor_rest(struct engine *en);
/* With those pages, for the processes there are. It has begun, even if the
 * numbers of earlier runs are not to be had. */
int monitor_begin(
    struct engine *en, struct http *http, struct err *e) MUST_CHECK;

/* Around the loop's wait. Before it: the file is brought up to date; another
 * item to wait for (0 or 1), and for a shorter time if need be. */
size_t monitor_wait(
    struct engine *en, struct sock_item *item, int64_t *wait_ms);
void monitor_wake(struct engine *en);
/* Answers whoever asks. Never waits. */
void monitor_turn(struct engine *en);

/* What a stage counted; and a run has ended, as the ledger has it. */
void monitor_report(
    struct engine *en, const struct proc *p, const struct message *m);
void monitor_run_ended(struct engine *en, const struct run *r);

#endif
