#ifndef PROTO_STAGE_CONFINE_ENDS_H
#define PROTO_STAGE_CONFINE_ENDS_H
#include "proto/attr.h"
#include "proto/confine.h"
#include "proto/pipeline.h"

/* The part of stage_confine.h about one connection that the stage opens: the
 * files it consists of, and its password. */
int stage_confine_end(struct confine *c, const struct pipeline *p,
    unsigned reach, const struct connection *conn, struct err *e) MUST_CHECK;

#endif
