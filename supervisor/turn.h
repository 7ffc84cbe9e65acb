#ifndef SUPERVISOR_TURN_H
#define SUPERVISOR_TURN_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store_turn.h"
#include "supervisor/engine.h"
#include "supervisor/night.h"

/*
 * An entity's turn, written down as it begins and as it ends, so that
 * whoever comes next, by hand or as a service, after a crash or not, neither
 * forgets nor repeats it.
 */
struct turn {
	const struct entity *entity;
	struct store_turn row;
	int64_t night; /* that began last: what completes now is as new */
};

/* Also sets when the engine has to come to rest. */
int turn_begin(struct engine *en, const struct entity *entity, struct turn *t,
    struct err *e) MUST_CHECK;
int turn_end(struct engine *en, struct turn *t,
    const struct night_result *result, struct err *e) MUST_CHECK;

#endif
