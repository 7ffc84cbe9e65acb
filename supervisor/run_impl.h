#ifndef SUPERVISOR_RUN_IMPL_H
#define SUPERVISOR_RUN_IMPL_H
#include "supervisor/engine.h"
#include "supervisor/run.h"

/* Between the files of the run's state machine, and nobody else. */

/* Moves to the phase and sends what it begins with. */
void run_enter(struct run *r, enum run_phase phase);

/* The run is over; why may be NULL. */
void run_over(struct run *r, enum run_end end, const struct err *why);

/* run_read.c: chunks from assignment to commit */
void read_begin(struct run *r);
void read_assign(struct run *r);
/* Every worker has the run open (again): assign, or finish what is all done. */
void read_go_on(struct run *r);
/* The last chunk is read before the others, but for the first. */
bool read_newest_first(const struct run *r);
/* Rows are on their way. */
bool read_in_flight(struct run *r);
/* Everything in flight will be read again, because of why. learnt: something
 * was found out about that, so that the chunks are none the worse for it. */
void read_void_chunks(struct run *r, const struct err *why, bool learnt);
/* Tells p, a load that has just opened the run, what is void by now. */
int read_fence(struct run *r, const struct proc *p, struct err *e) MUST_CHECK;
void read_on_chunk_end(struct run *r, struct proc *p, const struct message *m);
void read_on_ack(struct run *r, const struct message *m);
void read_on_reject(struct run *r, const struct message *m);
void read_on_committed(struct run *r, const struct message *m);

/* run_finish.c: sweep, guards, deletes, the end */
void finish_reading(struct run *r);
void finish_on_swept(struct run *r, const struct message *m);
void finish_committed_deletes(struct run *r);
/* The guards let the deletes go: they follow, unless the run is to pause. */
void finish_remove(struct run *r);
/* Halts the run if the updates or rejects so far are too many. */
void finish_judge(struct run *r, bool at_end);

/* Over for this reason: abandoned if a new run may get further. */
void run_fail(struct run *r, const struct err *why);

/* A stage died of why: the run begins again, goes on or ends. */
void run_bury(struct run *r, struct proc *p, const struct err *why);

/* Whether its changes go to the target. */
bool run_loads(const struct run *r);

/* run_scale.c: more or fewer of a stage, while chunks are read */
void scale_on_time(struct run *r, int64_t now_ms);
/* p, which was started for that, has the run open. */
void scale_joined(struct run *r, struct proc *p);
/* True if the run does not miss p: it was coming, or going. */
bool scale_on_death(struct run *r, struct proc *p);
/* True if no chunk may be handed out now, because somebody is to go. */
bool scale_holds(struct run *r);
void scale_on_connected(struct run *r);
/* Everything in flight is void: whoever was to go goes at once. */
void scale_let_go(struct run *r);

/* run_poison.c: p died with batches in its hands, and by now they are more to
 * blame than p. May end the run. */
bool poison_blamed(struct run *r, const struct proc *p);

/* run_pause.c: nothing is in flight, and the run is to wait */
void pause_reached(struct run *r);
/* … or to end: one that waited for an operator goes on waiting. */
void pause_or_cancel(struct run *r);

/* run_ask.c: what is known before anything is read */
void ask(struct run *r, struct proc *p); /* once it is ready, and once only */
void ask_all(struct run *r);
void ask_forget(struct run *r); /* all will be asked again */
/* Goes on if target and state have answered. */
void ask_settle(struct run *r);
void ask_on_described(struct run *r, const struct message *m);
void ask_on_chunk(struct run *r, const struct message *m);
void ask_on_planned(struct run *r, const struct message *m);
/* Target, state and source have answered, in whatever order. */
void ask_planned(struct run *r);
/* True if this death is judged later, when target and state have answered. */
bool ask_hold_back(struct run *r, struct proc *p);

/* The plan; not the chunks of earlier nights. */
void run_forget_chunks(struct run *r);

int run_send(struct run *r, enum proc_kind k, struct message *m);
/* The MSG_OPEN that this worker gets. */
void run_open_message(const struct run *r, enum proc_kind k, struct message *m);

#endif
