#ifndef PROTO_METRIC_H
#define PROTO_METRIC_H
#include "proto/arena.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is measured, and the numbers of one process. metric.c holds the one
 * table of names, types, labels and help; synclined(8) and the deployment
 * files are made from it or checked against it. Values of labels come from
 * the pipeline file and from lists in the code, never from rows, so there are
 * as many series as entities times a small number.
 *
 * metric_cells looks a series up, and makes it the first time; what it
 * returns stays where it is until metric_free. Who counts often keeps it, and
 * then counting is one addition.
 */
enum metric {
	METRIC_ROWS,
	METRIC_BATCHES,
	METRIC_BYTES,
	METRIC_BUSY,
	METRIC_QUEUE,
	METRIC_BATCH_SECONDS,
	METRIC_RUN_DURATION,
	METRIC_LAST_SUCCESS,
	METRIC_REJECTS,
	METRIC_PENDING,
	METRIC_CONFLICTS,
	METRIC_WITHHELD,
	METRIC_RESTARTS,
	METRIC_WINDOW_OPEN,
	METRIC_WINDOW_REMAINING,
	METRIC_BUILD,
	METRICS
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
enum { METRIC_LABELS = 3, METRIC_BUCKETS = 15 };

struct metric_def {
	const char *name;
	enum metric_type type;
	bool of_stages; /* counted by stages, summed up by the supervisor */
	const char *labels[METRIC_LABELS]; /* NULL after the last */
	const char *help;
};
extern const struct metric_def metric_defs[METRICS];
extern const double metric_bounds[METRIC_BUCKETS]; /* seconds, rising */

/* Whether a label that is not an entity or a version may have that value. */
bool metric_word(const char *label, const char *value);

/* By name; METRICS if there is none. */
enum metric metric_find(const char *name);

/* Numbers of a series: one; of a histogram its buckets, what is above them,
 * and the sum. */
size_t metric_ncells(enum metric m);
size_t metric_nlabels(enum metric m);

struct metric_series {
	enum metric metric;
	const char *values[METRIC_LABELS]; /* of the labels */
	double *cells;
	double *told; /* what the supervisor knows of them */
};

/* Zeroed, it is empty. */
struct metric_set {
	struct arena arena;
	struct metric_series *v; /* as they were made */
	size_t n, cap;
	uint32_t *slots; /* by hash: index + 1 */
	size_t nslots;
};

double *metric_cells(
    struct metric_set *s, enum metric m, const char *const *values);
/* One more measurement of a histogram. */
void metric_observe(double *cells, double value);
/* Forgets every series that has the label, but where keep says of its value
 * that it stays. */
void metric_keep(struct metric_set *s, const char *label,
    bool (*keep)(const void *arg, const char *value), const void *arg);
void metric_free(struct metric_set *s);

/* Prometheus' text format 0.0.4: every family once, in the table's order. */
void metric_text(const struct metric_set *s, struct buf *out);
#define METRIC_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* The table as mdoc list items, for the manual. */
void metric_mdoc(struct buf *out);

#endif
