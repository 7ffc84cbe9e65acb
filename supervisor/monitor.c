#include "supervisor/monitor.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_facts.h"
#include "supervisor/engine.h"
#include "supervisor/targets.h"
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
	int64_t stood = clock_mono_ms() - en->monitor.turned_ms;
	return line(out, "loop",
	    stood > HEALTH_LOOP_MS ? "stood still for too long" : NULL);
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
	size_t up = 0;
	for (size_t i = 0; i < en->procs.n; i++)
		up += en->procs.all[i].state == PROC_READY;
	buf_printf(out, "stages: %zu of %zu up\n", up, en->procs.n);
	return up == en->procs.n;
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

static void
get(void *ctx, const char *path, struct http_answer *a)
{
	struct engine *en = ctx;
	if (strcmp(path, "/healthz") == 0) {
		get_health(en, false, a);
	} else if (strcmp(path, "/readyz") == 0) {
		get_health(en, true, a);
	} else if (strcmp(path, "/metrics") == 0) {
		if (en->live)
			meter_run(&en->meter, en->live, clock_mono_ms());
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
monitor_open(struct engine *en, struct err *e)
{
	const struct http_pages pages = { get, en };
	if (!en->store || !en->pipeline->metrics.port)
		return 0;
	if (meter_recall(&en->meter, en->store, NULL, e) < 0 ||
	    http_open(&en->pipeline->metrics, &pages, &en->monitor.http, e) < 0)
		return -1;
	en->monitor.listed =
	    mem_zalloc((en->procs.n + 1) * sizeof(*en->monitor.listed));
	en->monitor.stale = true; /* of a supervisor that was killed */
	en->monitor.turned_ms = clock_mono_ms();
	return 0;
}

void
monitor_close(struct engine *en)
{
	if (!en->monitor.http)
		return;
	keep_targets(en, true);
	http_close(&en->monitor.http);
	free(en->monitor.listed);
	en->monitor.listed = NULL;
}

void
monitor_turn(struct engine *en)
{
	if (!en->monitor.http)
		return;
	http_turn(en->monitor.http);
	keep_targets(en, false);
	en->monitor.turned_ms = clock_mono_ms();
}

int
monitor_fd(const struct engine *en)
{
	return en->monitor.http ? http_fd(en->monitor.http) : -1;
}

int64_t
monitor_wait_ms(const struct engine *en)
{
	return en->monitor.http ? http_wait_ms(en->monitor.http) : -1;
}
