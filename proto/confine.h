#ifndef PROTO_CONFINE_H
#define PROTO_CONFINE_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>

/*
 * What this process gives up, for good and for all that runs in it: reaching
 * into what it does not need. Files by Landlock (Linux 5.13; 6.2 for
 * truncating by name), sockets and programs by seccomp, both without any
 * privilege. Only threads that are started later are bound: call it first.
 */

/* The version of the kernel's Landlock; 0: it has none. */
int confine_version(void);

/* Closes memory and environment to processes of the same user, and makes no
 * core dumps. An exec opens them again. */
void confine_memory(void);

struct confine {
	int fd; /* the rules so far; -1: the kernel keeps none */
};

/* From confine_enter on nothing below / can be opened or made but what was
 * allowed: of a folder all that is below it. Other processes can be traced,
 * looked into and sent signals only if they are ours. Without connects no TCP
 * connection is begun (Linux 6.7). 1, or 0 if the kernel cannot do that, and
 * then the others do nothing. */
int confine_begin(struct confine *c, bool connects, struct err *e) MUST_CHECK;
/* What is not there is passed over. */
int confine_allow(
    struct confine *c, const char *path, bool write, struct err *e) MUST_CHECK;
int confine_enter(struct confine *c, struct err *e) MUST_CHECK;
void confine_drop(struct confine *c); /* without entering */

/* From here on no other program is started, and every new socket is local, or
 * of the internet if that is said. 1, or 0 if the kernel cannot do that. */
int confine_sockets(bool internet, struct err *e) MUST_CHECK;

#endif
