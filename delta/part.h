#ifndef DELTA_PART_H
#define DELTA_PART_H
#include "delta/ascent.h"
#include "delta/attempts.h"
#include "delta/intent.h"
#include "delta/join.h"
#include "delta/rules.h"
#include "delta/state.h"
#include "delta/table.h"
#include "proto/batch.h"
#include <stdbool.h>
#include <stdint.h>

/* What one attempt at one chunk has sent. */
struct open_intent {
	struct intent file;
	uint64_t inserts;
};

/* Where the records stand that brought the entries from first on. */
struct part_run {
	size_t first;
	struct state_where where;
};

/*
 * One partition in one run: the committed state, who saw which key, and which
 * changes are on their way. The table only ever says KNOWN for what the state
 * file says too.
 */
struct part {
	const struct rules *rules;
	struct attempts *attempts; /* the worker's */
	struct place place;
	struct state *state;
	struct table table;
	uint64_t known;           /* entries of the state */
	uint64_t known_seen;      /* of the table: KNOWN and SEEN */
	bool spared;              /* some key is */
	struct join join;         /* open: too large for memory */
	struct open_intent *open; /* attempts that have intents */
	size_t nopen, open_cap;
	struct blob changes;  /* of one batch; memory kept for the next */
	struct ascent ascent; /* of the table's keys, if no state had any */
	struct part_run *runs;
	size_t nruns, runs_cap;
	size_t nlocated; /* entries that the runs brought, the first ones */
};

/* Opens the files; part_read takes what they hold, and settles what a crash
 * left, before anything else is asked of p. */
int part_open(struct part *p, const struct rules *rules,
    struct attempts *attempts, uint32_t number, struct err *e) MUST_CHECK;
int part_read(struct part *p, struct err *e) MUST_CHECK;
void part_close(struct part *p);

/* What the table keeps of a row's data hash; where rowversions count, of its
 * mark too: two rows that say the same have the same one. */
void part_digest(const struct rules *rules, const uint8_t dh[32], uint64_t mark,
    uint8_t out[DIGEST]);

static inline bool
part_is_unproven(const struct entry *en)
{
	return (en->flags & ENTRY_KNOWN) && (en->flags & ENTRY_UNPROVEN);
}

/* Entries that are inserts in doubt; 0 where the table does not have all. */
uint64_t part_unproven(const struct part *p);

/* The sighting of en is by an attempt that still counts. */
bool part_seen(const struct part *p, const struct entry *en);

/* Sees en in that chunk and attempt. */
void part_see(
    struct part *p, struct entry *en, uint32_t chunk, uint32_t attempt);

/* Known, not seen and not spared. */
bool part_missing(const struct part *p, const struct entry *en);
/* How many entries of the table are. */
uint64_t part_unseen(const struct part *p);

/* Writes the blob of a batch's changes down before they go on; inserts: how
 * many of them are. */
int part_intend(struct part *p, const struct batch *b, struct blob *changes,
    uint64_t inserts, struct err *e) MUST_CHECK;

/* What is left out of a commit: sorted 16-byte hashes. */
struct except {
	const uint8_t *hashes;
	size_t n;
};
int part_commit(struct part *p, uint32_t chunk, uint32_t attempt,
    const struct except *except, struct err *e) MUST_CHECK;

/* Every open intent of that chunk below the newest attempt becomes doubt. */
int part_void(struct part *p, uint32_t chunk, struct err *e) MUST_CHECK;

/* That key is not deleted in this run, seen or not. */
int part_spare(struct part *p, const uint8_t bk[16], struct err *e) MUST_CHECK;

/* Takes what a crash left: committed already, or in doubt. */
int part_settle_left_over(struct part *p, struct err *e) MUST_CHECK;

/* One record into the table. */
void part_keep(struct part *p, const struct record *r);
/* Records of the state, from the first on. */
void part_load(struct part *p, const struct record *r, size_t n);

#endif
