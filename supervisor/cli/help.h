#ifndef SUPERVISOR_CLI_HELP_H
#define SUPERVISOR_CLI_HELP_H
#include "proto/buf.h"
#include "supervisor/cli/verb.h"

/* What --help prints: of one verb, or of all for NULL. */
void help_text(const struct verb *v, struct buf *out);

/* The same for the manual: a verb's options as list items; for NULL whole
 * sections about verbs and common options. */
void help_mdoc(const struct verb *v, struct buf *out);

#endif
