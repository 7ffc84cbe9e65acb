#ifndef SUPERVISOR_PROC_MORE_H
#define SUPERVISOR_PROC_MORE_H
#include "supervisor/proc.h"

/* More or fewer processes of one stage: always the last slots in use. */

/* One more of k is to be started: procs_admit takes it in once it can work,
 * procs_dismiss sends it away. NULL: there is none to be had now. */
struct proc *procs_grow(struct procs *ps, enum proc_kind k);
void procs_admit(struct procs *ps, struct proc *p);
/* Takes the last one of k out of use; it lives until it is dismissed. */
struct proc *procs_retire(struct procs *ps, enum proc_kind k);
void procs_dismiss(struct procs *ps, struct proc *p);

#endif
