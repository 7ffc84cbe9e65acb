#include "supervisor/cli/client.h"
#include "supervisor/cli/verb.h"

/* Until it has ended, so that whoever comes next has the store to himself. */
static int
wait_for_end(struct client *x, struct err *e)
{
	struct control_reply more;
	int rc;
	while ((rc = client_next(x, true, &more, e)) == 1)
		control_reply_free(&more);
	return rc;
}

static int
stop(struct cli *c, struct err *e)
{
	const struct control_request q = { .order = CONTROL_STOP };
	struct client x;
	struct control_reply reply = { 0 };
	if (cli_load(c, e) < 0)
		return -1;
	int rc = client_open(c, &x, e);
	if (rc == 0)
		return client_none(c, "there is nothing to stop", e);
	if (rc == 1)
		rc = client_ask(&x, &q, &reply, e);
	if (rc == 0) {
		cli_say(c, "%s", buf_str(&reply.text));
		rc = wait_for_end(&x, e);
	}
	if (rc == 0)
		cli_say(c, "synclined has ended");
	control_reply_free(&reply);
	client_close(&x);
	return rc;
}

const struct verb verb_stop = {
	.name = "stop",
	.summary = "end the running synclined, without haste",
	.detail = "Makes the running synclined hand out no more work, finish "
		  "what is in flight and end, and waits until it has. Nothing "
		  "is lost; its next start does the rest",
	.run = stop,
};
