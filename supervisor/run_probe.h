#ifndef SUPERVISOR_RUN_PROBE_H
#define SUPERVISOR_RUN_PROBE_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stdint.h>

struct run;

/*
 * `probe: checksum`. A night that changed nothing keeps a digest of all that
 * it depended on: the checksum of the source's rows, both schemas, the
 * pipeline file, the version of this program, and the state as it lies on the
 * disk. While the next nights find the same, they have nothing to do, and
 * their rows are accounted for as unchanged without being read.
 */

struct run_probe {
	uint64_t rows;           /* as the source says */
	uint64_t state_revision; /* as delta says */
	struct buf checksum;     /* of the source's rows, as it says */
	struct buf digest;       /* of what this run found; or empty */
	struct buf last;         /* of the last night without changes */
	bool same;               /* nothing is to be read */
};

/* Makes the digest out of all that was answered, and compares. */
void probe_planned(struct run *r);

/* What was not read, in the books. */
void probe_account(struct run *r);

/* The run read all of it and nothing changed: its digest is worth keeping. */
bool probe_was_quiet(const struct run *r);

#endif
