#ifndef SUPERVISOR_AGENDA_H
#define SUPERVISOR_AGENDA_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include "supervisor/due.h"
#include "supervisor/window.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the service has to do: every entity of the pipeline, when it is due,
 * and whose turn it is. Of those that are due parents come first, then by
 * priority, then as they stand in the file; nobody has a second turn while
 * others wait for their first.
 */
struct agenda {
	struct store *store;   /* borrowed */
	struct window *window; /* borrowed */
	/* True for who is to wait however due it is; may be NULL. */
	bool (*held)(void *arg, const struct entity *entity);
	void *held_arg;
	bool scheduled; /* there is a window, an every or a cron */
	uint64_t round;
	size_t n;
	struct agenda_entry {
		struct due_facts facts;
		uint64_t round; /* of its last turn */
	} * entries;            /* in the order of work */
};

/* Reads the turns from the store; who is new is known from now on. */
int agenda_open(struct agenda *a, const struct pipeline *p,
    struct window *window, struct store *store, struct err *e) MUST_CHECK;
/* The same for another pipeline and window, in mid-life. */
int agenda_reopen(struct agenda *a, const struct pipeline *p,
    struct window *window, struct err *e) MUST_CHECK;
void agenda_free(struct agenda *a);

/* Whose turn it is at now; or NULL, and when to ask again: SERVICE_OVER if
 * nothing will ever be due. Whoever is held is passed over. */
const struct entity *agenda_next(struct agenda *a, int64_t now, int64_t *until);

/* The entity had its turn. */
int agenda_done(
    struct agenda *a, const struct entity *entity, struct err *e) MUST_CHECK;

/* How many have not had a turn in the life of this service. */
size_t agenda_waiting(const struct agenda *a);

#endif
