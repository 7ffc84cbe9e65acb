#include "supervisor/meter.h"
#include "proto/clock.h"
#include "proto/metric_wire.h"
#include "proto/store_facts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whoever waits says so every second; who is silent for longer does not. */
enum { WAIT_FRESH_MS = 3000 };

#define CELL(m, which, ...)                                                    \
	metric_cells(&(m)->set, (which), (const char *const[]){ __VA_ARGS__ })

/* What is not there yet is 0, so that its growth can be seen. */
static void
begin_entities(struct meter *m)
{
	static const enum metric gauges[] = { METRIC_LAST_SUCCESS,
		METRIC_REJECTS, METRIC_PENDING, METRIC_CONFLICTS,
		METRIC_WITHHELD };
	for (size_t i = 0; i < m->pipeline->nentities; i++)
		for (size_t j = 0; j < ARRAY_LEN(gauges); j++)
			*CELL(m, gauges[j], m->pipeline->entities[i].name) = 0;
}

static void
take_shape(struct meter *m, const struct pipeline *p, size_t nprocs)
{
	m->pipeline = p;
	m->nprocs = nprocs;
	m->waits = mem_zalloc((nprocs + 1) * sizeof(*m->waits));
	m->unreached = mem_zalloc(p->nentities + 1);
	begin_entities(m);
}

void
meter_init(struct meter *m, const struct pipeline *p, size_t nprocs)
{
	*m = (struct meter){ 0 };
	take_shape(m, p, nprocs);
	*CELL(m, METRIC_BUILD, SYNCLINE_VERSION) = 1;
	meter_window(m, true, INFINITY);
	for (int k = 0; k < PROC_KINDS; k++)
		*CELL(m, METRIC_RESTARTS, proc_kind_name((enum proc_kind)k)) =
		    0;
}

static bool
known(const void *pipeline, const char *entity)
{
	return pipeline_entity(pipeline, entity) != NULL;
}

void
meter_reload(struct meter *m, const struct pipeline *p, size_t nprocs)
{
	const struct pipeline *was = m->pipeline;
	bool *unreached = m->unreached;
	free(m->waits);
	metric_keep(&m->set, "entity", known, p);
	take_shape(m, p, nprocs);
	for (size_t i = 0; i < p->nentities; i++) {
		const struct entity *old =
		    pipeline_entity(was, p->entities[i].name);
		m->unreached[i] = old && unreached[old - was->entities];
	}
	free(unreached);
}

void
meter_free(struct meter *m)
{
	metric_free(&m->set);
	free(m->waits);
	free(m->unreached);
	*m = (struct meter){ 0 };
}

/* --- what the store knows --------------------------------------------------
 */

static void
take_facts(struct meter *m, const struct store_facts *f)
{
	/* One that is no longer in the file is nobody's concern. */
	if (!pipeline_entity(m->pipeline, f->entity))
		return;
	*CELL(m, METRIC_LAST_SUCCESS, f->entity) = (double)f->success_at / 1e6;
	*CELL(m, METRIC_REJECTS, f->entity) = (double)f->rejects;
	*CELL(m, METRIC_PENDING, f->entity) = (double)f->pending;
	*CELL(m, METRIC_CONFLICTS, f->entity) = (double)f->conflicted;
	*CELL(m, METRIC_WITHHELD, f->entity) = (double)f->withheld;
	*CELL(m, METRIC_RUN_DURATION, f->entity) = (double)f->duration / 1e6;
}

int
meter_recall(
    struct meter *m, struct store *s, const char *entity, struct err *e)
{
	struct arena a = { 0 };
	struct store_facts *facts;
	size_t n = 0;
	int r = store_facts_get(s, entity, &a, &facts, &n, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		take_facts(m, &facts[i]);
	arena_free(&a);
	return r;
}

/* --- what stages say -------------------------------------------------------
 */

/* Labels stay as few as they are only if nobody invents any. */
static bool
label_allowed(const struct meter *m, const char *stage, const char *label,
    const char *value)
{
	if (strcmp(label, "entity") == 0)
		return pipeline_entity(m->pipeline, value) != NULL;
	if (strcmp(label, "stage") == 0)
		return strcmp(value, stage) == 0;
	return metric_word(label, value);
}

static bool
allowed(const struct meter *m, const char *stage, const struct metric_growth *g)
{
	const char *const *labels = metric_defs[g->metric].labels;
	for (size_t i = 0; i < metric_nlabels(g->metric); i++)
		if (!label_allowed(m, stage, labels[i], g->values[i]))
			return false;
	return true;
}

static void
add(struct meter *m, const struct metric_growth *g)
{
	double *cells = metric_cells(&m->set, g->metric, g->values);
	for (size_t i = 0; i < metric_ncells(g->metric); i++)
		cells[i] += g->cells[i];
}

int
meter_report(struct meter *m, const struct procs *ps, const struct proc *p,
    const struct message *report, struct err *e)
{
	struct arena a = { 0 };
	struct metric_growth *g;
	size_t n, i = 0;
	const char *stage = proc_kind_name(p->kind);
	int r = metric_wire_decode(report->body, &a, &g, &n, e);
	while (r == 0 && i < n && allowed(m, stage, &g[i]))
		i++;
	if (r == 0 && i < n)
		r = err_data(e, "bad_metrics", "%s reports %s of others",
		    p->name, metric_defs[g[i].metric].name);
	for (i = 0; r == 0 && i < n; i++)
		add(m, &g[i]);
	arena_free(&a);
	if (r == 0)
		m->waits[p - ps->all] =
		    (struct meter_wait){ (double)report->held / 1000,
			    clock_mono_ms() };
	return r;
}

void
meter_died(struct meter *m, const struct procs *ps, const struct proc *p)
{
	++*CELL(m, METRIC_RESTARTS, proc_kind_name(p->kind));
	m->waits[p - ps->all] = (struct meter_wait){ 0 };
}

/* --- its own ---------------------------------------------------------------
 */

void
meter_run(struct meter *m, const struct run *r, int64_t now_ms)
{
	*CELL(m, METRIC_RUN_DURATION, r->entity->name) =
	    (double)(now_ms - r->started_ms) / 1000;
}

void
meter_run_ended(struct meter *m, const struct run *r, bool unreached)
{
	meter_run(m, r, clock_mono_ms());
	m->unreached[r->entity - m->pipeline->entities] = unreached;
	/* Nothing is on its way any more. */
	memset(m->waits, 0, m->nprocs * sizeof(*m->waits));
}

void
meter_window(struct meter *m, bool open, double remaining_seconds)
{
	*CELL(m, METRIC_WINDOW_OPEN, NULL) = open;
	*CELL(m, METRIC_WINDOW_REMAINING, NULL) = open ? remaining_seconds : 0;
}

static bool
feeds(const struct procs *ps, enum proc_kind from, enum proc_kind to)
{
	if (from == PROC_DELTA)
		return to == (ps->resolver ? PROC_RESOLVER : PROC_LOAD);
	if (from == PROC_RESOLVER && !ps->resolver)
		return false;
	return from + 1 == to;
}

double
meter_queue_depth(
    const struct meter *m, const struct procs *ps, enum proc_kind k)
{
	double sum = 0;
	int64_t now = clock_mono_ms();
	for (size_t i = 0; i < m->nprocs; i++)
		if (feeds(ps, ps->all[i].kind, k) &&
		    now - m->waits[i].at_ms < WAIT_FRESH_MS)
			sum += m->waits[i].batches;
	return sum;
}

void
meter_text(struct meter *m, const struct procs *ps, struct buf *out)
{
	for (int k = PROC_NORMALIZE; k < PROC_KINDS; k++)
		*CELL(m, METRIC_QUEUE, proc_kind_name((enum proc_kind)k)) =
		    meter_queue_depth(m, ps, (enum proc_kind)k);
	metric_text(&m->set, out);
}
