#ifndef EXTRACT_CHUNK_H
#define EXTRACT_CHUNK_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The range of one chunk, as MSG_CHUNK's body carries it to the ledger and
 * MSG_ASSIGN brings it back, perhaps to another worker: it says all that a
 * worker needs besides the pipeline file. A msgpack map; a msgpack array is
 * a retry, whose elements are rows (proto/reject.h).
 */
enum chunk_kind {
	CHUNK_WHOLE = 0, /* everything there is */
	CHUNK_CTID = 1,  /* heap blocks from lo up to hi, hi excluded */
	CHUNK_KEY = 2,   /* from low up to high, high excluded, of a column */
	CHUNK_SPAN = 3,  /* row numbers from lo up to hi, hi excluded */
	CHUNK_ROWS = 4,  /* these rows */
};

struct chunk_range {
	enum chunk_kind kind;
	const char *snapshot;   /* to adopt; NULL: none */
	struct span version;    /* the watermark; empty: none */
	uint64_t lo, hi;        /* hi 0: no upper bound */
	const char *column;     /* CHUNK_KEY */
	const char *low, *high; /* as text; NULL: open (low: and NULLs) */
	struct span rows;       /* CHUNK_ROWS: the array as it came */
	uint64_t estimate;      /* rows; not encoded */
	bool newest; /* where rows that changed last stand; not encoded */
};

void chunk_encode(const struct chunk_range *r, struct buf *out);

/* Strings are copied into a, spans are views into in. Anything malformed is
 * ERR_DATA bad_range. */
int chunk_decode(struct span in, struct arena *a, struct chunk_range *r,
    struct err *e) MUST_CHECK;

/* True if another snapshot has the same rows there, but for what changed in
 * them: keys stay where they are, physical positions do not. */
static inline bool
chunk_stable(const struct chunk_range *r)
{
	return r->kind == CHUNK_KEY;
}

/* What a plan collects; ranges are in the planner's arena. */
struct chunk_list {
	size_t n, cap;
	struct chunk_range *ranges;
};
int chunk_add(struct chunk_list *l, struct arena *a,
    const struct chunk_range *r, struct err *e) MUST_CHECK;

#endif
