#ifndef EXTRACT_PG_WIRE_H
#define EXTRACT_PG_WIRE_H
#include "extract/pg_copy.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * One COPY … TO STDOUT over a connection's own socket, between two commands
 * of libpq, which knows nothing of it: the bytes are decoded where they were
 * received, while libpq allocates and copies every row. For connections whose
 * bytes are not encrypted. Protocol 3, simple query.
 */
struct pg_wire {
	int fd;
	struct pg_copy *copy; /* where rows go; NULL: nowhere */
	struct buf in;        /* received, */
	size_t at;            /* and used up to here */
	uint64_t left;        /* bytes of a long row that are still to come */
	bool copying;         /* rows may come */
	bool ready;           /* the server has ended its answer */
	bool broken;          /* nothing can be said over it any more */
	bool refused;         /* the server sent an error, why */
	struct err why;
	uint64_t tuples; /* by the server's count */
};

/* fd and copy are the caller's. */
void pg_wire_init(struct pg_wire *w, int fd, struct pg_copy *copy);
void pg_wire_free(struct pg_wire *w);

int pg_wire_send(struct pg_wire *w, const char *sql, struct err *e) MUST_CHECK;

/*
 * Reads to the end of the answer. After -1 without ready and broken the server
 * still sends rows: call it off, and read on with copy NULL.
 */
int pg_wire_receive(struct pg_wire *w, struct err *e) MUST_CHECK;

#endif
