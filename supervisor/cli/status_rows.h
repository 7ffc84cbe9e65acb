#ifndef SUPERVISOR_CLI_STATUS_ROWS_H
#define SUPERVISOR_CLI_STATUS_ROWS_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store_pause.h"
#include "supervisor/cli/cli.h"
#include "supervisor/cli/table.h"

/*
 * Where every entity of the pipeline stands: what the store has of its last
 * run, and what a running service says of the present one. Set service (NULL:
 * none runs), then read; without a store nothing has run yet.
 */
struct status {
	const struct json_t *service; /* borrowed */
	struct arena arena;           /* of pauses */
	struct store_pauses pauses;
	struct table table;
};
int status_read(struct cli *c, struct status *st, struct err *e) MUST_CHECK;
void status_free(struct status *st);

#endif
