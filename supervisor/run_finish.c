#include "proto/guard.h"
#include "proto/log.h"
#include "supervisor/run_impl.h"
#include <inttypes.h>

/*
 * What follows the last chunk: the guards, the deletes of what the source no
 * longer has, and the end. Deletes come only from a whole read of one
 * snapshot in which every chunk is done.
 */
enum { REJECTS_JUDGED_FROM = 1000 };

static void
halt(struct run *r, const char *code)
{
	struct err e = { 0 };
	err_config(&e, code, "%s", buf_str(&r->why));
	run_over(r, END_HALTED, &e);
}

static struct guard_facts
facts(const struct run *r)
{
	uint64_t keyless = 0;
	for (size_t i = 0; i < r->nchunks; i++)
		keyless += r->chunks[i].keyless;
	return (struct guard_facts){
		.keyless = keyless,
		.source_rows = r->rows_read,
		.state_rows = r->state_rows,
		.unproven = r->unproven,
		.deletes = r->unseen,
		.updates = r->counts[OUT_UPDATED],
	};
}

struct share_rejected {
	uint64_t rows, rejected;
};

static void
add_counts(struct share_rejected *s, const uint64_t counts[OUT_COUNT], int sign)
{
	for (size_t i = 0; i < OUT_COUNT; i++)
		if (i != OUT_DELETED)
			s->rows += (uint64_t)sign * counts[i];
	s->rejected += (uint64_t)sign * counts[OUT_REJECTED];
}

/* What was read first is no sample of the others: until the end it is left
 * out. */
static struct share_rejected
rejected_so_far(const struct run *r, bool at_end)
{
	struct share_rejected s = { 0 };
	add_counts(&s, r->counts, 1);
	if (!at_end && read_newest_first(r))
		add_counts(&s, r->chunks[r->nchunks - 1].counts, -1);
	return s;
}

void
finish_judge(struct run *r, bool at_end)
{
	if (r->mode != MODE_SYNC)
		return;
	struct guard_facts f = facts(r);
	if (!guard_updates(r->entity, &f, &r->why)) {
		halt(r, "max_update_percent");
		return;
	}
	struct share_rejected s = rejected_so_far(r, at_end);
	double percent = r->entity->max_reject_percent;
	if ((!at_end && s.rows < REJECTS_JUDGED_FROM) ||
	    (double)s.rejected * 100 <= percent * (double)s.rows)
		return;
	buf_printf(&r->why,
	    "%" PRIu64 " of %" PRIu64 " rows were rejected, more than "
	    "limits.max_reject_percent allows (%g %%): see 'syncline failed "
	    "list', mend the mapping or raise the limit, and run again",
	    s.rejected, s.rows, percent);
	halt(r, "max_reject_percent");
}

static bool
may_delete(struct run *r)
{
	if (r->entity->deletes.policy == DELETES_IGNORE)
		return false;
	if (r->mode == MODE_SWEEP)
		return r->snapshot;
	return r->mode == MODE_SYNC && !r->resumed &&
	       r->strategy != STRATEGY_ROWVERSION && r->snapshot &&
	       !r->probe.same;
}

static void
close_run(struct run *r)
{
	bool trouble = r->counts[OUT_REJECTED] || r->counts[OUT_PENDING] ||
		       r->counts[OUT_CONFLICTED];
	if (r->end == END_NONE)
		r->end = trouble ? END_REJECTS : END_COMPLETED;
	run_enter(r, RUN_CLOSE);
}

void
finish_reading(struct run *r)
{
	finish_judge(r, true);
	if (r->phase == RUN_OVER)
		return;
	if (may_delete(r))
		run_enter(r, RUN_SWEEP);
	else
		close_run(r);
}

/* The night's inserts and updates stand; the deletes wait for somebody. */
static void
withhold(struct run *r)
{
	r->withheld = r->unseen;
	r->end = END_HALTED;
	buf_printf(&r->why,
	    "; the inserts and updates stand, nothing was deleted. To let "
	    "them go: 'syncline approve %" PRIu64 "', then 'syncline run %s'",
	    r->id, r->entity->name);
	err_config(&r->error, "deletes_withheld", "%s", buf_str(&r->why));
	log_warn("deletes withheld", "rows", log_u64(r->withheld), NULL);
	run_enter(r, RUN_CLOSE);
}

static void
judge_deletes(struct run *r)
{
	if (r->unseen == 0) {
		close_run(r);
		return;
	}
	struct guard_facts f = facts(r);
	if (r->unseen > r->approved && !guard_deletes(r->entity, &f, &r->why)) {
		withhold(r);
		return;
	}
	buf_clear(&r->why);
	finish_remove(r);
}

void
finish_remove(struct run *r)
{
	/* Told to stop as well, it waits for nobody. */
	if (r->pausing && r->draining)
		pause_or_cancel(r);
	else if (r->pausing)
		pause_reached(r);
	else
		run_enter(r, RUN_REMOVE);
}

void
finish_on_swept(struct run *r, const struct message *m)
{
	if (r->phase != RUN_SWEEP || r->awaiting == 0)
		return;
	r->unseen += m->rows;
	if (r->sample.len < 4096)
		buf_put(&r->sample, m->body.data, m->body.len);
	if (--r->awaiting == 0)
		judge_deletes(r);
}

void
finish_committed_deletes(struct run *r)
{
	close_run(r);
}
