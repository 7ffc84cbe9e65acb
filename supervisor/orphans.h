#ifndef SUPERVISOR_ORPHANS_H
#define SUPERVISOR_ORPHANS_H

/*
 * Stages of a supervisor whose place we have taken. Those of a dead one die
 * with it; those of one that is only stopped do not, and what they still have
 * to write could come after ours. They are known by the control endpoint that
 * is among their arguments, which no two supervisors share. Returns when they
 * are gone.
 */
void orphans_end(const char *control_endpoint);

#endif
