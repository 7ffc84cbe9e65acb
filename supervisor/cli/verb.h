#ifndef SUPERVISOR_CLI_VERB_H
#define SUPERVISOR_CLI_VERB_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/options.h"
#include "supervisor/cli/cli.h"
#include <stddef.h>

/*
 * What `syncline` can be told to do: one file verb_NAME.c per verb, one row
 * each, which drives dispatch, --help and the manual.
 */
struct verb {
	const char *name;
	const char *args;    /* "[ENTITY ...]"; NULL: takes no words */
	const char *summary; /* for the list of verbs */
	const char *detail;  /* sentences, the last one without its stop */
	const struct option_key *keys; /* its own options, or NULL */
	size_t opts_size;              /* of the struct that they fill */
	int (*run)(struct cli *c, struct err *e);
};

extern const struct verb verb_init, verb_check, verb_run, verb_approve;
extern const struct verb verb_pause, verb_resume, verb_stop, verb_cancel;
extern const struct verb verb_status, verb_runs, verb_failed, verb_config;
extern const struct verb verb_migrate, verb_version;

/* In the order of the manual. */
extern const struct verb *const verb_table[];
extern const size_t verb_count;

const struct verb *verb_find(const char *name); /* or NULL */

/* The second word of verbs that have several orders. */
struct verb_order {
	const char *name;
	int (*run)(struct cli *c, struct err *e);
};
/* Takes the order off c's words and runs it; ends with a NULL name. */
int verb_dispatch(struct cli *c, const char *verb,
    const struct verb_order *orders, struct err *e) MUST_CHECK;

#endif
