#ifndef SUPERVISOR_APPROVAL_H
#define SUPERVISOR_APPROVAL_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdint.h>

/*
 * What becomes of the deletes that a guard withheld from a run: somebody lets
 * them go, or gives them up. Both write to the store, in the caller's
 * transaction; detail is for the audit, text for whoever asked.
 */
struct approval_words {
	struct buf detail, text;
};
void approval_words_free(struct approval_words *w);

/* The entity's next run may delete as many as this one withheld. ERR_CONFIG
 * no_run, nothing_withheld, not_newest. */
int approval_grant(struct store *s, uint64_t run, struct approval_words *w,
    struct err *e) MUST_CHECK;

/* Of a run that is not at work: one that was halted, whose deletes nobody may
 * approve any more, or one that was paused by a supervisor that has ended.
 * ERR_CONFIG no_run, bad_transition. */
int approval_cancel(struct store *s, uint64_t run, struct approval_words *w,
    struct err *e) MUST_CHECK;

#endif
