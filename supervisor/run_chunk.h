#ifndef SUPERVISOR_RUN_CHUNK_H
#define SUPERVISOR_RUN_CHUNK_H
#include "proto/batch.h"
#include "proto/buf.h"
#include "supervisor/poison.h"
#include <stdbool.h>
#include <stdint.h>

/* One chunk of a run: how far it is, and the books of its present attempt. */
enum chunk_state {
	CHUNK_PLANNED,
	CHUNK_ASSIGNED,
	CHUNK_COMMITTING,
	CHUNK_DONE
};

struct chunk {
	uint32_t no;
	enum chunk_state state;
	uint32_t attempt;
	struct buf range;
	bool newest; /* where rows that changed last stand; only the last one */
	bool ended;  /* chunk_end of this attempt came */
	uint64_t rows, batches, bytes;
	uint64_t counts[OUT_COUNT];
	uint64_t held;
	uint64_t told;      /* of the rejected rows it is known which */
	uint64_t keyless;   /* rows rejected before their key was known */
	struct buf version; /* highest rowversion */
	bool later;         /* done after its run went on: see resumed_at */
	unsigned committed; /* delta workers that answered */
	unsigned ends;      /* chunk_ends: deletes come from every delta */
	unsigned failures;  /* attempts that nothing was learnt from */
	struct poison poison;
};

#endif
