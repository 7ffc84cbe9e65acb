#ifndef SUPERVISOR_MANAGER_H
#define SUPERVISOR_MANAGER_H
#include <stdbool.h>
#include <stdint.h>

/*
 * What the service manager is told, sd_notify(3); without one, nothing is.
 * That it cannot be reached is no reason for anything: the night goes on.
 *
 * A sign of life is given by whoever turns the loop, in every turn, and by
 * nobody else: a loop that hangs is silent. Here it is only thinned out.
 */
struct manager {
	bool ready, stopping;
	int64_t alive_ms;  /* between two signs of life; 0: none is expected */
	int64_t beat_ms;   /* when the last one was given */
	int64_t extend_ms; /* when more time to stop was asked for last */
};

/* From $WATCHDOG_USEC and $WATCHDOG_PID. */
void manager_init(struct manager *m);

void manager_ready(struct manager *m);    /* the first call counts */
void manager_stopping(struct manager *m); /* likewise */
void manager_status(const char *text);
/* New configuration is being read; manager_reloaded follows, whether it was
 * taken or not. */
void manager_reloading(void);
void manager_reloaded(void);

/* The loop turned: a sign of life. draining: it would stop if it could, and
 * is making progress. */
void manager_turned(struct manager *m, bool draining);

#endif
