#ifndef PROTO_REACH_H
#define PROTO_REACH_H
#include "proto/pipeline.h"
#include <stdbool.h>

/* What of the world outside a stage works on: only that is its business. */
enum reach {
	REACH_SOURCE = 1, /* reads sources, and targets that are adopted */
	REACH_TARGET = 2, /* writes targets */
	REACH_STATE = 4,  /* keeps the state */
};

unsigned reach_of(const char *stage); /* "extract"; 0: of nothing */

/* Whether a stage that reaches so far opens c for some entity. */
bool reach_opens(
    unsigned reach, const struct pipeline *p, const struct connection *c);
/* … and writes to it. */
bool reach_writes(
    unsigned reach, const struct pipeline *p, const struct connection *c);

#endif
