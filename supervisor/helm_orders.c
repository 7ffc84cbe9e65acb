/* What a client may order, and what comes of it; the rest of helm.h. */
#include "proto/log.h"
#include "proto/nearest.h"
#include "proto/store_entity.h"
#include "proto/store_order.h"
#include "proto/store_run.h"
#include "supervisor/actor.h"
#include "supervisor/approval.h"
#include "supervisor/helm.h"
#include "supervisor/order.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct ordering {
	struct helm *h;
	const struct control_request *q;
	char actor[ACTOR_BYTES];
	struct approval_words words; /* for the audit, for the reply */
	size_t changed;              /* pauses */
};

enum role { ROLE_READS, ROLE_CHANGES };

/* record writes to the store, in one transaction with the audit entry; apply
 * follows once that is on disk, and cannot fail. Either may be NULL. */
struct order {
	enum role role;
	bool entities, run; /* what it may name */
	const char *audit;
	int (*record)(struct ordering *o, struct err *e);
	void (*apply)(struct ordering *o);
};

/* --- which entities ------------------------------------------------------- */

static int
unknown(const struct pipeline *p, const char *name, struct err *e)
{
	struct nearest near = { .name = name };
	for (size_t i = 0; i < p->nentities; i++)
		nearest_offer(&near, p->entities[i].name);
	return err_config(e, "no_entity",
	    "the pipeline file that synclined runs has no entity \"%.60s\"%s%s",
	    name, near.best ? ": did you mean " : "",
	    near.best ? near.best : "");
}

static int
check_names(const struct ordering *o, struct err *e)
{
	const struct pipeline *p = o->h->engine->pipeline;
	for (size_t i = 0; i < o->q->nentities; i++)
		if (!pipeline_entity(p, o->q->entities[i]))
			return unknown(p, o->q->entities[i], e);
	return 0;
}

static void
put_names(const struct control_request *q, const char *none, struct buf *out)
{
	for (size_t i = 0; i < q->nentities; i++)
		buf_printf(out, "%s%s", i ? ", " : "", q->entities[i]);
	if (!q->nentities)
		buf_puts(out, none);
}

/* --- run ------------------------------------------------------------------ */

/* Whoever orders what somebody holds back has to settle that first. */
static int
check_not_held(const struct ordering *o, struct err *e)
{
	const struct helm *h = o->h;
	const struct store_pause *p = helm_pause_all(h);
	for (size_t i = 0; !p && i < o->q->nentities; i++)
		p = helm_pause(
		    h, pipeline_entity(h->engine->pipeline, o->q->entities[i]));
	if (!p)
		return 0;
	return err_config(e, "paused",
	    "%s is paused, by %s: 'syncline resume%s%s' first",
	    *p->entity ? p->entity : "the service", p->actor,
	    *p->entity ? " " : "", p->entity);
}

static struct order_names
names(const struct ordering *o)
{
	return (struct order_names){ o->q->entities, o->q->nentities };
}

static int
keep_order(const struct ordering *o, struct err *e)
{
	const struct helm *h = o->h;
	const struct pipeline *p = h->engine->pipeline;
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < p->nentities; i++)
		if (order_wants(names(o), &p->entities[i]))
			rc = store_order_add(
			    h->engine->store, p->entities[i].name, e);
	return rc < 0 ? -1 : 0;
}

static int
record_run(struct ordering *o, struct err *e)
{
	if (check_names(o, e) < 0 || check_not_held(o, e) < 0 ||
	    keep_order(o, e) < 0)
		return -1;
	buf_puts(&o->words.detail, "whatever the window says: ");
	put_names(o->q, "all entities", &o->words.detail);
	return 0;
}

static void
apply_run(struct ordering *o)
{
	struct err e = { 0 };
	if (helm_enqueue(o->h, names(o), &e) < 0)
		log_err(LOG_LEVEL_ERROR, "the order was not carried out", &e);
	put_names(o->q, "all entities", &o->words.text);
	buf_puts(&o->words.text,
	    ": to be run now, whatever the window says; 'syncline status "
	    "--watch' shows it");
}

/* --- pause, resume -------------------------------------------------------- */

static int
each_pause(struct ordering *o, const char *entity, struct err *e)
{
	struct store *s = o->h->engine->store;
	int rc = o->q->order == CONTROL_PAUSE
		     ? store_pause_set(s, entity, o->actor, e)
		     : store_pause_clear(s, entity, e);
	o->changed += rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
record_pause(struct ordering *o, struct err *e)
{
	bool pause = o->q->order == CONTROL_PAUSE;
	/* What is paused may have left the pipeline file since. */
	int rc = pause ? check_names(o, e) : 0;
	if (rc == 0 && !o->q->nentities)
		rc = each_pause(o, STORE_PAUSE_ALL, e);
	for (size_t i = 0; rc == 0 && i < o->q->nentities; i++)
		rc = each_pause(o, o->q->entities[i], e);
	put_names(o->q, "the service", &o->words.detail);
	if (rc == 0 && !o->changed)
		rc = check_names(o, e);
	if (rc == 0 && !o->changed)
		rc = err_config(e, pause ? "paused" : "not_paused",
		    "%s: %s paused", buf_str(&o->words.detail),
		    pause ? "already" : "not");
	return rc;
}

static void
put_others(const struct helm *h, struct buf *out)
{
	const char *sep = "; still paused: ";
	for (size_t i = 0; i < h->pauses.n; i++) {
		const char *name = h->pauses.v[i].entity;
		buf_printf(out, "%s%s", sep, *name ? name : "the service");
		sep = ", ";
	}
}

static void
apply_pause(struct ordering *o)
{
	struct err e = { 0 };
	if (helm_read_pauses(o->h, &e) < 0)
		log_err(LOG_LEVEL_ERROR, "pauses were not read", &e);
	helm_apply_pauses(o->h);
	put_names(o->q, "the service", &o->words.text);
	if (o->q->order == CONTROL_PAUSE) {
		buf_puts(&o->words.text,
		    ": paused; what is in flight is committed first");
		return;
	}
	buf_puts(&o->words.text, ": goes on");
	put_others(o->h, &o->words.text);
}

/* --- stop, cancel, approve ------------------------------------------------ */

static void
apply_stop(struct ordering *o)
{
	engine_stop(o->h->engine);
	buf_puts(
	    &o->words.text, "stopping: what is in flight is finished first");
}

static bool
means_live(const struct ordering *o)
{
	const struct run *live = o->h->engine->live;
	if (!live)
		return false;
	if (o->q->run)
		return live->id == o->q->run;
	return !o->q->nentities ||
	       strcmp(o->q->entities[0], live->entity->name) == 0;
}

static int
record_cancel(struct ordering *o, struct err *e)
{
	const struct run *live = o->h->engine->live;
	if (check_names(o, e) < 0)
		return -1;
	if (o->q->nentities > 1)
		return err_config(e, "usage", "cancel one entity at a time");
	if (!means_live(o) && o->q->run)
		return approval_cancel(
		    o->h->engine->store, o->q->run, &o->words, e);
	if (!means_live(o))
		return err_config(e, "no_live_run", "no run of %s is live",
		    o->q->nentities ? o->q->entities[0] : "any entity");
	if (live->phase >= RUN_CLOSE)
		return err_config(e, "too_late",
		    "run %" PRIu64 " of %s is all committed and about to end",
		    live->id, live->entity->name);
	buf_printf(&o->words.detail, "run %" PRIu64 " of %s", live->id,
	    live->entity->name);
	return 0;
}

static void
apply_cancel(struct ordering *o)
{
	struct run *live = o->h->engine->live;
	if (!means_live(o))
		return;
	buf_printf(&o->words.text,
	    "run %" PRIu64 " of %s is cancelled: what it committed stands, "
	    "and the next run does the rest",
	    live->id, live->entity->name);
	err_config(&live->error, "cancelled", "%s cancelled it", o->actor);
	run_cancel(live);
}

static int
record_approve(struct ordering *o, struct err *e)
{
	if (!o->q->run)
		return err_config(e, "usage", "give the number of a run");
	return approval_grant(o->h->engine->store, o->q->run, &o->words, e);
}

/* --- the one place where an order is let through -------------------------- */

static const struct order orders[] = {
	[CONTROL_STATUS] = { .role = ROLE_READS },
	[CONTROL_WATCH] = { .role = ROLE_READS },
	[CONTROL_RUN] = { .role = ROLE_CHANGES,
	    .entities = true,
	    .audit = "run --now",
	    .record = record_run,
	    .apply = apply_run },
	[CONTROL_PAUSE] = { .role = ROLE_CHANGES,
	    .entities = true,
	    .audit = "pause",
	    .record = record_pause,
	    .apply = apply_pause },
	[CONTROL_RESUME] = { .role = ROLE_CHANGES,
	    .entities = true,
	    .audit = "resume",
	    .record = record_pause,
	    .apply = apply_pause },
	[CONTROL_STOP] = { .role = ROLE_CHANGES,
	    .audit = "stop",
	    .apply = apply_stop },
	[CONTROL_CANCEL] = { .role = ROLE_CHANGES,
	    .entities = true,
	    .run = true,
	    .audit = "cancel",
	    .record = record_cancel,
	    .apply = apply_cancel },
	[CONTROL_APPROVE] = { .role = ROLE_CHANGES,
	    .run = true,
	    .audit = "approve",
	    .record = record_approve },
};
_Static_assert(ARRAY_LEN(orders) == CONTROL_ORDERS, "a row per order");

static int
admit(const struct ordering *o, const struct order *order, struct err *e)
{
	const char *name = control_order_name(o->q->order);
	if ((o->q->nentities && !order->entities) || (o->q->run && !order->run))
		return err_config(e, "bad_request",
		    "%s does not take what it was given", name);
	if (order->role == ROLE_CHANGES && o->h->engine->stop)
		return err_retry(e, "stopping",
		    "synclined is stopping and takes no more orders");
	return 0;
}

/* What is ordered and who ordered it are written down together, or neither. */
static int
record(struct ordering *o, const struct order *order, struct err *e)
{
	struct store *s = o->h->engine->store;
	if (store_begin(s, STORE_DURABLE, e) < 0)
		return -1;
	int rc = order->record ? order->record(o, e) : 0;
	const struct store_audit entry = { .actor = o->actor,
		.verb = order->audit,
		.detail = buf_str(&o->words.detail) };
	if (rc == 0 && store_audit_add(s, &entry, e) == 0)
		return store_commit(s, e);
	store_rollback(s);
	return -1;
}

static int
obey(struct ordering *o, struct err *e)
{
	const struct order *order = &orders[o->q->order];
	if (admit(o, order, e) < 0)
		return -1;
	if (order->role == ROLE_READS)
		return 0;
	if (record(o, order, e) < 0)
		return -1;
	if (order->apply)
		order->apply(o);
	log_info("an order was given", "by", o->actor, "order", order->audit,
	    "what", buf_str(&o->words.detail), NULL);
	return 0;
}

void
helm_order(void *arg, const struct control_peer *peer,
    const struct control_request *q, struct control_reply *reply)
{
	struct ordering o = { .h = arg, .q = q };
	actor_name(peer->uid, o.actor);
	reply->ok = obey(&o, &reply->error) == 0;
	if (orders[q->order].role == ROLE_READS && reply->ok)
		reply->status = helm_status(o.h);
	buf_puts(&reply->text, buf_str(&o.words.text));
	approval_words_free(&o.words);
}
