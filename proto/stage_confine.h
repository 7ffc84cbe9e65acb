#ifndef PROTO_STAGE_CONFINE_H
#define PROTO_STAGE_CONFINE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include <stdbool.h>

/*
 * Makes a stage give up all that is none of its business (reach.h): files but
 * the system's own, its connections' and their passwords', sockets but those
 * of its links and databases. runtime_dir is where its links are. Before any
 * thread. What the kernel cannot do is left, and said at debug.
 *
 * A folder is given whole: extract and load can write to what lies beside an
 * SQLite file of theirs. Where that would let extract write to a target or to
 * the store, it may only read, unless the file needs a writer: in WAL mode, or
 * with the journal of a writer that was killed.
 */
struct stage_confine {
	const char *stage; /* "extract" */
	const struct pipeline *pipeline;
	const char *runtime_dir;
	bool listens; /* to whoever asks for metrics */
};

int stage_confine(const struct stage_confine *s, struct err *e) MUST_CHECK;

#endif
