#ifndef SUPERVISOR_CLI_CLI_H
#define SUPERVISOR_CLI_CLI_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include "supervisor/exit_code.h"
#include "supervisor/order.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * One call of the command line: the common options, the verb's own options
 * and words, and what the verb opened. Data goes to stdout, talk to stderr;
 * a verb that fails returns its error and main says it, once.
 */
struct cli {
	const char *program; /* in front of messages */
	const char *config;  /* the pipeline file */
	const char *output;  /* "table" or "json" */
	bool quiet, verbose, no_color, help, help_mdoc, version;
	bool metrics_mdoc; /* of synclined: its metrics for the manual */
	bool json;         /* of output */
	bool color;        /* stdout is a terminal and nobody objects */
	void *opts;        /* the verb's own options; owned */
	int nwords;        /* what follows the verb */
	char **words;
	struct pipeline *pipeline; /* cli_load */
	struct store *store;       /* cli_store */
	enum exit_code code;       /* of a verb that did not fail */
	bool said;                 /* what is wrong was printed already */
	int stdout_errno;          /* why not all of the data came out, or 0 */
};

/* Reads the pipeline file; every problem it has goes to stderr. */
int cli_load(struct cli *c, struct err *e) MUST_CHECK;
/* Opens the control store of the loaded pipeline. */
int cli_store(struct cli *c, enum store_mode mode, struct err *e) MUST_CHECK;
/* The same, to read: 1; 0 if there is none, because nothing has run yet, which
 * is said. */
int cli_store_if_any(struct cli *c, struct err *e) MUST_CHECK;
void cli_close(struct cli *c);

/* The audit entry of an order: verb and detail, by the calling user. */
int cli_audit(struct cli *c, const char *verb, const char *detail,
    struct err *e) MUST_CHECK;

/* Data that was printed goes out; why it did not is kept in stdout_errno. */
void cli_flush(struct cli *c);
/* Talk: a line on stderr, unless --quiet. */
void cli_say(const struct cli *c, const char *fmt, ...) PRINTF(2, 3);
/* The error as "syncline: what, where, what to do". */
void cli_complain(const struct cli *c, const struct err *e);

/* The same about an entity, named once. */
void cli_complain_about(
    const struct cli *c, const char *entity, const struct err *e);

/* ERR_CONFIG usage, naming the verb's help. */
int cli_usage(struct err *e, const char *verb, const char *what);

/* The verb's words as names of entities. */
struct order_names cli_names(const struct cli *c);

/* A whole number above 0, as run and reject numbers are. */
int cli_number(const char *text, const char *what, uint64_t *out,
    struct err *e) MUST_CHECK;

/* The exit code that an error leads to. */
enum exit_code cli_exit_code(const struct err *e);

#endif
