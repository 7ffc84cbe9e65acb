#ifndef PROTO_STORE_REJECT_H
#define PROTO_STORE_REJECT_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/reject.h"
#include "proto/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rejected rows. A reject is provisional, seen by nobody, until its chunk is
 * done (store_chunk_done) or its run ends; a new attempt of the chunk drops
 * it. Then it is open. If an open reject of the entity is about the same row
 * (same bk_hash; where that is not known, the same original) and from an
 * earlier run or attempt, that one is brought up to date instead: same id,
 * attempts one higher. So a row that fails every night is one reject, and two
 * rows that fail in one night are two.
 */
struct store_reject {
	uint64_t id;
	const char *entity;
	uint64_t run; /* that rejected it last, with chunk and attempt */
	uint32_t chunk, attempt;
	struct reject what; /* original: only where it says so */
	const char *key_text;
	uint32_t attempts; /* how often it was rejected */
	int64_t first_at, last_at;
	uint64_t retry_run; /* the run that is to retry it, or 0 */
	int64_t closed_at;
	const char *closed_how;
};

/* entity, run, chunk, attempt, what (all of it) and key_text of r; the rest is
 * filled in. r->id is set. Begin a transaction for many. Cheap. */
int store_reject_add(
    struct store *s, struct store_reject *r, struct err *e) MUST_CHECK;

/* With the original. 0: none, or provisional. */
int store_reject_get(struct store *s, uint64_t id, struct arena *a,
    struct store_reject *out, struct err *e) MUST_CHECK;

/* By rising id. Unset members do not restrict. */
struct store_reject_filter {
	const char *entity, *code, *field, *stage;
	uint64_t run;
	uint64_t retry_run;
	bool closed;    /* closed ones, too */
	bool originals; /* fill in what.original: limit is then memory */
	uint64_t after; /* ids above this one */
	size_t limit;
};
struct store_rejects {
	size_t n;
	struct store_reject *v;
};
int store_reject_list(struct store *s, const struct store_reject_filter *f,
    struct arena *a, struct store_rejects *out, struct err *e) MUST_CHECK;
/* after and limit do not matter. */
int store_reject_count(struct store *s, const struct store_reject_filter *f,
    uint64_t *n, struct err *e) MUST_CHECK;

/*
 * Hashes of the provisional rejects of one attempt from one stage, for
 * MSG_EXCEPT: at most limit of them, 16 bytes each, appended to out. Start
 * with after 0; each call moves it on; nothing appended: that was all.
 */
struct store_reject_hashes {
	uint64_t run;
	uint32_t chunk, attempt;
	const char *stage;
	uint64_t after;
};
int store_reject_hashes(struct store *s, struct store_reject_hashes *at,
    size_t limit, struct buf *out, struct err *e) MUST_CHECK;

enum store_reject_end {
	STORE_REJECT_SETTLED, /* a later whole read did not reject it: the row
			       * was delivered, or the source no longer has it
			       */
	STORE_REJECT_RETRIED, /* a retry delivered it */
	STORE_REJECT_DROPPED, /* somebody gave it up */
	STORE_REJECT_ENDS
};
const char *store_reject_end_name(enum store_reject_end how);

/* 1 closed, 0 not open. Durable. */
int store_reject_close(struct store *s, uint64_t id, enum store_reject_end how,
    struct err *e) MUST_CHECK;

/* Marks an open reject for a retry run. 1 marked, 0 not open. */
int store_reject_retry(
    struct store *s, uint64_t id, uint64_t run, struct err *e) MUST_CHECK;

/* When a run completes that read everything, or all from a rowversion on: open
 * rejects of what it read that it did not see are settled. *closed (may be
 * NULL) says how many. Durable. */
struct store_reject_read {
	const char *entity;
	uint64_t run;
	struct span from; /* a rowversion; empty: everything */
};
int store_reject_settle(struct store *s, const struct store_reject_read *read,
    uint64_t *closed, struct err *e) MUST_CHECK;
/* When a retry run completes: those marked for it and not rejected again are
 * retried; all marks for it go. Durable. */
int store_reject_settle_retry(
    struct store *s, uint64_t run, uint64_t *closed, struct err *e) MUST_CHECK;

/* The lowest rowversion among the entity's open rejects: the watermark may
 * not pass it. 0: no open rejects. 1 with an empty version: one of them has
 * none, so the watermark may not move at all. */
int store_reject_lowest(struct store *s, const char *entity, struct arena *a,
    struct span *version, struct err *e) MUST_CHECK;

#endif
