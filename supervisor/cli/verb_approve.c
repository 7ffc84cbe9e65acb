#include "supervisor/cli/settle.h"
#include "supervisor/cli/verb.h"

static int
approve(struct cli *c, struct err *e)
{
	struct control_request q = { .order = CONTROL_APPROVE };
	if (c->nwords != 1)
		return cli_usage(e, "approve", "give the number of a run");
	if (cli_number(c->words[0], "run", &q.run, e) < 0 || cli_load(c, e) < 0)
		return -1;
	return settle_run(c, &q, approval_grant, e);
}

const struct verb verb_approve = {
	.name = "approve",
	.args = "RUN",
	.summary = "let a halted run's deletes go",
	.detail = "Allows the deletes that a guard withheld from a run. The "
		  "next run of the entity looks again what the source no "
		  "longer has and deletes it, if that is not more than what "
		  "was approved",
	.run = approve,
};
