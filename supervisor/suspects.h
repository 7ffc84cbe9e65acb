#ifndef SUPERVISOR_SUSPECTS_H
#define SUPERVISOR_SUSPECTS_H
#include "proto/buf.h"
#include "proto/care.h"
#include "supervisor/poison.h"
#include "supervisor/run_chunk.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * What is known of rows that delta dies of, from the run that it ended to the
 * one that begins in its place. That one reads another snapshot: a row's number
 * only says where to look, and the search goes by what is in hand when delta
 * dies again. The row that was alone in hand is known by the hash of its key,
 * and by that it is held back. A zeroed struct knows nothing.
 */
struct suspects {
	struct poison *chunks; /* of the last run, by number */
	size_t nchunks;
	struct care_key *keys; /* found; why is owned */
	size_t nkeys, cap;
	struct buf encoded; /* all of keys */
	bool led;           /* the run that goes on has got what is known */
	/* By the death of delta that ended the last run. */
	enum poison_verdict learnt;
};

/* A row that has killed on its own. False: there are CARE_KEYS already. */
bool suspects_found(
    struct suspects *s, const uint8_t key[KEY_HASH_BYTES], const char *why);

/* A run is over: takes what its chunks know, but for rows that were found by
 * their number. One that ended before it was led knows nothing new. */
void suspects_keep(struct suspects *s, struct chunk *chunks, size_t n);

/* The next one is planned: its chunks get it, if they are as many. */
void suspects_lead(struct suspects *s, struct chunk *chunks, size_t n);

void suspects_free(struct suspects *s);

#endif
