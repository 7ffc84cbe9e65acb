#ifndef DELTA_RULES_H
#define DELTA_RULES_H
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called now and then in the midst of long work; fn may be NULL. */
struct meanwhile {
	void (*fn)(void *ctx);
	void *ctx;
};

static inline void
meanwhile(const struct meanwhile *m)
{
	if (m->fn)
		m->fn(m->ctx);
}

/* What a run is, for all partitions of this worker. */
struct rules {
	const struct entity *en;
	const char *store_dir;
	uint64_t run;
	enum run_mode mode;
	enum strategy strategy;
	uint32_t parts;
	uint64_t memory; /* bytes of table per partition */
	/* From here on the intents of a chunk become a segment of the state;
	 * fewer are copied into its journal. */
	uint64_t segment_bytes;
	/* Fewer records that later ones supersede are no reason to merge. */
	uint64_t merge_from;
	/* False: the first delta of a pipe. It compares, writes nothing, and
	 * leaves intents and journal to the one behind load. */
	bool write;
	/* The one behind load: it records and compares nothing. */
	bool blind;
	struct meanwhile meanwhile;
};

/* Where the worker's results go; delta.c binds it to the runtime, tests to a
 * target of their own. */
struct outlet {
	void *ctx;
	/* On success takes *b. */
	int (*send)(void *ctx, struct batch **b, struct err *e);
	/* b->left plus counts, and how many rows are put aside. */
	int (*ack)(void *ctx, const struct batch *b, const uint64_t *counts,
	    uint64_t held, struct err *e);
	void (*reject)(
	    void *ctx, struct batch *b, size_t row, const struct err *why);
};

#endif
