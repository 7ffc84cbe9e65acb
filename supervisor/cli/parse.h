#ifndef SUPERVISOR_CLI_PARSE_H
#define SUPERVISOR_CLI_PARSE_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/cli/cli.h"
#include "supervisor/cli/verb.h"

/* The options that every verb has; they may stand before it, too. */
extern const struct option_key parse_common_keys[];

/*
 * Fills c and *verb from argv, which it reorders; *verb is NULL where no verb
 * was given. c->opts is allocated. -1: ERR_CONFIG usage.
 */
int parse_line(int argc, char **argv, struct cli *c, const struct verb **verb,
    struct err *e) MUST_CHECK;

#endif
