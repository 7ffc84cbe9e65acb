/* What the service is doing, as format control/1 has it (proto/README.md). */
#include "proto/clock.h"
#include "supervisor/cli/progress.h"
#include "supervisor/helm.h"
#include <jansson.h>
#include <unistd.h>

static void
put_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_string(text));
}

static void
put_number(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void
put_time(json_t *o, const char *key, int64_t micros)
{
	char text[32];
	clock_iso(micros, text);
	if (text[0])
		put_text(o, key, text);
}

static json_t *
run_json(const struct run *r)
{
	struct progress_facts f = progress_facts(r, clock_mono_ms());
	int64_t eta_s = progress_eta_s(&f);
	json_t *o = json_object();
	put_text(o, "entity", f.entity);
	put_number(o, "run", r->id);
	put_text(o, "state",
	    r->paused     ? "paused"
	    : r->pausing  ? "pausing"
	    : r->draining ? "stopping"
			  : "running");
	put_text(o, "phase", f.phase);
	put_number(o, "rows", f.rows);
	put_number(o, "estimate", f.estimate);
	put_number(o, "changes", f.changes);
	put_number(o, "chunks", f.chunks);
	put_number(o, "chunks_done", f.done);
	put_number(o, "elapsed_ms", (uint64_t)f.elapsed_ms);
	json_object_set_new(o, "reading", json_boolean(f.reading));
	put_number(o, "rows_per_second", (uint64_t)progress_rate(&f));
	json_object_set_new(
	    o, "eta_seconds", eta_s < 0 ? json_null() : json_integer(eta_s));
	return o;
}

static json_t *
pauses_json(const struct store_pauses *p)
{
	json_t *all = json_array();
	for (size_t i = 0; i < p->n; i++) {
		json_t *o = json_object();
		put_text(o, "entity", p->v[i].entity);
		put_text(o, "by", p->v[i].actor);
		put_time(o, "at", p->v[i].at);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *
queue_json(const struct helm *h)
{
	json_t *all = json_array();
	for (size_t i = 0; i < h->nqueue; i++)
		json_array_append_new(all, json_string(h->queue[i]->name));
	return all;
}

static const char *
doing(const struct helm *h)
{
	if (h->engine->stop)
		return "stopping";
	if (helm_pause_all(h))
		return "paused";
	return h->engine->live ? "working" : "waiting";
}

static void
put_waiting(const struct helm *h, json_t *o)
{
	const struct store_pause *all = helm_pause_all(h);
	if (all) {
		put_text(o, "paused_by", all->actor);
		put_time(o, "paused_at", all->at);
	}
	if (h->engine->live || !h->until)
		return;
	if (h->until != SERVICE_FOR_EVER)
		put_time(o, "waiting_until", h->until);
	const char *because = h->pauses.n ? "nothing is due but what is paused"
					  : "nothing is due";
	if (all || h->because)
		because = all ? "the service is paused" : h->because;
	put_text(o, "waiting_because", because);
}

struct json_t *
helm_status(const struct helm *h)
{
	json_t *o = json_object();
	put_number(o, "pid", (uint64_t)getpid());
	put_time(o, "since", h->since);
	put_text(o, "state", doing(h));
	put_waiting(h, o);
	if (h->engine->live)
		json_object_set_new(o, "run", run_json(h->engine->live));
	json_object_set_new(o, "pauses", pauses_json(&h->pauses));
	json_object_set_new(o, "ordered", queue_json(h));
	return o;
}
