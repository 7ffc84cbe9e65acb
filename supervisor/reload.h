#ifndef SUPERVISOR_RELOAD_H
#define SUPERVISOR_RELOAD_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "supervisor/engine.h"

/*
 * The pipeline file once more, for a service that goes on. 1 and *fresh if it
 * says something else now, with what in the log; 0 if it does not; -1, saying
 * why, if it cannot be used: then the old one holds.
 */
int reload_read(const struct pipeline *old, struct pipeline **fresh,
    struct err *e) MUST_CHECK;

/* Says that a new one cannot be used. */
void reload_refused(const struct err *why);

/* What fresh needs and may not get: a copy for the stages, and another address
 * for the metrics. -1, saying why in the log: then the old one holds. */
struct reload {
	char *copy;
	uint64_t hash;
	bool moves;        /* to another address … */
	struct http *http; /* … which is this, or NULL: there are no metrics */
};
int reload_prepare(struct engine *en, const struct pipeline *fresh,
    struct reload *r) MUST_CHECK;

/* Between two runs: ends the stages; the next run starts those of fresh, which
 * has to live as long as the engine now. Takes what r has. */
void reload_engine(
    struct engine *en, const struct pipeline *fresh, struct reload *r);

#endif
