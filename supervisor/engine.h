#ifndef SUPERVISOR_ENGINE_H
#define SUPERVISOR_ENGINE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/sock.h"
#include "proto/store.h"
#include "supervisor/meter.h"
#include "supervisor/monitor.h"
#include "supervisor/proc.h"
#include "supervisor/run.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The loop of the supervisor: control messages, dead children, signals and
 * time, dispatched to the stage processes' table and to the one live run.
 */
struct engine {
	const struct pipeline *pipeline;
	struct store *store;
	int64_t tries; /* of one thing in a row, before the run fails */
	struct procs procs;
	struct sock *router;
	int signal_fd;
	char runtime_dir[64]; /* sockets; removed at the end */
	char control[96];
	char bin_dir[4096];
	char *config_copy; /* what the stages read */
	uint64_t config_hash;
	struct meter meter;
	struct monitor monitor;
	const struct run *live; /* the run going on, or NULL */
	unsigned stop;          /* signals to stop that came */
	bool was_ready;
	/* Told about every turn; for the live display. May be NULL. */
	void (*watch)(void *arg, const struct run *r);
	void *watch_arg;
};

/*
 * Takes the store (open for writing), copies the pipeline file into it and
 * makes the sockets; stages start with the first run. What a supervisor that
 * was killed left behind is removed.
 */
int engine_open(struct engine *en, const struct pipeline *p,
    struct store *store, struct err *e) MUST_CHECK;
void engine_close(struct engine *en); /* ends every stage */

/*
 * Runs r to its end and writes the ledger. 0 whatever the end was (r->end,
 * r->error say); -1 only if the ledger could not be written. On anything but
 * a clean end the stages are started afresh.
 */
int engine_run(struct engine *en, struct run *r, struct err *e) MUST_CHECK;

#endif
