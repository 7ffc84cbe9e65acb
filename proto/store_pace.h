#ifndef PROTO_STORE_PACE_H
#define PROTO_STORE_PACE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdint.h>

/* How fast an entity's runs are, from the ledger. */
struct store_pace {
	/* The last few reads that completed within one night. */
	uint64_t runs, rows;
	int64_t micros;
	uint64_t last_rows; /* that the last of them read */
	/* A run that goes on, or will: its chunks. */
	uint64_t chunks, done, done_rows;
	int64_t done_micros;
};

/* All zero where there is nothing to go by. */
int store_pace_get(struct store *s, const char *entity, struct store_pace *out,
    struct err *e) MUST_CHECK;

#endif
