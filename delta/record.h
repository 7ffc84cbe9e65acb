#ifndef DELTA_RECORD_H
#define DELTA_RECORD_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * One change of the state, and the blob that holds many of them, in the state
 * file and in intent files alike.
 *
 *   record   op (1 byte), bk_hash (16); insert and update: data_hash (32),
 *            rowversion mark (8, little-endian); uleb(len(key)) key
 *   blob     "SB" 1 0, uint32 records, uint64 XXH3 of what follows (both
 *            little-endian), the records
 *
 * key is the packed key (canon.h), needed to delete the row; a journalled
 * delete has none. In doubt: the target may hold any version of the row. An
 * insert in doubt stays an insert, with no hash and the mark below.
 */
enum { RECORD_UNPROVEN = 1 };
enum record_op {
	RECORD_INSERT = 1, /* the same numbers as change_op */
	RECORD_UPDATE = 2,
	RECORD_DELETE = 3,
	RECORD_DOUBT = 4,
};

struct record {
	enum record_op op;
	const uint8_t *bk; /* 16 bytes */
	const uint8_t *dh; /* 32 bytes, or NULL: all zero */
	uint64_t mark;
	struct span key;
	bool fresh; /* told by a scan: until here the state lacks its key */
};

/* A blob being written. Zeroed is empty. */
struct blob {
	struct buf bytes; /* with its header once there is a record */
	uint32_t records;
};
void blob_put(struct blob *b, const struct record *r);
/* The same in two steps: the caller appends the packed key to b->bytes between
 * them. begin's result is for end; r->key is not looked at. */
size_t blob_begin(struct blob *b, const struct record *r);
void blob_end(struct blob *b, size_t key_at);
struct span blob_finish(struct blob *b); /* good until the next call */
void blob_clear(struct blob *b);         /* keeps the memory */
void blob_free(struct blob *b);

/* Reads one back; the records point into in. */
struct blob_reader {
	const uint8_t *at, *end;
	uint32_t left;
};
int blob_open(struct span in, struct blob_reader *r, struct err *e) MUST_CHECK;
/* Up to RECORD_RUN records at once, so that a reader can fetch ahead what it
 * will need for them: 1 and *n, 0 at the end, or -1. */
enum { RECORD_RUN = 64 };
int blob_next(struct blob_reader *r, struct record out[RECORD_RUN], size_t *n,
    struct err *e) MUST_CHECK;

/* Takes a run of records: 0 go on, 1 enough, -1 failed. */
typedef int record_fn(
    void *ctx, const struct record *r, size_t n, struct err *e);

/* A record alone, as blobs hold it; decoding moves *at. */
void record_put(struct buf *out, const struct record *r);
int record_get(const uint8_t **at, const uint8_t *end, struct record *out,
    struct err *e) MUST_CHECK;

#endif
