#ifndef PROTO_GUARD_H
#define PROTO_GUARD_H
#include "proto/buf.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The guards of architecture.md: a night must never destroy a target because
 * a source misbehaved. Judged by the supervisor, and by delta where it runs
 * as a filter without one.
 */
struct guard_facts {
	uint64_t source_rows; /* read this run */
	uint64_t state_rows;  /* entries before this run */
	uint64_t unproven;    /* of these: inserts a crash left in doubt */
	uint64_t deletes;     /* unseen keys */
	uint64_t updates;     /* so far */
	uint64_t keyless;     /* rows rejected before their key was known: any
			       * of them may be one that deletes concern */
};

/* true if deletes may go out; else why is the reason, for people. */
bool guard_deletes(
    const struct entity *en, const struct guard_facts *f, struct buf *why);
/* true while updates stay under max_update_percent. */
bool guard_updates(
    const struct entity *en, const struct guard_facts *f, struct buf *why);

#endif
