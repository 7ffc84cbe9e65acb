#ifndef EXTRACT_PG_COPY_H
#define EXTRACT_PG_COPY_H
#include "extract/emit.h"
#include "extract/pg_row.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The stream of COPY … (FORMAT binary), in pieces cut anywhere, into emit.
 * The server sends a row a piece, which is then decoded where it lies; what
 * a piece leaves unfinished is kept until the next one. Of a value that is
 * too large only the beginning is kept, and its row is rejected.
 */
struct pg_copy {
	struct emit *em;
	const struct pg_row_field *fields; /* of em's columns */
	struct buf rest;                   /* an unfinished head or row */
	enum { PG_COPY_HEAD, PG_COPY_ROWS, PG_COPY_DONE } at;
	/* Of the row in rest, which is too large: values are cut there. */
	bool cut;
	uint64_t skip;  /* bytes of one that are still to come */
	struct err why; /* because of the first one */
};

void pg_copy_init(struct pg_copy *c, struct emit *em, struct arena *a);
void pg_copy_free(struct pg_copy *c);

int pg_copy_feed(
    struct pg_copy *c, struct span piece, struct err *e) MUST_CHECK;

/* Whether the stream came to its proper end; else ERR_RETRY. */
int pg_copy_end(const struct pg_copy *c, struct err *e) MUST_CHECK;

#endif
