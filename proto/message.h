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
	MSG_HELLO = 1, /* stage, instance, pid, endpoint */
	MSG_DESCRIBED =
	    2,           /* answer to DESCRIBE: body = schema; flag = the table
			  * exists; rows: 0 or 1, exact if it was asked */
	MSG_PLANNED = 3, /* answer to PLAN: body = schema, then one
			  * MSG_CHUNK each, then this one; flag = snapshot */
	MSG_CHUNK = 4,   /* chunk, body = range (extract's own), rows = est. */
	MSG_CHUNK_END = 5, /* chunk, attempt, seq = batches, rows, bytes,
			    * version = highest rowversion */
	MSG_ACK = 6,       /* chunk, attempt, seq, part, counts, held */
	MSG_REJECT = 7,    /* chunk, attempt, seq, body = rejects */
	MSG_OPENED = 8,    /* answer to OPEN; rows = entries of the state */
	MSG_COMMITTED = 9, /* chunk, attempt */
	MSG_SWEPT = 10,    /* answer to SWEEP: rows = unseen keys, body =
			    * sample of keys */
	MSG_CLOSED = 11,   /* answer to CLOSE */
	MSG_ERROR = 12,    /* class, code, text; chunk, attempt if about one */
	/* supervisor to stage */
	MSG_PEERS = 32,    /* body = array of endpoints, by partition owner */
	MSG_DESCRIBE = 33, /* entity; flag = count the rows */
	MSG_PLAN = 34,     /* entity, mode, version = watermark */
	MSG_OPEN = 35,     /* run, entity, mode, strategy, body = schema of the
			    * source, body2 = schema of the target */
	MSG_ASSIGN = 36,   /* chunk, attempt, body = range */
	MSG_FENCE = 37,    /* chunk, attempt: older attempts are void */
	MSG_EXCEPT = 38,   /* chunk, attempt, body = 16-byte hashes that were
			    * not applied; precedes COMMIT */
	MSG_COMMIT = 39,   /* chunk, attempt */
	MSG_JOIN = 40,     /* the read is complete: join what was buffered */
	MSG_SWEEP = 41,    /* count keys not seen; answer SWEPT */
	MSG_DELETE = 42,   /* chunk = CHUNK_DELETES, attempt, rows = at most:
			    * emit deletes for them, then CHUNK_END */
	MSG_CLOSE = 43,    /* run; flag = the read was complete */
	MSG_EXIT = 44,     /* drain and exit 0 */
	/* in the stream, under --stdio */
	MSG_END = 64, /* flag = complete read; nothing follows */
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
