#ifndef PROTO_STORE_CHUNK_H
#define PROTO_STORE_CHUNK_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stddef.h>
#include <stdint.h>

/*
 * The chunks of a run: planned, assigned, read (chunk_end came), done
 * (committed by the state). Every assignment is a new attempt and voids what
 * the ones before reported. Done is final. CHUNK_DELETES is a chunk, too.
 * A chunk or attempt that is not what the ledger has is ERR_BUG.
 */
enum store_chunk_state {
	STORE_CHUNK_PLANNED,
	STORE_CHUNK_ASSIGNED,
	STORE_CHUNK_READ,
	STORE_CHUNK_DONE,
	STORE_CHUNK_STATES
};
const char *store_chunk_state_name(enum store_chunk_state st);

struct store_chunk {
	uint64_t run;
	uint32_t chunk;
	enum store_chunk_state state;
	uint32_t attempt;  /* 0 before the first assignment */
	struct span range; /* extract's own */
	uint64_t estimate; /* rows, before it was read */
	uint64_t rows, batches, bytes;
	uint64_t counts[OUT_COUNT];
	struct span version; /* highest rowversion; empty: none */
	int64_t started_at, done_at;
};

/* A planned chunk: c's run, chunk, range and estimate. The chunks of a plan
 * belong into one transaction. */
int store_chunk_add(
    struct store *s, const struct store_chunk *c, struct err *e) MUST_CHECK;

/* Before the assignment of c's run and chunk is sent: sets c->attempt, the
 * next one; the provisional rejects of those before are gone. Cheap. */
int store_chunk_assign(
    struct store *s, struct store_chunk *c, struct err *e) MUST_CHECK;

/* chunk_end of c's attempt came: rows, batches, bytes, version. Cheap. */
int store_chunk_read(
    struct store *s, const struct store_chunk *c, struct err *e) MUST_CHECK;

/* The state has c's attempt, with these counts. Its rejects become visible in
 * the same transaction. Durable. */
int store_chunk_done(
    struct store *s, const struct store_chunk *c, struct err *e) MUST_CHECK;

/* By rising number. */
struct store_chunk_page {
	uint64_t run;
	uint32_t from; /* the first chunk number wanted */
	size_t limit;
};
struct store_chunks {
	size_t n;
	struct store_chunk *v;
};
int store_chunk_list(struct store *s, const struct store_chunk_page *page,
    struct arena *a, struct store_chunks *out, struct err *e) MUST_CHECK;

#endif
