#ifndef SUPERVISOR_TARGETS_H
#define SUPERVISOR_TARGETS_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "supervisor/proc.h"
#include <stdbool.h>

/*
 * Where the stages serve their metrics. A worker's port is that of `metrics:`
 * plus one plus its slot: extract first, then the others as the rows flow,
 * each by instance. So it is the same on every start with the same workers.
 */
unsigned targets_offset(const struct procs *ps, const struct proc *p);

/* The file metrics_targets as Prometheus' file_sd_configs read it, with the
 * slots that are listed. Readers see the old one or the new one. Others may
 * read it, unless its folder says no. */
int targets_write(const struct pipeline *p, const struct procs *ps,
    const bool *listed, struct err *e) MUST_CHECK;

#endif
