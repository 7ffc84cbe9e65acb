#ifndef PROTO_BATCH_H
#define PROTO_BATCH_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/column.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/* Bytes somebody allocated, and how to give them back. Zeroed is none. */
struct frame {
	struct span bytes;
	void *owner;
	void (*release)(void *owner); /* NULL: free(owner) */
};
void frame_free(struct frame *f);

/*
 * batch/1: up to LIMIT_BATCH_ROWS rows of one chunk of one run, as columns.
 * The wire form is in proto/README.md. A decoded batch's columns are views
 * into its frame; columns made later live in its arena. A zeroed batch is
 * valid and empty.
 */
enum change_op {
	OP_INSERT = 1,
	OP_UPDATE = 2,
	OP_DELETE = 3,
};

/* What can happen to a row; every row that was read ends in exactly one. */
enum outcome {
	OUT_INSERTED,
	OUT_UPDATED,
	OUT_DELETED,
	OUT_UNCHANGED,
	OUT_REJECTED,
	OUT_CONFLICTED,
	OUT_PENDING,
	OUT_COUNT
};

struct batch {
	const char *entity;
	uint64_t run;
	uint32_t chunk;   /* CHUNK_DELETES for the deletes of a finished read */
	uint32_t attempt; /* of the chunk; older attempts are fenced off */
	uint32_t seq;     /* within the chunk and attempt, from 0 */
	uint32_t part;    /* the partition, from identity on */
	/* Only key fields: rows that normalize rejected but whose key it knows.
	 * delta marks them as seen, so that a bad row is never taken for a
	 * deleted one, and acks what left[] says. */
	bool keys_only;
	/* Rows that have already left this batch on its way, by outcome; the
	 * last stage acknowledges them together with its own. */
	uint64_t left[OUT_COUNT];
	/* Of those, the rows that had left before this process took the batch;
	 * not on the wire. */
	uint64_t came[OUT_COUNT];
	size_t nrows;
	size_t ncols;
	struct column *cols; /* in arena */
	struct arena arena;  /* columns, strings, everything made later */
	struct frame frame;  /* the received message the views point into */
};

enum { KEY_HASH_BYTES = 16 }; /* of ROLE_BK_HASH */

#define CHUNK_DELETES UINT32_MAX

struct batch *batch_new(void);
void batch_free(struct batch **bp); /* NULL-safe; clears the pointer */

/* A new batch with the same header (entity, run, chunk, attempt, seq, part,
 * keys_only), no rows, no columns, left all zero. */
struct batch *batch_like(const struct batch *b);

/* to goes on with what has left from. */
void batch_inherit_left(struct batch *to, const struct batch *from);

/* First column of that role (and name, unless name is NULL), or NULL. */
struct column *batch_find(
    const struct batch *b, enum column_role role, const char *name);

/* Appends a column to cols; c's memory must live as long as the batch. */
void batch_add_column(struct batch *b, const struct column *c);

/* A new batch with rows[0..n) of b, all columns copied into its arena. */
struct batch *batch_gather(
    const struct batch *b, const uint32_t *rows, size_t n);

/* No frame of b is longer. */
size_t batch_frame_max(const struct batch *b);

/* Wire form. encode appends one frame to out. decode takes the frame: on
 * success *frame is moved into the batch and zeroed. Trailing bytes, lengths
 * that lie and anything over limits.h are ERR_DATA with code bad_batch. */
void batch_encode(const struct batch *b, struct buf *out);
int batch_decode(
    struct buf *frame, struct batch **bp, struct err *e) MUST_CHECK;
int batch_decode_frame(
    struct frame *frame, struct batch **bp, struct err *e) MUST_CHECK;

/*
 * The row as the source had it: a msgpack map of source column to value
 * (proto/README.md, "row"), from ROLE_ORIGIN columns and fields with origin.
 */
void batch_original(const struct batch *b, size_t row, struct buf *out);

#endif
