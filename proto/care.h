#ifndef PROTO_CARE_H
#define PROTO_CARE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows of a chunk to be handled with care, because a process died of one of
 * them: what an assignment says about them. Rows are numbered from 0 in the
 * order in which the chunk is read; a chunk read again under one snapshot has
 * them in the same order. No batch has rows from inside and outside a span.
 */
struct care_span {
	uint64_t from, to; /* rows, to excluded */
	uint64_t piece;    /* rows of one batch, at most; 0: as ever */
	const char *why; /* they are rejected, for this; NULL: they are sent */
	/* Of a rejected row: its key hash, if that was known. */
	bool keyed;
	uint8_t key[KEY_HASH_BYTES];
};
enum { CARE_SPANS = 4096 };

void care_encode(const struct care_span *v, size_t n, struct buf *out);

/* Ascending and apart, strings and all in a. Anything else is ERR_DATA
 * bad_care. */
int care_decode(struct span in, struct arena *a, struct care_span **v,
    size_t *n, struct err *e) MUST_CHECK;

/* Rows that are known by their key hash alone: identity rejects them. */
struct care_key {
	uint8_t key[KEY_HASH_BYTES];
	const char *why;
};
enum { CARE_KEYS = 4096 };

void care_keys_encode(const struct care_key *v, size_t n, struct buf *out);
/* Strings and all in a; nothing at all is no keys. Else as care_decode. */
int care_keys_decode(struct span in, struct arena *a, struct care_key **v,
    size_t *n, struct err *e) MUST_CHECK;

/* Where the batch that holds row `row` has to end at the latest: a row number
 * above it; UINT64_MAX: anywhere. */
uint64_t care_end(const struct care_span *v, size_t n, uint64_t row);
/* The span that row is in, or NULL. */
const struct care_span *care_find(
    const struct care_span *v, size_t n, uint64_t row);

#endif
