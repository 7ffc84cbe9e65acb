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
#include "supervisor/runtime_dir.h"
#include "supervisor/window.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Something else that the loop listens to: a socket or a descriptor that can
 * be read, in every turn, whether a run is live or not. ready may not block.
 */
struct engine_guest {
	struct sock *sock; /* or NULL and fd */
	int fd;
	void (*ready)(void *arg);
	void *arg;
};
enum { ENGINE_GUESTS = 8 };

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
	char control[RUNTIME_DIR_ENDPOINT];
	char bin_dir[4096];
	char *config_copy; /* what the stages read */
	uint64_t config_hash;
	struct meter meter;
	struct monitor monitor;
	unsigned stop; /* signals to stop that came */
	bool reload;   /* a SIGHUP came; whoever acts on it clears this */
	/* Says which night a turn belongs to and when it has to come to rest;
	 * NULL: no night, and never. Borrowed. */
	const struct window *window;
	bool override;  /* the window's end is nothing to us */
	int64_t closes; /* the live turn has until then: wall clock, micros */
	bool deposed;   /* somebody else has taken our run over */
	struct run *live;
	bool was_ready;
	size_t nguests;
	struct engine_guest guests[ENGINE_GUESTS];
	/* True if an operator holds the entity back: its run waits before it
	 * reads anything. May be NULL. */
	bool (*held)(void *arg, const struct entity *entity);
	void *held_arg;
	/* Told about every turn; for the live display. May be NULL. */
	void (*watch)(void *arg, const struct run *r);
	void *watch_arg;
	/* Told about every turn, also of a wait without a run, of which one
	 * comes after turn_ms at the latest (0: there may be none for long).
	 * May be NULL. */
	void (*turned)(void *arg);
	void *turned_arg;
	int64_t turn_ms;
};

/*
 * Takes the store (open for writing), in which no run may be somebody else's
 * (ERR_RETRY already_running), copies the pipeline file into it and
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

/* From here on a SIGHUP sets reload instead of ending the process. */
int engine_hear_hup(struct engine *en, struct err *e) MUST_CHECK;

/* As the first signal to stop does; as the second one. */
void engine_stop(struct engine *en);

/* Nothing new is to begin: somebody told us to stop, or the window closed. */
bool engine_ending(const struct engine *en);

/* One turn without a run: returns when something came, or after wait_ms (-1:
 * only then) or turn_ms. Stages that die meanwhile start again with the next
 * run. */
int engine_idle(struct engine *en, int64_t wait_ms, struct err *e) MUST_CHECK;
/* Ends every stage until the next run. */
void engine_rest(struct engine *en);

/* ERR_BUG if there is no room for another one. */
int engine_invite(struct engine *en, const struct engine_guest *guest,
    struct err *e) MUST_CHECK;
void engine_dismiss(struct engine *en, const void *arg); /* by its arg */

#endif
