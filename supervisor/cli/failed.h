#ifndef SUPERVISOR_CLI_FAILED_H
#define SUPERVISOR_CLI_FAILED_H
#include "proto/store_reject.h"
#include "supervisor/cli/cli.h"
#include <stdint.h>

/* `syncline failed`: what list, show, retry and drop have in common. */
struct failed_opts {
	const char *entity, *code, *field;
	int64_t run, limit;
	bool closed, yes;
};

enum { FAILED_LIMIT_DEFAULT = 100, FAILED_LIMIT_MAX = 1000000 };

/* The rejects that the options ask for. */
struct store_reject_filter failed_filter(const struct failed_opts *o);

/* They ask for some of them only. */
bool failed_filtered(const struct failed_opts *o);

/* Says "no rejected rows …", and how many the options leave out. */
int failed_say_none(
    const struct cli *c, const char *what, struct err *e) MUST_CHECK;

/* How a closed one ended, for people; NULL while it is open. */
const char *failed_how(const struct store_reject *r);

int failed_show(struct cli *c, struct err *e) MUST_CHECK;
int failed_retry(struct cli *c, struct err *e) MUST_CHECK;
int failed_drop(struct cli *c, struct err *e) MUST_CHECK;

/* An open reject by number: ERR_CONFIG if there is none or it is closed. */
int failed_get_open(struct cli *c, const char *number, struct arena *a,
    struct store_reject *out, struct err *e) MUST_CHECK;

#endif
