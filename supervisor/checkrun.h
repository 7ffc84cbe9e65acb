#ifndef SUPERVISOR_CHECKRUN_H
#define SUPERVISOR_CHECKRUN_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/engine.h"
#include <stddef.h>

/*
 * A run up to the first row, asked of the real stages: can source and target
 * be reached, do tables, columns, keys and types fit, does the mapping
 * compile. Nothing is written, to the target, the state or the ledger; the
 * engine needs no store. A stage that finds a problem ends with it and is
 * started afresh, and what can still be checked without it is.
 */
struct checkrun_problem {
	const struct entity *entity;
	enum proc_kind stage;
	struct err error;
};

/* Zeroed, it is empty. */
struct checkrun_report {
	size_t n, cap;
	struct checkrun_problem *v;
};
void checkrun_free(struct checkrun_report *report);

/* Adds what is wrong with the entity. -1: a stage could not be asked, or
 * somebody told us to stop (code "stopped"). */
int checkrun_entity(struct engine *en, const struct entity *entity,
    struct checkrun_report *report, struct err *e) MUST_CHECK;

#endif
