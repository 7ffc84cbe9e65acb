#include "supervisor/cli/client.h"
#include "supervisor/cli/verb.h"

static int
order(struct cli *c, enum control_order what, struct err *e)
{
	struct control_request q = { .order = what };
	client_take_words(c, &q);
	if (cli_load(c, e) < 0)
		return -1;
	return client_order(c, &q,
	    "what 'syncline run' does in the foreground can only be stopped",
	    e);
}

static int
pause_it(struct cli *c, struct err *e)
{
	return order(c, CONTROL_PAUSE, e);
}

static int
resume_it(struct cli *c, struct err *e)
{
	return order(c, CONTROL_RESUME, e);
}

const struct verb verb_pause = {
	.name = "pause",
	.args = "[ENTITY ...]",
	.summary = "hold entities back, or the whole service",
	.detail = "Makes the running synclined hold entities back, or all it "
		  "does if none is named. Of a run that is at work no new "
		  "chunk is read, what is in flight is committed, and the run "
		  "waits with its view of the source. It stays so, also when "
		  "synclined is restarted, until 'syncline resume'; a run "
		  "that was waiting then is begun again",
	.run = pause_it,
};

const struct verb verb_resume = {
	.name = "resume",
	.args = "[ENTITY ...]",
	.summary = "let go on what 'syncline pause' holds back",
	.detail = "Takes a pause back: of the entities, or of the whole "
		  "service if none is named. An entity that was paused by "
		  "name goes on only when it is resumed by name",
	.run = resume_it,
};
