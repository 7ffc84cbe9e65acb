#include "proto/clock.h"
#include "proto/log.h"
#include "supervisor/ledger.h"
#include "supervisor/run_impl.h"
#include "supervisor/run_pass.h"

/*
 * What stops a run without harm: nothing new is handed out, what is in flight
 * is committed, and then the run ends (drain) or waits (pause) with its
 * snapshot and its stages, until it may go on. There are two places where
 * something is handed out: chunks (read_assign) and deletes (finish_remove).
 */
void
pause_or_cancel(struct run *r)
{
	if (r->pausing)
		pause_reached(r);
	run_over(r,
	    r->paused || r->closing || pass_goes_on(r) ? END_PAUSED
						       : END_CANCELLED,
	    NULL);
}

void
run_drain(struct run *r)
{
	r->draining = true;
	if (r->paused || r->phase < RUN_READ)
		pause_or_cancel(r);
	else if (r->phase == RUN_READ)
		read_assign(r);
}

void
run_close(struct run *r)
{
	r->closing = !r->draining;
	run_drain(r);
}

static int
note(struct run *r, bool paused)
{
	struct err e = { 0 };
	r->paused = paused;
	if (ledger_paused(r, paused, &e) == 0)
		return 0;
	run_fail(r, &e);
	return -1;
}

void
pause_reached(struct run *r)
{
	if (r->paused || r->phase == RUN_OVER)
		return;
	log_info("paused", "chunks", log_u64(r->done), NULL);
	r->waiting_ms = clock_mono_ms();
	if (note(r, true) < 0)
		r->paused = false;
}

void
run_pause(struct run *r)
{
	r->pausing = true;
	read_assign(r);
}

void
run_resume(struct run *r)
{
	bool waited = r->paused;
	r->pausing = false;
	r->progress_ms = clock_mono_ms();
	if (waited && note(r, false) < 0)
		return;
	if (waited) {
		r->waited_ms += r->progress_ms - r->waiting_ms;
		log_info("resumed", "chunks", log_u64(r->done), NULL);
	}
	if (waited && r->phase == RUN_SWEEP)
		finish_remove(r);
	else
		read_go_on(r);
}
