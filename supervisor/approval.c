#include "supervisor/approval.h"
#include "proto/store_approval.h"
#include "proto/store_run.h"
#include <inttypes.h>

enum { LOOK_BACK = 100 };

void
approval_words_free(struct approval_words *w)
{
	buf_free(&w->detail);
	buf_free(&w->text);
}

/* True for a run that looked for deletes and came to an end. */
static bool
judged(const struct store_run *r)
{
	bool looks = r->mode == MODE_SYNC || r->mode == MODE_SWEEP;
	/* One whose deletes were given up had judged them before. */
	return looks && r->state != STORE_RUN_FAILED &&
	       (r->state != STORE_RUN_CANCELLED || r->deletes_withheld);
}

/* Only what was withheld last may be approved: nobody has seen what an older
 * run would delete today. */
static int
check_newest(struct store *s, const struct store_run *r, struct err *e)
{
	struct arena a = { 0 };
	struct store_runs runs = { 0 };
	const struct store_run_filter f = { .entity = r->entity,
		.limit = LOOK_BACK };
	int rc = store_run_list(s, &f, &a, &runs, e);
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
check_run(struct store *s, const struct store_run *r, struct err *e)
{
	if (r->state != STORE_RUN_HALTED || !r->deletes_withheld)
		return err_config(e, "nothing_withheld",
		    "run %" PRIu64 " of entity %s is %s and withholds no "
		    "deletes: 'syncline status' shows which runs do",
		    r->id, r->entity, store_run_state_name(r->state));
	return check_newest(s, r, e);
}

static int
find(struct store *s, uint64_t id, struct arena *a, struct store_run *out,
    struct err *e)
{
	int found = store_run_get(s, id, a, out, e);
	if (found == 0)
		return err_config(e, "no_run",
		    "there is no run %" PRIu64 ": 'syncline runs' lists them",
		    id);
	return found < 0 ? -1 : 0;
}

static int
grant(struct store *s, const struct store_run *r, struct approval_words *w,
    struct err *e)
{
	if (check_run(s, r, e) < 0 ||
	    store_approval_set(s, r->entity, r->deletes_withheld, e) < 0)
		return -1;
	buf_printf(&w->detail, "run %" PRIu64 " of %s: %" PRIu64 " deletes",
	    r->id, r->entity, r->deletes_withheld);
	buf_printf(&w->text,
	    "approved: 'syncline run %s' applies the deletes, at most %" PRIu64
	    " of them",
	    r->entity, r->deletes_withheld);
	return 0;
}

int
approval_grant(
    struct store *s, uint64_t run, struct approval_words *w, struct err *e)
{
	struct arena a = { 0 };
	struct store_run r;
	int rc = find(s, run, &a, &r, e);
	if (rc == 0)
		rc = grant(s, &r, w, e);
	arena_free(&a);
	return rc;
}

static int
cancel(struct store *s, const struct store_run *r, struct approval_words *w,
    struct err *e)
{
	struct err why = { 0 };
	bool withheld = r->state == STORE_RUN_HALTED && r->deletes_withheld;
	/* An older one's are not to be had any more, and a newer one's approval
	 * is not its own. */
	if (withheld && check_newest(s, r, e) < 0)
		return -1;
	err_config(&why, "cancelled", "an operator cancelled it");
	if (store_run_move(s, r->id, STORE_RUN_CANCELLED, &why, e) < 0 ||
	    (withheld && store_approval_set(s, r->entity, 0, e) < 0))
		return -1;
	buf_printf(&w->detail, "run %" PRIu64 " of %s", r->id, r->entity);
	buf_printf(
	    &w->text, "run %" PRIu64 " of %s is cancelled", r->id, r->entity);
	if (withheld)
		buf_printf(&w->text,
		    ": its %" PRIu64 " withheld deletes are given up, and the "
		    "next run judges anew",
		    r->deletes_withheld);
	return 0;
}

int
approval_cancel(
    struct store *s, uint64_t run, struct approval_words *w, struct err *e)
{
	struct arena a = { 0 };
	struct store_run r;
	int rc = find(s, run, &a, &r, e);
	if (rc == 0)
		rc = cancel(s, &r, w, e);
	arena_free(&a);
	return rc;
}
