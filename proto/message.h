#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Everything that is not rows: control between stages and supervisor, and,
 * under --stdio, the frames between batches (open, chunk_end, end). One flat
 * struct; message.c holds one table of its fields that drives both encoder
 * and decoder. The numbers are on the wire; proto/README.md documents which
 * fields each kind carries.
 */
enum message_kind {
	/* stage to supervisor */
	MSG_HELLO = 1,      /* ready, and where it takes batches */
	MSG_DESCRIBED = 2,  /* answers DESCRIBE */
	MSG_PLANNED = 3,    /* answers PLAN, after one CHUNK each */
	MSG_CHUNK = 4,      /* one part of what is to be read */
	MSG_CHUNK_END = 5,  /* every row of it was sent */
	MSG_ACK = 6,        /* what became of the rows of one part */
	MSG_REJECT = 7,     /* rows that were refused, and why */
	MSG_OPENED = 8,     /* answers OPEN */
	MSG_COMMITTED = 9,  /* answers COMMIT */
	MSG_SWEPT = 10,     /* answers SWEEP */
	MSG_CLOSED = 11,    /* answers CLOSE */
	MSG_ERROR = 12,     /* the last word of a stage that stops */
	MSG_METRICS = 13,   /* what was counted since the last one */
	MSG_CONNECTED = 14, /* answers PEERS, if it was asked to */
	/* supervisor to stage */
	MSG_PEERS = 32,    /* where batches go */
	MSG_DESCRIBE = 33, /* what is the target? */
	MSG_PLAN = 34,     /* what is the source, in which parts? */
	MSG_OPEN = 35,     /* a run begins */
	MSG_ASSIGN = 36,   /* read this chunk */
	MSG_FENCE = 37,    /* older attempts at it are void */
	MSG_EXCEPT = 38,   /* these rows were not applied; before COMMIT */
	MSG_COMMIT = 39,   /* the rest of the chunk was */
	MSG_JOIN = 40,     /* the read is complete: join what was buffered */
	MSG_SWEEP = 41,    /* count the keys that were not seen */
	MSG_DELETE = 42,   /* emit deletes for them, then CHUNK_END */
	MSG_CLOSE = 43,    /* the run ends */
	MSG_EXIT = 44,     /* finish and exit 0 */
	/* in the stream, under --stdio */
	MSG_END = 64, /* nothing follows */
};

/* What a run is for; carried by PLAN and OPEN. */
enum run_mode {
	MODE_SYNC = 0,
	MODE_SWEEP = 1, /* read keys only, mark them seen */
	MODE_ADOPT = 2, /* read the target into the state */
	MODE_RETRY = 3, /* rows stored with rejects, never complete */
};

struct message {
	enum message_kind kind;
	const char *stage;
	uint32_t instance;
	uint32_t pid;
	const char *endpoint;
	uint64_t run;
	const char *entity;
	enum run_mode mode;
	uint32_t strategy; /* enum strategy, never AUTO in OPEN */
	uint32_t chunk;
	uint32_t attempt;
	uint32_t seq;
	uint32_t part;
	uint64_t counts[OUT_COUNT];
	uint64_t held; /* rows buffered, their outcome still to come */
	uint64_t rows;
	uint64_t bytes;
	bool flag;
	struct span version; /* rowversion_encode */
	enum err_class cls;
	const char *code;
	const char *text;
	struct span body;
	struct span body2;
};

void message_encode(const struct message *m, struct buf *out);

/* Strings are copied into a; spans are views into in. Unknown kinds and
 * fields, trailing bytes and values out of range are ERR_DATA bad_message. */
int message_decode(struct span in, struct arena *a, struct message *m,
    struct err *e) MUST_CHECK;

const char *message_kind_name(enum message_kind k);

/* The peek that tells a batch from a message in a stream of frames. */
bool message_is_batch(struct span frame);

#endif
