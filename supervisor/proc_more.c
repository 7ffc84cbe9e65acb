#include "supervisor/proc_more.h"

struct proc *
procs_grow(struct procs *ps, enum proc_kind k)
{
	size_t slots = ps->first[k + 1] - ps->first[k];
	if (ps->active[k] == slots)
		return NULL;
	struct proc *p = procs_get(ps, k, (unsigned)ps->active[k]);
	if (p->state != PROC_SPARE) /* it has not gone yet, or comes already */
		return NULL;
	proc_step(p, PROC_WANTED);
	p->joining = true;
	return p;
}

void
procs_admit(struct procs *ps, struct proc *p)
{
	p->joining = false;
	ps->active[p->kind]++;
}

struct proc *
procs_retire(struct procs *ps, enum proc_kind k)
{
	if (ps->active[k] <= ps->least[k])
		return NULL;
	ps->active[k]--;
	return procs_get(ps, k, (unsigned)ps->active[k]);
}
