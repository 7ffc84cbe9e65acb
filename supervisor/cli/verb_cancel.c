#include "supervisor/cli/client.h"
#include "supervisor/cli/settle.h"
#include "supervisor/cli/verb.h"

static int
cancel(struct cli *c, struct err *e)
{
	struct control_request q = { .order = CONTROL_CANCEL };
	if (c->nwords > 1)
		return cli_usage(e, "cancel", "name one run or one entity");
	if (c->nwords && c->words[0][0] >= '0' && c->words[0][0] <= '9') {
		if (cli_number(c->words[0], "run", &q.run, e) < 0)
			return -1;
	} else {
		client_take_words(c, &q);
	}
	if (cli_load(c, e) < 0)
		return -1;
	if (q.run)
		return settle_run(c, &q, approval_cancel, e);
	return client_order(c, &q, "no run is live", e);
}

const struct verb verb_cancel = {
	.name = "cancel",
	.args = "[ENTITY | RUN]",
	.summary = "end a run now, or give up what a guard withheld",
	.detail = "Ends the live run of the running synclined at once, or "
		  "that of the entity or number given: what it committed "
		  "stands, what was in flight is read again by the next run. "
		  "With the number of a run that a guard halted, its withheld "
		  "deletes are given up; the next run judges anew. That works "
		  "without a synclined, too",
	.run = cancel,
};
