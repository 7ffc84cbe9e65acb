#ifndef SUPERVISOR_LEDGER_H
#define SUPERVISOR_LEDGER_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/run.h"

/*
 * What of a run is written down, and when: the decisions, not the traffic.
 * Everything of a chunk becomes visible in one transaction when it is done.
 */

/* Takes the entity's lease and sets id, watermark and approved of r; a run
 * that a supervisor left live is closed as failed first. From here to
 * ledger_end everything that is written fails with ERR_RETRY lease_lost once
 * somebody else has taken the lease. */
int ledger_begin(struct run *r, struct err *e) MUST_CHECK;
/* The lease is still ours, and is so for another while. */
int ledger_hold(struct run *r, struct err *e) MUST_CHECK;
/* The run waits for an operator; or goes on. */
int ledger_paused(struct run *r, bool paused, struct err *e) MUST_CHECK;
int ledger_planned(struct run *r, struct err *e) MUST_CHECK;
int ledger_assigned(struct run *r, struct chunk *c, struct err *e) MUST_CHECK;
/* The rejects of a MSG_REJECT, provisional until their chunk is done;
 * counts those without a key in c. */
int ledger_rejects(struct run *r, struct chunk *c, const struct message *m,
    struct err *e) MUST_CHECK;
/* The next page of 16-byte hashes that load or resolver did not apply, after
 * *from (0 first): 1 and a page, 0 no more. */
int ledger_not_applied(struct run *r, const struct chunk *c, uint64_t *from,
    struct buf *page, struct err *e) MUST_CHECK;
int ledger_done(struct run *r, const struct chunk *c, struct err *e) MUST_CHECK;
/* How it ended, with its books; a completed one moves the watermark. */
int ledger_end(struct run *r, struct err *e) MUST_CHECK;

#endif
