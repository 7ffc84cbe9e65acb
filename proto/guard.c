#include "proto/guard.h"
#include <inttypes.h>

static double
percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

bool
guard_deletes(
    const struct entity *en, const struct guard_facts *f, struct buf *why)
{
	if (en->min_source_rows > 0 &&
	    f->source_rows < (uint64_t)en->min_source_rows) {
		buf_printf(why,
		    "the source had %" PRIu64 " rows, fewer than "
		    "min_source_rows %" PRId64 "; %" PRIu64
		    " deletes are withheld",
		    f->source_rows, en->min_source_rows, f->deletes);
		return false;
	}
	if (f->deletes && f->keyless) {
		buf_printf(why,
		    "%" PRIu64 " known rows are no longer in the source, but "
		    "%" PRIu64 " rows were rejected before their key was known "
		    "and may be among them; the deletes are withheld",
		    f->deletes, f->keyless);
		return false;
	}
	double share = percent(f->deletes, f->state_rows);
	if (share <= en->max_delete_percent)
		return true;
	buf_printf(why,
	    "%" PRIu64 " of %" PRIu64 " known rows (%.1f %%) are no longer in "
	    "the source, more than max_delete_percent %g; the deletes are "
	    "withheld",
	    f->deletes, f->state_rows, share, en->max_delete_percent);
	return false;
}

bool
guard_updates(
    const struct entity *en, const struct guard_facts *f, struct buf *why)
{
	/* Inserts that are made once more change nothing that was known. */
	uint64_t again = f->unproven;
	uint64_t updates = f->updates > again ? f->updates - again : 0;
	uint64_t known = f->state_rows > again ? f->state_rows - again : 0;
	double share = percent(updates, known);
	/* 100 switches the guard off: no rounding, no in-doubt row counts. */
	if (en->max_update_percent >= 100 || share <= en->max_update_percent)
		return true;
	buf_printf(why,
	    "%" PRIu64 " of %" PRIu64 " known rows (%.1f %%) have changed so "
	    "far, more than max_update_percent %g",
	    updates, known, share, en->max_update_percent);
	return false;
}
