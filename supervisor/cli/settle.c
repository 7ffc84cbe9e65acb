#include "supervisor/cli/settle.h"
#include "supervisor/cli/client.h"
#include <string.h>

static int
in_store(struct cli *c, const struct control_request *q, settle_how *how,
    struct err *e)
{
	struct approval_words w = { 0 };
	const char *verb = control_order_name(q->order);
	if (cli_store(c, STORE_WRITE, e) < 0 ||
	    store_begin(c->store, STORE_DURABLE, e) < 0)
		return -1;
	int rc = how(c->store, q->run, &w, e);
	if (rc == 0)
		rc = cli_audit(c, verb, buf_str(&w.detail), e);
	if (rc == 0)
		rc = store_commit(c->store, e);
	else
		store_rollback(c->store);
	if (rc == 0)
		cli_say(c, "%s", buf_str(&w.text));
	approval_words_free(&w);
	return rc;
}

int
settle_run(struct cli *c, const struct control_request *q, settle_how *how,
    struct err *e)
{
	int rc = client_order(c, q, NULL, e);
	if (rc == 0 || strcmp(e->code, "no_service") != 0)
		return rc;
	err_clear(e);
	return in_store(c, q, how, e);
}
