#ifndef SUPERVISOR_ACTOR_H
#define SUPERVISOR_ACTOR_H
#include <sys/types.h>

/* Who gives an order, for the audit: the user's name, or "uid 1000". */
enum { ACTOR_BYTES = 64 };
void actor_name(uid_t uid, char out[ACTOR_BYTES]);

#endif
