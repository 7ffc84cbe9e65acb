#ifndef SUPERVISOR_EXIT_CODE_H
#define SUPERVISOR_EXIT_CODE_H
#include "proto/err.h"

/* The exit codes of syncline and synclined; a contract (syncline(1)). */
enum exit_code {
	EXIT_CLEAN = 0,
	EXIT_INTERNAL = 1,
	EXIT_CONFIG = 2,      /* usage or configuration */
	EXIT_UNREACHABLE = 3, /* source, target or store */
	EXIT_REJECTS = 4,     /* done, but with rejects, pending, conflicts */
	EXIT_HALTED = 6,      /* by a guard */
	EXIT_RESUMABLE = 7,   /* stopped before the end; run again */
	EXIT_RUNNING = 8,     /* another one is running */
};

/* The worse of two. */
enum exit_code exit_code_worse(enum exit_code a, enum exit_code b);

/* What it means that a run ended of why. */
enum exit_code exit_code_of(const struct err *why);

#endif
