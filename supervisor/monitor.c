#include "supervisor/monitor.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_facts.h"
#include "supervisor/engine.h"
#include "supervisor/exit_code.h"
#include "supervisor/targets.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what is well, and what is not -----------------------------------------
 */

/* One line: "loop: good". False if it is not. */
static bool
line(struct buf *out, const char *what, const char *trouble)
{
	buf_printf(out, "%s: %s\n", what, trouble ? trouble : "good");
	return !trouble;
}

static bool
loop_line(const struct engine *en, struct buf *out)
{
	const struct monitor *m = &en->monitor;
	int64_t now = clock_mono_ms() - m->awake_ms;
	bool slow = now > HEALTH_LOOP_MS || m->turn_ms > HEALTH_LOOP_MS;
	return line(out, "loop", slow ? "stood still for too long" : NULL);
}

/* Asked too often it would be a load of its own. The words of an error may
 * name paths; its code does not. */
static bool
store_line(struct engine *en, struct buf *out)
{
	struct monitor *m = &en->monitor;
	int64_t now = clock_mono_ms();
	if (m->store_ms == 0 || now - m->store_ms >= HEALTH_STORE_MS) {
		m->store_ms = now;
		err_clear(&m->store);
		if (store_facts_writable(en->store, &m->store) < 0)
			log_err(LOG_LEVEL_WARN, "the store takes no writes",
			    &m->store);
	}
	bool good = m->store.cls == ERR_NONE;
	return line(out, "store", good ? NULL : m->store.code);
}

static bool
stages_line(const struct engine *en, struct buf *out)
{
	size_t up = 0, all = 0;
	for (size_t i = 0; i < en->procs.n; i++) {
		const struct proc *p = &en->procs.all[i];
		bool counts = p->instance < procs_count(&en->procs, p->kind);
		all += counts;
		up += counts && p->state == PROC_READY;
	}
	buf_printf(out, "stages: %zu of %zu up%s\n", up, all,
	    en->live ? "" : ", no run needs them");
	return !en->live || up == all;
}

static bool
entity_lines(const struct engine *en, struct buf *out)
{
	bool good = true;
	for (size_t i = 0; i < en->pipeline->nentities; i++)
		if (en->meter.unreached[i])
			good = line(out, en->pipeline->entities[i].name,
			    "source, target or store was not reached");
	return good;
}

static void
get_health(struct engine *en, bool ready, struct http_answer *a)
{
	bool good = loop_line(en, &a->body);
	good = store_line(en, &a->body) && good;
	if (ready) {
		good = stages_line(en, &a->body) && good;
		good = entity_lines(en, &a->body) && good;
	}
	a->status = good ? 200 : 503;
}

/* What is true now, and was not told by anybody. */
static void
look(struct engine *en)
{
	if (en->live)
		meter_run(&en->meter, en->live, clock_mono_ms());
	if (!en->window)
		return;
	int64_t now = clock_wall_micros();
	struct window_state s = window_at(en->window, now);
	double left = s.closes == WINDOW_NEVER ? INFINITY
					       : (double)(s.closes - now) / 1e6;
	meter_window(&en->meter, s.open, left);
}

static void
get(void *ctx, const char *path, struct http_answer *a)
{
	struct engine *en = ctx;
	if (strcmp(path, "/healthz") == 0) {
		get_health(en, false, a);
	} else if (strcmp(path, "/readyz") == 0) {
		get_health(en, true, a);
	} else if (strcmp(path, "/metrics") == 0) {
		look(en);
		meter_text(&en->meter, &en->procs, &a->body);
		a->type = METRIC_TEXT_TYPE;
		a->status = 200;
	}
}

/* --- where the stages are --------------------------------------------------
 */

static void
keep_targets(struct engine *en, bool none)
{
	struct monitor *m = &en->monitor;
	struct err e = { 0 };
	bool changed = m->stale;
	for (size_t i = 0; i < en->procs.n; i++) {
		bool up = !none && en->procs.all[i].state == PROC_READY;
		changed = changed || up != m->listed[i];
		m->listed[i] = up;
	}
	if (!changed)
		return;
	bool failed =
	    targets_write(en->pipeline, &en->procs, m->listed, &e) < 0;
	if (failed && !m->stale)
		log_err(LOG_LEVEL_WARN, "metrics_targets not written", &e);
	m->stale = failed;
}

/* --- its place in the loop -------------------------------------------------
 */

int
monitor_listen(struct engine *en, const struct pipeline *p, struct http **out,
    struct err *e)
{
	const struct http_pages pages = { get, en };
	*out = NULL;
	return en->store && p->metrics.port
		   ? http_open(&p->metrics, &pages, out, e)
		   : 0;
}

int
monitor_begin(struct engine *en, struct http *http, struct err *e)
{
	en->monitor.http = http;
	if (!http)
		return 0;
	en->monitor.listed =
	    mem_zalloc((en->procs.n + 1) * sizeof(*en->monitor.listed));
	en->monitor.stale = true; /* of a supervisor that was killed */
	en->monitor.awake_ms = clock_mono_ms();
	return meter_recall(&en->meter, en->store, NULL, e);
}

int
monitor_open(struct engine *en, struct err *e)
{
	struct http *http;
	return monitor_listen(en, en->pipeline, &http, e) < 0 ||
		       monitor_begin(en, http, e) < 0
		   ? -1
		   : 0;
}

void
monitor_rest(struct engine *en)
{
	if (!en->monitor.http)
		return;
	keep_targets(en, true);
	free(en->monitor.listed);
	en->monitor.listed = NULL;
}

void
monitor_close(struct engine *en)
{
	monitor_rest(en);
	http_close(&en->monitor.http);
}

size_t
monitor_wait(struct engine *en, struct sock_item *item, int64_t *wait_ms)
{
	struct monitor *m = &en->monitor;
	if (!m->http)
		return 0;
	keep_targets(en, false);
	m->turn_ms = clock_mono_ms() - m->awake_ms;
	int64_t due = http_wait_ms(m->http);
	if (due >= 0 && (*wait_ms < 0 || due < *wait_ms))
		*wait_ms = due;
	*item = (struct sock_item){ .fd = http_fd(m->http) };
	return 1;
}

void
monitor_wake(struct engine *en)
{
	if (en->monitor.http)
		en->monitor.awake_ms = clock_mono_ms();
}

void
monitor_turn(struct engine *en)
{
	if (!en->monitor.http)
		return;
	http_turn(en->monitor.http);
}

/* --- what is counted -------------------------------------------------------
 */

/* Numbers are no progress: a stage that waits goes on telling them. */
void
monitor_report(struct engine *en, const struct proc *p, const struct message *m)
{
	struct err e = { 0 };
	if (meter_report(&en->meter, &en->procs, p, m, &e) < 0)
		log_err(LOG_LEVEL_WARN, "dropped a report", &e);
}

/* A run that could not be counted is none the worse for it. */
void
monitor_run_ended(struct engine *en, const struct run *r)
{
	struct err e = { 0 };
	bool failed = r->end == END_FAILED || r->end == END_ABANDONED;
	meter_run_ended(&en->meter, r,
	    failed && exit_code_of(&r->error) == EXIT_UNREACHABLE);
	if (en->monitor.http &&
	    meter_recall(&en->meter, en->store, r->entity->name, &e) < 0)
		log_err(LOG_LEVEL_WARN, "metrics are out of date", &e);
}
