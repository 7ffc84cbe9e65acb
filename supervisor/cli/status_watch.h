#ifndef SUPERVISOR_CLI_STATUS_WATCH_H
#define SUPERVISOR_CLI_STATUS_WATCH_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/cli/cli.h"
#include "supervisor/cli/status_rows.h"

/* A picture of it all on stdout for every one that the service sends, until
 * it ends or somebody interrupts, which both are a clean end. On a terminal
 * each is drawn over the one before; in JSON each is a line. */
int status_watch(struct cli *c, struct err *e) MUST_CHECK;

/* One picture, as lines and a table. */
void status_text(const struct cli *c, struct status *st, struct buf *out);

#endif
