#ifndef SUPERVISOR_CLI_RESULTS_H
#define SUPERVISOR_CLI_RESULTS_H
#include "supervisor/cli/cli.h"
#include "supervisor/night.h"
#include <stddef.h>

/* The end of a night: a row per entity whose books balance on stdout; what
 * went wrong and what to do about it on stderr. In JSON both in one. */
void results_show(struct cli *c, const struct night_result *results, size_t n);

/* The worst of all. cut_short: some entities had no turn, because somebody
 * told us to stop. */
enum exit_code results_worst(
    const struct night_result *results, size_t n, bool cut_short);

#endif
