#include "proto/metric.h"
#include "proto/attr.h"
#include <stdlib.h>
#include <string.h>

const double metric_bounds[METRIC_BUCKETS] = { 0.001, 0.0025, 0.005, 0.01,
	0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60 };

const struct metric_def metric_defs[METRICS] = {
	[METRIC_ROWS] = { "syncline_rows_total", METRIC_COUNTER, true,
	    { "entity", "stage", "outcome" },
	    "Rows by the stage that decided on them: passed to the next "
	    "stage, inserted, updated, deleted, unchanged, rejected, "
	    "conflicted or pending" },
	[METRIC_BATCHES] = { "syncline_batches_total", METRIC_COUNTER, true,
	    { "stage" }, "Batches that the stage took; of extract: sent" },
	[METRIC_BYTES] = { "syncline_bytes_total", METRIC_COUNTER, true,
	    { "stage", "direction" },
	    "Bytes of batches that came in and went out" },
	[METRIC_BUSY] = { "syncline_stage_busy_seconds_total", METRIC_COUNTER,
	    true, { "stage" },
	    "Seconds that processes of the stage worked; waiting for a "
	    "database is work, waiting for the next stage is not" },
	[METRIC_QUEUE] = { "syncline_queue_depth", METRIC_GAUGE, false,
	    { "stage" },
	    "Batches that stood in front of the stage because it had no room, "
	    "on average over the last second" },
	[METRIC_BATCH_SECONDS] = { "syncline_batch_seconds", METRIC_HISTOGRAM,
	    true, { "stage" },
	    "Seconds of work on one batch; of load, the last one of a "
	    "transaction has the transaction" },
	[METRIC_RUN_DURATION] = { "syncline_run_duration_seconds", METRIC_GAUGE,
	    false, { "entity" },
	    "Seconds that the latest run took, or has taken so far" },
	[METRIC_LAST_SUCCESS] = { "syncline_run_last_success_timestamp_seconds",
	    METRIC_GAUGE, false, { "entity" },
	    "When a run last completed, with rejects or without, since the "
	    "Unix epoch; 0 is never" },
	[METRIC_REJECTS] = { "syncline_rejects", METRIC_GAUGE, false,
	    { "entity" }, "Rejected rows that are open" },
	[METRIC_PENDING] = { "syncline_pending_children", METRIC_GAUGE, false,
	    { "entity" },
	    "Rows that the last run held back because their parent is "
	    "missing" },
	[METRIC_CONFLICTS] = { "syncline_conflicts_open", METRIC_GAUGE, false,
	    { "entity" }, "Rows that the last run left in conflict" },
	[METRIC_WITHHELD] = { "syncline_deletes_withheld", METRIC_GAUGE, false,
	    { "entity" }, "Deletes that a guard withheld in the last run" },
	[METRIC_RESTARTS] = { "syncline_worker_restarts_total", METRIC_COUNTER,
	    false, { "stage" },
	    "Processes of the stage that died by themselves and were to be "
	    "started again" },
	[METRIC_WINDOW_OPEN] = { "syncline_window_open", METRIC_GAUGE, false,
	    { NULL }, "1 while runs may begin, else 0" },
	[METRIC_WINDOW_REMAINING] = { "syncline_window_remaining_seconds",
	    METRIC_GAUGE, false, { NULL },
	    "Seconds until the window closes; +Inf without a window, 0 while "
	    "it is closed" },
	[METRIC_BUILD] = { "syncline_build_info", METRIC_GAUGE, false,
	    { "version" }, "1; what runs is in the label" },
};

bool
metric_word(const char *label, const char *value)
{
	static const struct {
		const char *label, *value;
	} words[] = {
		{ "stage", "extract" },
		{ "stage", "normalize" },
		{ "stage", "identity" },
		{ "stage", "delta" },
		{ "stage", "resolver" },
		{ "stage", "load" },
		{ "outcome", "passed" },
		{ "outcome", "inserted" },
		{ "outcome", "updated" },
		{ "outcome", "deleted" },
		{ "outcome", "unchanged" },
		{ "outcome", "rejected" },
		{ "outcome", "conflicted" },
		{ "outcome", "pending" },
		{ "direction", "in" },
		{ "direction", "out" },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].label, label) == 0 &&
		    strcmp(words[i].value, value) == 0)
			return true;
	return false;
}

enum metric
metric_find(const char *name)
{
	size_t m = 0;
	while (m < METRICS && strcmp(metric_defs[m].name, name) != 0)
		m++;
	return (enum metric)m;
}

size_t
metric_ncells(enum metric m)
{
	return metric_defs[m].type == METRIC_HISTOGRAM ? METRIC_BUCKETS + 2 : 1;
}

size_t
metric_nlabels(enum metric m)
{
	size_t n = 0;
	while (n < METRIC_LABELS && metric_defs[m].labels[n])
		n++;
	return n;
}

/* FNV-1a; the values come from the pipeline file, not from an enemy. */
static uint32_t
hash_of(enum metric m, const char *const *values)
{
	uint32_t h = UINT32_C(2166136261) ^ (uint32_t)m;
	for (size_t i = 0; i < metric_nlabels(m); i++) {
		for (const char *p = values[i]; *p; p++)
			h = (h ^ (uint8_t)*p) * UINT32_C(16777619);
		h = (h ^ 0xff) * UINT32_C(16777619);
	}
	return h;
}

static bool
is(const struct metric_series *x, enum metric m, const char *const *values)
{
	if (x->metric != m)
		return false;
	for (size_t i = 0; i < metric_nlabels(m); i++)
		if (strcmp(x->values[i], values[i]) != 0)
			return false;
	return true;
}

/* Where it is or belongs; there is always a free slot. */
static uint32_t *
slot_of(const struct metric_set *s, enum metric m, const char *const *values)
{
	size_t i = hash_of(m, values) & (s->nslots - 1);
	while (s->slots[i] && !is(&s->v[s->slots[i] - 1], m, values))
		i = (i + 1) & (s->nslots - 1);
	return &s->slots[i];
}

static void
fill_slots(struct metric_set *s)
{
	free(s->slots);
	s->nslots = s->cap * 2;
	s->slots = mem_zalloc(s->nslots * sizeof(*s->slots));
	for (size_t i = 0; i < s->n; i++)
		*slot_of(s, s->v[i].metric, s->v[i].values) = (uint32_t)i + 1;
}

static void
grow(struct metric_set *s)
{
	s->cap = s->cap ? s->cap * 2 : 32;
	s->v = mem_realloc(s->v, s->cap * sizeof(*s->v));
	fill_slots(s);
}

double *
metric_cells(struct metric_set *s, enum metric m, const char *const *values)
{
	if (s->n == s->cap)
		grow(s);
	uint32_t *slot = slot_of(s, m, values);
	if (*slot)
		return s->v[*slot - 1].cells;
	size_t bytes = metric_ncells(m) * sizeof(double);
	struct metric_series *x = &s->v[s->n++];
	*x = (struct metric_series){ .metric = m,
		.cells = arena_zalloc(&s->arena, bytes),
		.told = arena_zalloc(&s->arena, bytes) };
	for (size_t i = 0; i < metric_nlabels(m); i++)
		x->values[i] = arena_strdup(&s->arena, values[i]);
	*slot = (uint32_t)s->n;
	return x->cells;
}

static const char *
value_of(const struct metric_series *x, const char *label)
{
	for (size_t i = 0; i < metric_nlabels(x->metric); i++)
		if (strcmp(metric_defs[x->metric].labels[i], label) == 0)
			return x->values[i];
	return NULL;
}

void
metric_keep(struct metric_set *s, const char *label,
    bool (*keep)(const void *arg, const char *value), const void *arg)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const char *value = value_of(&s->v[i], label);
		if (!value || keep(arg, value))
			s->v[n++] = s->v[i];
	}
	s->n = n;
	fill_slots(s);
}

void
metric_observe(double *cells, double value)
{
	size_t i = 0;
	while (i < METRIC_BUCKETS && value > metric_bounds[i])
		i++;
	cells[i]++;
	cells[METRIC_BUCKETS + 1] += value;
}

void
metric_free(struct metric_set *s)
{
	free(s->v);
	free(s->slots);
	arena_free(&s->arena);
	*s = (struct metric_set){ 0 };
}
