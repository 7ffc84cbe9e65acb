#ifndef PROTO_METRIC_WIRE_H
#define PROTO_METRIC_WIRE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/metric.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a stage counted since it last told the supervisor: MSG_METRICS' body
 * (proto/README.md, "metrics"). Only what grew travels, as what it grew by,
 * so the supervisor adds, and a stage that is started again, and counts from
 * zero, takes nothing back.
 */

/* One series of a report. */
struct metric_growth {
	enum metric metric;
	const char *values[METRIC_LABELS];
	const double *cells; /* metric_ncells, none below 0 */
};

/* Anything that was not told yet? */
bool metric_wire_due(const struct metric_set *s);

/* Appends a report and takes it as told. At most LIMIT_METRIC_SERIES series:
 * what is left stays due. */
void metric_wire_encode(struct metric_set *s, struct buf *out);

/* All of a report, in a. Unknown names, gauges, numbers that are negative or
 * none, and trailing bytes are ERR_DATA bad_metrics. */
int metric_wire_decode(struct span in, struct arena *a,
    struct metric_growth **out, size_t *n, struct err *e) MUST_CHECK;

#endif
