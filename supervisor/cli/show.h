#ifndef SUPERVISOR_CLI_SHOW_H
#define SUPERVISOR_CLI_SHOW_H
#include "supervisor/cli/cli.h"
#include "supervisor/cli/table.h"

/* Tables on stdout, in the form that -o asks for. */
void show_table(const struct cli *c, const struct table *t);

/* A record and, unless NULL, the table of its parts, which in JSON is the
 * record's member of that name. */
void show_record(const struct cli *c, const struct table *record,
    const char *parts_name, const struct table *parts);

#endif
