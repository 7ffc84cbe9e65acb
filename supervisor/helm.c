#include "supervisor/helm.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_order.h"
#include "supervisor/exit_code.h"
#include <stdlib.h>
#include <string.h>

static const struct store_pause *
find_pause(const struct helm *h, const char *name)
{
	for (size_t i = 0; i < h->pauses.n; i++)
		if (strcmp(h->pauses.v[i].entity, name) == 0)
			return &h->pauses.v[i];
	return NULL;
}

const struct store_pause *
helm_pause_all(const struct helm *h)
{
	return find_pause(h, STORE_PAUSE_ALL);
}

const struct store_pause *
helm_pause(const struct helm *h, const struct entity *entity)
{
	const struct store_pause *all = helm_pause_all(h);
	return all ? all : find_pause(h, entity->name);
}

static bool
held(void *arg, const struct entity *entity)
{
	return helm_pause(arg, entity) != NULL;
}

int
helm_read_pauses(struct helm *h, struct err *e)
{
	struct arena a = { 0 };
	struct store_pauses now = { 0 };
	if (store_pause_list(h->engine->store, &a, &now, e) < 0) {
		arena_free(&a);
		return -1;
	}
	arena_free(&h->arena);
	h->arena = a;
	h->pauses = now;
	return 0;
}

void
helm_apply_pauses(struct helm *h)
{
	struct run *r = h->engine->live;
	if (!r)
		return;
	bool wait = helm_pause(h, r->entity) != NULL;
	if (wait && !r->pausing)
		run_pause(r);
	else if (!wait && r->pausing)
		run_resume(r);
}

/* --- between the loop and the schedule ------------------------------------ */

/* The next one that was ordered and is not held back; it leaves the queue. */
static const struct entity *
ordered(struct helm *h)
{
	for (size_t i = 0; i < h->nqueue; i++) {
		const struct entity *entity = h->queue[i];
		if (helm_pause(h, entity))
			continue;
		memmove(&h->queue[i], &h->queue[i + 1],
		    (h->nqueue - i - 1) * sizeof(*h->queue));
		h->nqueue--;
		return entity;
	}
	return NULL;
}

static int
next(void *arg, int64_t now, const struct entity **entity, int64_t *until,
    struct err *e)
{
	struct helm *h = arg;
	h->until = 0;
	h->because = NULL;
	*entity = h->ordered = ordered(h);
	h->engine->override = *entity != NULL;
	if (*entity)
		return 0;
	if (helm_pause_all(h)) {
		*until = SERVICE_FOR_EVER;
		return 0;
	}
	return h->inner->next(h->inner->arg, now, entity, until, e);
}

static int
reload(void *arg, struct err *e)
{
	struct helm *h = arg;
	return h->inner->reload ? h->inner->reload(h->inner->arg, e) : 0;
}

static bool
is_queued(const struct helm *h, const struct entity *entity)
{
	for (size_t i = 0; i < h->nqueue; i++)
		if (h->queue[i] == entity)
			return true;
	return false;
}

/* What a stop cut off is for the next service, and what was ordered again
 * meanwhile is still to come. */
static int
carried_out(struct helm *h, const struct night_result *x, struct err *e)
{
	bool whole = x->code == EXIT_CLEAN || x->code == EXIT_REJECTS;
	bool cut_off = h->engine->stop && !whole;
	if (h->ordered != x->entity || cut_off || is_queued(h, x->entity))
		return 0;
	return store_order_drop(h->engine->store, x->entity->name, e);
}

static int
done(void *arg, const struct night_result *x, struct err *e)
{
	struct helm *h = arg;
	h->engine->override = false;
	if (carried_out(h, x, e) < 0)
		return -1;
	return h->inner->done(h->inner->arg, x, e);
}

static void
waiting(void *arg, int64_t until)
{
	struct helm *h = arg;
	h->until = until;
	if (h->inner->waiting)
		h->inner->waiting(h->inner->arg, until);
}

int
helm_enqueue(struct helm *h, struct order_names names, struct err *e)
{
	const struct pipeline *p = h->engine->pipeline;
	const struct entity **order =
	    mem_zalloc((p->nentities + 1) * sizeof(*order));
	size_t n = 0;
	int rc = order_entities(p, names, order, &n, e);
	for (size_t i = 0; i < n; i++)
		if (!is_queued(h, order[i]))
			h->queue[h->nqueue++] = order[i];
	free(order);
	return rc;
}

static int
recall_orders(struct helm *h, struct err *e)
{
	struct store *s = h->engine->store;
	struct arena a = { 0 };
	struct store_orders was;
	size_t known = 0;
	int rc = store_order_list(s, &a, &was, e);
	for (size_t i = 0; rc == 0 && i < was.n; i++)
		if (pipeline_entity(h->engine->pipeline, was.v[i]))
			was.v[known++] = was.v[i];
		else if (store_order_drop(s, was.v[i], e) < 0)
			rc = -1;
	if (rc == 0 && known)
		rc = helm_enqueue(h, (struct order_names){ was.v, known }, e);
	arena_free(&a);
	return rc;
}

/* --- as a guest ----------------------------------------------------------- */

static void
serve(void *arg)
{
	struct helm *h = arg;
	control_serve(h->control);
}

int
helm_open(struct helm *h, struct engine *en, const struct service_work *inner,
    struct err *e)
{
	size_t n = en->pipeline->nentities;
	*h = (struct helm){ .engine = en,
		.inner = inner,
		.since = clock_wall_micros(),
		.queue = mem_zalloc((n + 1) * sizeof(*h->queue)) };
	h->work = (struct service_work){ .reload = reload,
		.next = next,
		.done = done,
		.waiting = waiting,
		.arg = h };
	if (helm_read_pauses(h, e) < 0 || recall_orders(h, e) < 0 ||
	    control_open(
		en->pipeline->store_dir, helm_order, h, &h->control, e) < 0)
		return -1;
	const struct engine_guest guest = {
		.fd = control_fd(h->control), .ready = serve, .arg = h
	};
	en->held = held;
	en->held_arg = h;
	return engine_invite(en, &guest, e);
}

void
helm_reload(struct helm *h, const struct pipeline *fresh)
{
	const struct entity **queue =
	    mem_zalloc((fresh->nentities + 1) * sizeof(*queue));
	size_t n = 0;
	for (size_t i = 0; i < h->nqueue; i++) {
		queue[n] = pipeline_entity(fresh, h->queue[i]->name);
		n += queue[n] != NULL;
	}
	free(h->queue);
	h->queue = queue;
	h->nqueue = n;
}

void
helm_close(struct helm *h)
{
	if (!h->engine)
		return;
	engine_dismiss(h->engine, h);
	h->engine->held = NULL;
	control_close(&h->control);
	arena_free(&h->arena);
	free(h->queue);
}
