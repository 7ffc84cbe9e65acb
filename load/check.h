#ifndef LOAD_CHECK_H
#define LOAD_CHECK_H
#include "load/plan.h"
#include "load/target.h"

/*
 * Can the table take what the plan writes? Every problem at once as one
 * ERR_CONFIG: columns that are missing, computed by the engine or planned
 * twice, columns that must have a value and get none, a key that nothing
 * keeps unique (with the statement to run). A column that may not hold all
 * its field can say is only noted, in the log.
 */
int check_plan(
    struct target_table *t, const struct plan *p, struct err *e) MUST_CHECK;

#endif
