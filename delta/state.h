#ifndef DELTA_STATE_H
#define DELTA_STATE_H
#include "delta/intent.h"
#include "delta/place.h"
#include "delta/record.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What the target last accepted of one partition of one entity: an SQLite
 * file (place.h), format 2, in rollback-journal mode, synchronous FULL.
 *
 *   meta(key, value)   format "2"; entity; key: the key fields, each as
 *                      LENGTH:NAME, in the order of the pipeline file;
 *                      identity: "default" or "syncflow"; part; parts
 *   block(id, first, records, data)
 *                      blobs (record.h) sorted by bk_hash, id in that order,
 *                      first = the first bk_hash; a key stands in at most one
 *   journal(id, run, chunk, attempt, records, added, data, bytes)
 *                      blobs in the order they were committed; they come
 *                      after all blocks, and the later record of a key wins.
 *                      added: entries gained minus entries lost. bytes: 0, or
 *                      data is empty and the blobs are the frames (frames.h)
 *                      of the segment of that id (place.h), so many bytes
 *
 * Format 1 had no journal.bytes; the first commit adds it.
 *
 * The file is made by the first commit that has something to write, and a run
 * that changes nothing leaves every byte of it alone.
 */
struct state_spec {
	struct place place;
	const struct strings *key;
	bool syncflow;
	bool write; /* else nothing is ever written */
};

struct state;

/*
 * ERR_CONFIG, saying what to do, if the file was made with another number of
 * partitions, key or identity, in a format to come, or is damaged. The spec's
 * strings must outlive the state.
 */
int state_open(const struct state_spec *spec, struct state **out,
    struct err *e) MUST_CHECK;
void state_close(struct state **s); /* an open commit is given up */

uint64_t state_entries(const struct state *s); /* by the sums of added */

/* Every record, oldest first. No lock is held while fn runs. */
int state_scan(
    struct state *s, record_fn *fn, void *ctx, struct err *e) MUST_CHECK;

/* Where a run of records stands: in a blob of the file, or in a segment. */
enum state_kind { STATE_BLOCK, STATE_JOURNAL, STATE_SEGMENT };
struct state_where {
	enum state_kind in;
	int64_t id;  /* of its row */
	uint64_t at; /* bytes in front of it, of the blob or the segment */
	uint32_t bytes;
	uint64_t sum; /* XXH3 of them */
};

/* While fn of a scan runs: where its records stand. */
struct state_where state_here(const struct state *s);
/* The same records once more; what fn says, or -1. ERR_RETRY if they are not
 * there any more. */
int state_read_again(struct state *s, const struct state_where *w,
    record_fn *fn, void *ctx, struct err *e) MUST_CHECK;

/*
 * One commit of a chunk: begin, appends, commit (one transaction, one sync).
 * added: +1 a new entry, -1 one less. Without an append nothing is written.
 * A failed commit is rolled back.
 */
void state_begin(struct state *s, const struct intent_id *id);
int state_append(struct state *s, const struct record *r, int added,
    struct err *e) MUST_CHECK;
/* The intents' own file, which the commit takes over: nothing is written again.
 * Their file must be whole; in->records of them, nothing else was appended. */
int state_append_intents(struct state *s, const struct intent *in,
    int64_t added, struct err *e) MUST_CHECK;
int state_commit(struct state *s, struct err *e) MUST_CHECK;

/* 1 if the journal has a commit of that id, 0, or -1. */
int state_has(
    struct state *s, const struct intent_id *id, struct err *e) MUST_CHECK;

/* Commits that bear the number of this run, or of one to come, were made under
 * another ledger: from here on state_has does not know them. */
int state_disown(struct state *s, uint64_t run, struct err *e) MUST_CHECK;

/*
 * Rewrites everything as sorted blocks in one transaction when this process
 * has journalled something and more records are superseded than live, `from`
 * of them at least; else does nothing. 1 if it was done.
 */
int state_merge(struct state *s, uint64_t from, struct err *e) MUST_CHECK;

#endif
