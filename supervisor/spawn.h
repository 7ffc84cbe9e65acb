#ifndef SUPERVISOR_SPAWN_H
#define SUPERVISOR_SPAWN_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdint.h>
#include <sys/types.h>

/* One stage as a child process. */
struct spawn_stage {
	const char *bin_dir;
	const char *stage;  /* "extract" */
	const char *config; /* the copy it reads */
	const char *called; /* what messages call it */
	const char *base, *control, *endpoint;
	const char *metrics; /* where it serves them; or NULL */
	unsigned instance, instances;
	int board;             /* descriptor of its page, board.h */
	uint64_t memory_bytes; /* it may allocate; 0: whatever there is */
	char *const *env;      /* what it may know */
};

/*
 * Forks and execs it in a process group of its own (a Ctrl-C reaches only
 * us), to die with us (PR_SET_PDEATHSIG). Its standard output is our standard
 * error: data on ours is the command line's.
 */
int spawn_stage(
    const struct spawn_stage *s, pid_t *pid, struct err *e) MUST_CHECK;

/* The folder of the running executable: the stages stand beside it. */
int spawn_bin_dir(char *out, size_t size, struct err *e) MUST_CHECK;

#endif
