#ifndef SUPERVISOR_HELM_H
#define SUPERVISOR_HELM_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store_pause.h"
#include "supervisor/control.h"
#include "supervisor/engine.h"
#include "supervisor/order.h"
#include "supervisor/service.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * People at a running service: what they hold back, what they want at once,
 * and what they are told. It stands between the service's loop and whoever
 * knows when things are due: an order to run comes before the schedule, and
 * what is held back is not run at all.
 */
struct helm {
	struct engine *engine;
	struct control *control;
	const struct service_work *inner; /* who knows what is due */
	struct service_work work;         /* what the loop asks instead */
	struct arena arena;               /* of pauses */
	struct store_pauses pauses;       /* as the store has them */
	const struct entity **queue;      /* to be run at once, in order */
	size_t nqueue;
	const struct entity *ordered; /* has its turn because of an order */
	int64_t since;                /* wall clock */
	int64_t until;       /* the loop waits until then; 0: it does not */
	const char *because; /* why; NULL: nothing is due before */
};

/* Opens the control socket and becomes a guest of the engine. What the service
 * before this one was ordered and did not do is still to be done. */
int helm_open(struct helm *h, struct engine *en,
    const struct service_work *inner, struct err *e) MUST_CHECK;
void helm_close(struct helm *h);

/* Entities are those of another pipeline now; orders for those that are gone
 * go with them. */
void helm_reload(struct helm *h, const struct pipeline *fresh);

/* Who holds it back, the service as a whole included; or NULL. */
const struct store_pause *helm_pause(
    const struct helm *h, const struct entity *entity);
const struct store_pause *helm_pause_all(const struct helm *h);

/* What the service is doing; the caller owns it. helm_status.c */
struct json_t *helm_status(const struct helm *h);

/* One order of a client. helm_orders.c */
control_handler helm_order;

/* These (none: all) are to be run at once, once each. */
int helm_enqueue(
    struct helm *h, struct order_names names, struct err *e) MUST_CHECK;

/* After the store's pauses changed: a live run pauses or goes on. */
int helm_read_pauses(struct helm *h, struct err *e) MUST_CHECK;
void helm_apply_pauses(struct helm *h);

#endif
