#include "supervisor/cli/client.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/status_rows.h"
#include "supervisor/cli/status_watch.h"
#include "supervisor/cli/verb.h"
#include <stdio.h>

struct status_opts {
	bool watch;
};

static const struct option_key keys[] = {
	OPTION_FLAG(struct status_opts, watch, "--watch", 'w',
	    "show it again and again, until interrupted"),
	OPTION_END,
};

/* What the ledger says is worth showing without it. */
static void
ask_service(struct cli *c, struct control_reply *reply)
{
	const struct control_request q = { .order = CONTROL_STATUS };
	struct client x;
	struct err e = { 0 };
	int rc = client_open(c, &x, &e);
	if (rc == 1)
		rc = client_ask(&x, &q, reply, &e);
	if (rc < 0)
		cli_complain(c, &e);
	client_close(&x);
}

static int
status(struct cli *c, struct err *e)
{
	const struct status_opts *o = c->opts;
	struct control_reply service = { 0 };
	struct buf text = { 0 };
	if (cli_load(c, e) < 0)
		return -1;
	if (o->watch)
		return status_watch(c, e);
	if (cli_store_if_any(c, e) < 0)
		return -1;
	ask_service(c, &service);
	struct status st = { .service = service.status };
	int rc = status_read(c, &st, e);
	if (rc == 0 && c->json)
		show_table(c, &st.table);
	else if (rc == 0)
		status_text(c, &st, &text);
	if (text.len)
		fwrite(text.data, 1, text.len, stdout);
	buf_free(&text);
	status_free(&st);
	control_reply_free(&service);
	return rc;
}

const struct verb verb_status = {
	.name = "status",
	.summary = "show where every entity stands",
	.detail =
	    "Shows the last run of every entity, a live one too, with "
	    "its rows, the open rejects, the watermark and deletes that "
	    "wait for an approval; what is stale, and as of when the "
	    "target is; when each will be done, going by earlier runs, "
	    "and whether that is late for the window; before that, what is paused and by "
	    "whom, and what a running synclined is doing: its run, how "
	    "far it is, or what it waits for. Needs no lock and "
	    "disturbs no run. --watch goes on showing it while synclined "
	    "runs; with -o json every picture is an object on a line of "
	    "its own, with the members at, service and entities",
	.keys = keys,
	.opts_size = sizeof(struct status_opts),
	.run = status,
};
