#ifndef SUPERVISOR_RUN_H
#define SUPERVISOR_RUN_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "supervisor/proc.h"
#include "supervisor/run_chunk.h"
#include "supervisor/run_phase.h"
#include "supervisor/run_probe.h"
#include "supervisor/run_scale.h"
#include "supervisor/suspects.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * One run: one pass of one entity in one mode, from plan to close. It is a
 * state machine that the engine feeds with messages, deaths and time; it
 * never blocks.
 *
 * The order of promises: target first (acks), then state (committed), then
 * ledger. A death of normalize, identity, resolver or load voids the chunks
 * in flight, and they are extracted again under the same snapshot. A death
 * of extract loses the snapshot and a death of delta the seen marks: then
 * the run is abandoned and the engine's caller begins a new one, which may
 * know what rows delta died of (suspects).
 */
struct engine;

struct run {
	struct engine *engine;
	const struct entity *entity;
	enum run_mode mode;
	uint64_t id;
	enum run_phase phase;
	enum run_end end;
	struct err error;
	enum strategy strategy;
	char reason[200];  /* why this strategy */
	unsigned awaiting; /* answers that this phase still needs */
	/* extract: not answered yet; to be asked again when it has; answered */
	bool planning, plan_stale, planned, snapshot;
	struct proc *held_back; /* died of its question, too early to judge … */
	struct err held_error; /* … of this */
	/* facts */
	bool target_missing; /* load is to create it */
	bool target_made;    /* it has, and types may differ from ours */
	bool mapped_again;   /* by them */
	/* A pass over several nights: this run goes on where an earlier night
	 * ended, and what that one saw is not known any more. */
	bool resumed;
	int64_t resumed_at; /* the first time */
	bool stable;        /* its ranges allow for another night */
	size_t replanned;   /* of the chunks that are not done */
	bool counting;      /* the target's rows, for a message */
	uint64_t target_rows, state_rows;
	uint64_t unproven; /* inserts in doubt, of state_rows */
	bool half_adopted; /* the state knows part of the target's rows */
	struct buf source_schema, target_schema, mapped_schema;
	struct buf opened_schema; /* mapped_schema of the last open */
	struct buf watermark;
	struct run_probe probe;
	/* chunks */
	size_t nchunks, chunks_cap;
	struct chunk *chunks;
	size_t next, done;
	uint64_t estimate; /* rows that the plan expects; 0: unknown */
	struct chunk deletes;
	int64_t reading[LIMIT_WORKERS]; /* chunk per extract worker, or -1 */
	struct run_scale scale;
	unsigned poisonous;        /* rows that stages died of */
	struct suspects *suspects; /* or NULL; borrowed */
	unsigned reopening;        /* restarted workers that are not open yet */
	bool joining, draining;    /* draining: no new chunks, told to stop */
	bool closing;              /* draining, because the window closes */
	bool pausing;              /* no new chunks, until somebody says so */
	bool paused;               /* … and nothing is in flight any more */
	/* books */
	uint64_t rows_read;
	uint64_t counts[OUT_COUNT];
	uint64_t unseen, withheld;
	uint64_t approved; /* deletes that somebody allowed */
	struct buf spared; /* hashes of keys that are there, all the same */
	struct buf sample; /* keys of what was withheld */
	struct buf why;    /* a guard's reason */
	const struct buf *given; /* a retry's ranges; borrowed */
	size_t ngiven;
	const uint64_t *retry_ids; /* rejects that it retries; borrowed */
	size_t nretry_ids;
	/* time */
	int64_t started_ms, progress_ms;
	int64_t waited_ms; /* of that, paused; begun at waiting_ms */
	int64_t waiting_ms;
	int64_t lease_ms; /* when the lease was renewed */
};

/* Begins a run that engine, entity and mode (and a retry's ranges) were set
 * in; the rest is zero. */
int run_begin(struct run *r, struct err *e) MUST_CHECK;
void run_free(struct run *r);

/* Events. Each may move the run to RUN_OVER. */
void run_on_ready(struct run *r);
void run_on_message(struct run *r, struct proc *p, const struct message *m);
void run_on_hello(struct run *r, struct proc *p);
void run_on_death(struct run *r, struct proc *p);
void run_on_time(struct run *r, int64_t now_ms);
void run_drain(struct run *r); /* finish what is in flight, then stop */
void run_close(struct run *r); /* the same, because the window closes */
void run_pause(struct run *r); /* the same, then wait for run_resume */
void run_resume(struct run *r);
void run_cancel(struct run *r); /* stop now */

#endif
