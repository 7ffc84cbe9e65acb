#ifndef SUPERVISOR_CLI_SETTLE_H
#define SUPERVISOR_CLI_SETTLE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/approval.h"
#include "supervisor/cli/cli.h"
#include "supervisor/control_wire.h"

/* An order about a run that is over: goes through the running synclined,
 * because a store has one writer, or else to the store itself, by how
 * (approval.h), with its audit entry or not at all. Says what came of it. */
typedef int settle_how(
    struct store *s, uint64_t run, struct approval_words *w, struct err *e);
int settle_run(struct cli *c, const struct control_request *q, settle_how *how,
    struct err *e) MUST_CHECK;

#endif
