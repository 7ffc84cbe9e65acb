#ifndef SUPERVISOR_METER_H
#define SUPERVISOR_METER_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/metric.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include "supervisor/proc.h"
#include "supervisor/run.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The supervisor's numbers: the sum of what the stages counted, over all the
 * processes there ever were, and its own. What must outlive the supervisor is
 * read from the control store; counters start at zero with it.
 */
struct meter {
	struct metric_set set;
	const struct pipeline *pipeline;
	size_t nprocs;
	struct meter_wait { /* by slot of procs: what its last report said */
		double batches; /* that waited for room, on average */
		int64_t at_ms;
	} * waits;
	bool *unreached; /* by entity: its last run did not reach an end */
};

void meter_init(struct meter *m, const struct pipeline *p, size_t nprocs);
void meter_free(struct meter *m);
/* Another pipeline file: its entities are those there are, counters go on. */
void meter_reload(struct meter *m, const struct pipeline *p, size_t nprocs);

/* What the store says about an entity, or about all (NULL). */
int meter_recall(struct meter *m, struct store *s, const char *entity,
    struct err *e) MUST_CHECK;

/* MSG_METRICS of p. ERR_DATA if it names what it has no business to. */
int meter_report(struct meter *m, const struct procs *ps, const struct proc *p,
    const struct message *report, struct err *e) MUST_CHECK;

/* p died by itself. */
void meter_died(struct meter *m, const struct procs *ps, const struct proc *p);

/* How long r has taken by now; and how it ended. */
void meter_run(struct meter *m, const struct run *r, int64_t now_ms);
void meter_run_ended(struct meter *m, const struct run *r, bool unreached);

/* May runs begin, and for how long yet? INFINITY: no end is known. Until it
 * is called the window is open without an end. */
void meter_window(struct meter *m, bool open, double remaining_seconds);

/* Batches that wait in front of a stage for want of room: for each process
 * that feeds it the share of its last second that it stood with one in hand.
 * 0: the stage keeps up; as many as feed it: everybody waits for it. */
double meter_queue_depth(
    const struct meter *m, const struct procs *ps, enum proc_kind k);

/* All of it, as Prometheus reads it. */
void meter_text(struct meter *m, const struct procs *ps, struct buf *out);

#endif
