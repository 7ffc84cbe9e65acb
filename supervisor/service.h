#ifndef SUPERVISOR_SERVICE_H
#define SUPERVISOR_SERVICE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/engine.h"
#include "supervisor/night.h"
#include <stdint.h>

/*
 * The loop of a supervisor that stays up: asks what is due, runs it, and
 * when nothing is, waits until something will be or news comes (a signal, a
 * guest of the engine, a clock that was set). It knows nothing of windows
 * and schedules: whoever does answers its questions.
 */
#define SERVICE_OVER     INT64_MIN /* nothing ever will: the service ends */
#define SERVICE_FOR_EVER INT64_MAX /* nothing will, until news comes */

struct service_work {
	/* A SIGHUP came; may be NULL. */
	int (*reload)(void *arg, struct err *e);
	/* What is due at now (wall clock, microseconds), or NULL; *until is
	 * then when something will be. Asked again after every wait. */
	int (*next)(void *arg, int64_t now, const struct entity **entity,
	    int64_t *until, struct err *e);
	/* An entity had its turn. */
	int (*done)(
	    void *arg, const struct night_result *result, struct err *e);
	/* Before every wait that is no turn of a run; may be NULL. */
	void (*waiting)(void *arg, int64_t until);
	void *arg;
};

/* Until nothing will be due, or somebody tells the engine to stop. */
int service_run(struct engine *en, const struct service_work *work,
    struct err *e) MUST_CHECK;

#endif
