#ifndef SUPERVISOR_FORECAST_H
#define SUPERVISOR_FORECAST_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include "proto/store_pace.h"
#include "proto/store_turn.h"
#include "supervisor/due.h"
#include "supervisor/window.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The window is a budget: when each entity will have had its next turn, going
 * by what its runs took so far, one after the other in the order of work; and
 * what the nights so far were not enough for. Times are as the window's, 0 is
 * none.
 */
struct forecast {
	const struct entity *entity;
	int64_t completed; /* when the last turn that brought it up to date
			    * began: the target is as the source was then */
	bool stale;        /* a night or a turn since then did not */
	int64_t stale_since;
	uint64_t rows_per_second;
	int64_t takes;    /* about; 0: nothing to go by */
	int64_t begins;   /* its next turn */
	int64_t finishes; /* where takes is known */
	bool late;        /* not before the window closes */
};

/* What is known of an entity at now; the turn is in f. */
struct forecast forecast_one(const struct window *w, const struct due_facts *f,
    const struct store_pace *pace, int64_t now);

/* Puts them one behind the other: as they are due, then as they stand. */
void forecast_line_up(const struct window *w, struct forecast *v, size_t n);

/* The same from the store, of all entities, in the order of work; v has room
 * for them. */
int forecast_read(const struct pipeline *p, struct store *s,
    const struct window *w, int64_t now, struct forecast *v,
    struct err *e) MUST_CHECK;

#endif
