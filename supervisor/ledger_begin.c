/* How a run begins in the ledger, and whose it is; the rest is in ledger.c. */
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_approval.h"
#include "proto/store_entity.h"
#include "proto/store_lease.h"
#include "proto/store_probe.h"
#include "proto/store_reject.h"
#include "proto/store_run.h"
#include "supervisor/engine.h"
#include "supervisor/ledger.h"
#include "supervisor/run_pass.h"
#include <inttypes.h>
#include <unistd.h>

/* A run that is still live here was left so by a supervisor that ended: we
 * have its lease. Its snapshot is gone, so it cannot go on; what it committed
 * stands, and the new run meets it as unchanged rows. */
static int
close_leftover(struct run *r, struct err *e)
{
	struct arena a = { 0 };
	struct store_run old;
	struct err why = { 0 };
	int found =
	    store_run_find_live(r->engine->store, r->entity->name, &a, &old, e);
	if (found == 1 && r->mode == MODE_RETRY && old.stable &&
	    old.state == STORE_RUN_PAUSED) {
		err_config(e, "live_run",
		    "run %" PRIu64 " of %s is paused and goes on in the next "
		    "night: let it finish first",
		    old.id, r->entity->name);
		found = -1;
	} else if (found == 1) {
		bool paused = old.state == STORE_RUN_PAUSED;
		err_retry(&why, "interrupted", "%s; a new run reads again",
		    paused ? "it was paused and cannot go on"
			   : "the supervisor ended in mid-run");
		log_warn("an interrupted run was found", "interrupted",
		    log_u64(old.id), NULL);
		found = store_run_move(r->engine->store, old.id,
		    paused ? STORE_RUN_CANCELLED : STORE_RUN_FAILED, &why, e);
	}
	arena_free(&a);
	return found;
}

static int
recall(struct run *r, struct arena *a, struct err *e)
{
	struct store_watermark w;
	int found =
	    store_watermark_get(r->engine->store, r->entity->name, a, &w, e);
	if (found < 0)
		return -1;
	if (found)
		buf_put(&r->watermark, w.version.data, w.version.len);
	int half = store_run_half_adopted(r->engine->store, r->entity->name, e);
	if (half < 0)
		return -1;
	r->half_adopted = half;
	struct span quiet;
	if (store_probe_get(r->engine->store, r->entity->name, a, &quiet, e) <
	    0)
		return -1;
	buf_put(&r->probe.last, quiet.data, quiet.len);
	if (r->mode != MODE_SYNC && r->mode != MODE_SWEEP)
		return 0;
	return store_approval_get(
		   r->engine->store, r->entity->name, &r->approved, e) < 0
		   ? -1
		   : 0;
}

static int
write_begin(
    struct run *r, struct store_run *row, uint64_t *token, struct err *e)
{
	struct store *s = r->engine->store;
	int goes_on = pass_find(r, &row->id, e);
	if (goes_on < 0)
		return -1;
	if (!goes_on &&
	    (close_leftover(r, e) < 0 || store_run_create(s, row, e) < 0 ||
		store_run_move(s, row->id, STORE_RUN_RUNNING, NULL, e) < 0))
		return -1;
	return store_lease_take(
	    s, row, r->engine->pipeline->lease_ms, token, e);
}

/* In one transaction: the disk is waited for once, and where the lease is
 * somebody else's nothing of it happened. */
static int
begin_row(struct run *r, struct store_run *row, struct err *e)
{
	uint64_t token = 0;
	if (store_begin(r->engine->store, STORE_DURABLE, e) < 0)
		return -1;
	if (write_begin(r, row, &token, e) < 0) {
		store_rollback(r->engine->store);
		return -1;
	}
	if (store_commit(r->engine->store, e) < 0)
		return -1;
	store_lease_hold(r->engine->store, row->entity, token);
	r->lease_ms = clock_mono_ms();
	return 0;
}

int
ledger_begin(struct run *r, struct err *e)
{
	struct arena a = { 0 };
	char host[256] = "";
	gethostname(host, sizeof(host) - 1);
	struct store_run row = { .entity = r->entity->name,
		.mode = r->mode,
		.strategy = STRATEGY_HASH,
		.reason = "",
		.pid = (uint32_t)getpid(),
		.host = host };
	int result = begin_row(r, &row, e);
	r->id = row.id;
	if (result == 0)
		result = recall(r, &a, e);
	if (result == 0 && r->resumed)
		result = pass_recall(r, &a, e);
	for (size_t i = 0; result >= 0 && i < r->nretry_ids; i++)
		result = store_reject_retry(
		    r->engine->store, r->retry_ids[i], r->id, e);
	arena_free(&a);
	return result < 0 ? -1 : 0;
}

int
ledger_hold(struct run *r, struct err *e)
{
	r->lease_ms = clock_mono_ms();
	return store_lease_renew(
	    r->engine->store, r->engine->pipeline->lease_ms, e);
}
