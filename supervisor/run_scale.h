#ifndef SUPERVISOR_RUN_SCALE_H
#define SUPERVISOR_RUN_SCALE_H
#include "supervisor/proc_kind.h"
#include "supervisor/scale.h"
#include <stdbool.h>
#include <stdint.h>

struct proc;

/* How far a run is with more or fewer workers of a stage (run_scale.c; what it
 * calls is in run_impl.h). */
struct run_scale {
	struct scale seen[PROC_KINDS];
	int64_t looked_ms;
	bool shrink[PROC_KINDS]; /* once nothing is in flight */
	struct proc *leaving;    /* waits until nobody feeds it … */
	unsigned feeding;        /* … and so many have not said so */
};

#endif
