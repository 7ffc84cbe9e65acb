#include "proto/store_approval.h"
#include "proto/store_run.h"
#include "supervisor/cli/verb.h"
#include <inttypes.h>

enum { LOOK_BACK = 100 };

/* True for a run that looked for deletes and came to an end. */
static bool
judged(const struct store_run *r)
{
	bool looks = r->mode == MODE_SYNC || r->mode == MODE_SWEEP;
	return looks && r->state != STORE_RUN_FAILED &&
	       r->state != STORE_RUN_CANCELLED;
}

/* Only what was withheld last may be approved: nobody has seen what an older
 * run would delete today. */
static int
check_newest(struct cli *c, const struct store_run *r, struct err *e)
{
	struct arena a = { 0 };
	struct store_runs runs = { 0 };
	const struct store_run_filter f = { .entity = r->entity,
		.limit = LOOK_BACK };
	int rc = store_run_list(c->store, &f, &a, &runs, e);
	for (size_t i = 0; rc == 0 && i < runs.n && runs.v[i].id > r->id; i++)
		if (judged(&runs.v[i]))
			rc = err_config(e, "not_newest",
			    "run %" PRIu64 " of entity %s was followed by run "
			    "%" PRIu64 ", which judged the deletes anew: see "
			    "'syncline runs show %" PRIu64 "'",
			    r->id, r->entity, runs.v[i].id, runs.v[i].id);
	arena_free(&a);
	return rc;
}

static int
check_run(struct cli *c, const struct store_run *r, struct err *e)
{
	if (r->state != STORE_RUN_HALTED || !r->deletes_withheld)
		return err_config(e, "nothing_withheld",
		    "run %" PRIu64 " of entity %s is %s and withholds no "
		    "deletes: 'syncline status' shows which runs do",
		    r->id, r->entity, store_run_state_name(r->state));
	return check_newest(c, r, e);
}

/* The approval and who gave it, or neither. */
static int
record(struct cli *c, const struct store_run *r, struct err *e)
{
	struct buf detail = { 0 };
	buf_printf(&detail, "run %" PRIu64 " of %s: %" PRIu64 " deletes", r->id,
	    r->entity, r->deletes_withheld);
	int rc = store_begin(c->store, STORE_DURABLE, e);
	if (rc == 0)
		rc = store_approval_set(
		    c->store, r->entity, r->deletes_withheld, e);
	if (rc == 0)
		rc = cli_audit(c, "approve", buf_str(&detail), e);
	if (rc == 0)
		rc = store_commit(c->store, e);
	else
		store_rollback(c->store);
	buf_free(&detail);
	return rc;
}

static int
approve_run(struct cli *c, uint64_t id, struct arena *a, struct err *e)
{
	struct store_run r;
	int found = store_run_get(c->store, id, a, &r, e);
	if (found == 0)
		return err_config(e, "no_run",
		    "there is no run %" PRIu64 ": 'syncline runs' lists them",
		    id);
	if (found < 0 || check_run(c, &r, e) < 0 || record(c, &r, e) < 0)
		return -1;
	cli_say(c,
	    "approved: 'syncline run %s' applies the deletes, at most %" PRIu64
	    " of them",
	    r.entity, r.deletes_withheld);
	return 0;
}

static int
approve(struct cli *c, struct err *e)
{
	uint64_t id;
	struct arena a = { 0 };
	if (c->nwords != 1)
		return cli_usage(e, "approve", "give the number of a run");
	if (cli_number(c->words[0], "run", &id, e) < 0 || cli_load(c, e) < 0 ||
	    cli_store(c, STORE_WRITE, e) < 0)
		return -1;
	int rc = approve_run(c, id, &a, e);
	arena_free(&a);
	return rc;
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
