#ifndef PROTO_STORE_RUN_H
#define PROTO_STORE_RUN_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A run: one pass of one entity. The first four states are live: at most one
 * run of an entity is in one of them. A halted run may go on once somebody
 * approved it, if no newer one is live; the last four are final.
 */
enum store_run_state {
	STORE_RUN_PLANNED,
	STORE_RUN_RUNNING,
	STORE_RUN_PAUSED,
	STORE_RUN_FINISHING,
	STORE_RUN_HALTED,
	STORE_RUN_COMPLETED,
	STORE_RUN_COMPLETED_WITH_REJECTS,
	STORE_RUN_FAILED,
	STORE_RUN_CANCELLED,
	STORE_RUN_STATES
};
const char *store_run_state_name(enum store_run_state st);
bool store_run_live(enum store_run_state st);
bool store_run_may(enum store_run_state from, enum store_run_state to);
/* Why there is no such step; NULL if there is. */
const char *store_run_refusal(
    enum store_run_state from, enum store_run_state to);

struct store_run {
	uint64_t id;
	const char *entity;
	enum run_mode mode;
	enum store_run_state state;
	enum strategy strategy;
	const char *reason; /* why this strategy */
	int64_t started_at, finished_at;
	uint64_t rows_read;
	uint64_t counts[OUT_COUNT];
	uint64_t deletes_withheld;
	bool snapshot;      /* the whole read is one snapshot */
	bool interrupted;   /* seen marks were lost: a sweep is needed */
	bool stable;        /* its ranges can be read under another snapshot */
	uint64_t config;    /* a hash of the pipeline file that it began with */
	int64_t resumed_at; /* when it went on first; 0: never */
	const char *error_code, *error_text;
	uint32_t pid; /* of the supervisor that runs it, or did last */
	const char *host;
};

/*
 * A new run in state planned: r's entity (added if new), mode, strategy,
 * reason, pid and host. Sets r->id and r->started_at. ERR_CONFIG live_run,
 * naming it, if the entity already has one. Durable.
 */
int store_run_create(
    struct store *s, struct store_run *r, struct err *e) MUST_CHECK;

/* Rewrites what may change while it is in a state: strategy, reason,
 * rows_read, counts, deletes_withheld, snapshot, interrupted, stable, config,
 * resumed_at, pid, host. */
int store_run_update(
    struct store *s, const struct store_run *r, struct err *e) MUST_CHECK;

/*
 * Moves the run to another state. why (may be NULL) becomes its error; moving
 * on without one clears it. Leaving the live states sets finished_at and
 * shows the rejects of chunks that were not done. ERR_CONFIG bad_transition
 * if the table of states has no such step, no_run if there is no such run.
 * Durable.
 */
int store_run_move(struct store *s, uint64_t id, enum store_run_state to,
    const struct err *why, struct err *e) MUST_CHECK;

int store_run_get(struct store *s, uint64_t id, struct arena *a,
    struct store_run *out, struct err *e) MUST_CHECK;
/* The live run of the entity, or 0. */
int store_run_find_live(struct store *s, const char *entity, struct arena *a,
    struct store_run *out, struct err *e) MUST_CHECK;

/* 1 if the entity's last adoption did not complete, and no sync since; 0. */
int store_run_half_adopted(
    struct store *s, const char *entity, struct err *e) MUST_CHECK;

/* 1 if the last read of the whole source went on over several nights, so that
 * what it did not see is still to be looked for by a sweep; 0. */
int store_run_sweep_owed(
    struct store *s, const char *entity, struct err *e) MUST_CHECK;

/* Newest first. */
struct store_run_filter {
	const char *entity; /* NULL: any */
	bool live;          /* only live ones */
	uint64_t before;    /* ids below this one; 0: from the newest */
	size_t limit;
};
struct store_runs {
	size_t n;
	struct store_run *v;
};
int store_run_list(struct store *s, const struct store_run_filter *f,
    struct arena *a, struct store_runs *out, struct err *e) MUST_CHECK;

#endif
