#ifndef SUPERVISOR_RUN_PHASE_H
#define SUPERVISOR_RUN_PHASE_H

/*
 * Where a run is. Phases go strictly forward:
 *
 *   start     until every stage process is ready; who is, is asked at once
 *   describe  load says what the target is, delta opens its state
 *   plan      extract has said what the source is and how it will be cut
 *   map       normalize compiles the mapping
 *   open      everybody else opens the run
 *   read      chunks are assigned, acked, committed
 *   sweep     delta counts the keys that were not seen
 *   remove    their deletes flow and are committed
 *   close     everybody closes
 */
enum run_phase {
	RUN_START,
	RUN_DESCRIBE,
	RUN_PLAN,
	RUN_MAP,
	RUN_OPEN,
	RUN_READ,
	RUN_SWEEP,
	RUN_REMOVE,
	RUN_CLOSE,
	RUN_OVER,
	RUN_PHASES
};

/* How it ended. */
enum run_end {
	END_NONE,
	END_COMPLETED,
	END_REJECTS,   /* completed, with rejects, pending or conflicts */
	END_HALTED,    /* by a guard */
	END_FAILED,    /* error says why; nothing will change by itself */
	END_ABANDONED, /* error says why; a new run may get further */
	END_PAUSED,    /* the window closed, or an operator held it back */
	END_CANCELLED, /* stopped; the next run goes on */
};

const char *run_phase_name(enum run_phase p);
const char *run_end_name(enum run_end end); /* the words of the ledger */

#endif
