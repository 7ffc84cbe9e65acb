#ifndef SUPERVISOR_PROC_TALK_H
#define SUPERVISOR_PROC_TALK_H
#include "supervisor/proc.h"

/* What the supervisor says to its stages. */
int proc_send(struct procs *ps, const struct proc *p, const struct message *m,
    struct err *e) MUST_CHECK;
int procs_send_all(struct procs *ps, enum proc_kind k, const struct message *m,
    struct err *e) MUST_CHECK;
/* Who sends to k in this run; PROC_KINDS: nobody. */
enum proc_kind procs_feeder(const struct procs *ps, enum proc_kind k);
/* Tells p whom to feed, or everybody. It answers with MSG_CONNECTED, if it is
 * to. */
int proc_connect(struct procs *ps, const struct proc *p, bool answer,
    struct err *e) MUST_CHECK;
int procs_connect(struct procs *ps, bool resolver, struct err *e) MUST_CHECK;

/* Its last words, a MSG_ERROR: kept, and it is told that they arrived. */
void procs_error(struct procs *ps, struct proc *p, const struct message *m);

#endif
