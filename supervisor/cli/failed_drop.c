#include "proto/log.h"
#include "supervisor/cli/failed.h"
#include <stdio.h>
#include <unistd.h>

/* All of them must be there and open before the first one goes. */
static int
check_all(struct cli *c, struct err *e)
{
	for (int i = 0; i < c->nwords; i++) {
		struct arena a = { 0 };
		struct store_reject r;
		int rc = failed_get_open(c, c->words[i], &a, &r, e);
		arena_free(&a);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
confirm(const struct cli *c, struct err *e)
{
	const struct failed_opts *o = c->opts;
	char answer[16];
	if (o->yes)
		return 1;
	if (!isatty(STDIN_FILENO))
		return err_config(e, "usage",
		    "failed drop: nobody is there to ask; --yes drops without "
		    "asking");
	fprintf(stderr,
	    "Give up %d rejected row%s for good? They are delivered only if "
	    "the source sends them again. [y/N] ",
	    c->nwords, c->nwords == 1 ? "" : "s");
	if (!fgets(answer, sizeof(answer), stdin))
		return 0;
	return answer[0] == 'y' || answer[0] == 'Y';
}

static int
drop_one(struct cli *c, const char *number, int *dropped, struct err *e)
{
	uint64_t id;
	if (cli_number(number, "rejected row", &id, e) < 0)
		return -1;
	int closed = store_reject_close(c->store, id, STORE_REJECT_DROPPED, e);
	if (closed <= 0) /* 0: the same number was given twice */
		return closed;
	(*dropped)++;
	return cli_audit(c, "failed drop", log_u64(id), e);
}

static int
drop_all(struct cli *c, int *dropped, struct err *e)
{
	if (store_begin(c->store, STORE_DURABLE, e) < 0)
		return -1;
	int rc = 0;
	for (int i = 0; rc == 0 && i < c->nwords; i++)
		rc = drop_one(c, c->words[i], dropped, e);
	if (rc == 0)
		return store_commit(c->store, e);
	store_rollback(c->store);
	return -1;
}

int
failed_drop(struct cli *c, struct err *e)
{
	if (c->nwords == 0)
		return cli_usage(
		    e, "failed", "drop needs the numbers of rejected rows");
	/* Asked before the store is locked: people take their time. */
	int yes = confirm(c, e);
	if (yes < 0)
		return -1;
	if (yes == 0) {
		cli_say(c, "nothing was dropped");
		return 0;
	}
	int dropped = 0;
	if (cli_store(c, STORE_WRITE, e) < 0 || check_all(c, e) < 0 ||
	    drop_all(c, &dropped, e) < 0)
		return -1;
	cli_say(c, "%d dropped", dropped);
	return 0;
}
