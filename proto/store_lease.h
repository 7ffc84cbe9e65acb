#ifndef PROTO_STORE_LEASE_H
#define PROTO_STORE_LEASE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include "proto/store_run.h"
#include <stdint.h>

/*
 * The right to write the ledger of an entity's live run. It is good for a
 * while and is renewed meanwhile; whoever is silent for longer may lose it.
 * Every holder gets a higher token than the one before, and while a store
 * holds a lease every transaction that writes through it begins by looking
 * whether the token is still its own. So a supervisor that was stopped and
 * wakes up after somebody has taken over can write nothing any more:
 * ERR_RETRY lease_lost, naming the new holder.
 *
 * One host has the store's lock besides (store_lock.h), which keeps a second
 * supervisor out as long as the first one lives. Leases decide where that
 * lock does not reach: it was deleted, or the store is shared by hosts.
 */
struct store_lease {
	const char *entity;
	uint64_t run, token;
	uint32_t pid;
	const char *host;
	int64_t expires_at; /* 0: given back */
	int64_t began_at;   /* the run */
};

/*
 * Takes the lease for a run of r's entity, pid and host, in the caller's
 * transaction: from nobody, from a holder that is over its time (or further
 * before its end than any lease lasts: the clock was set back) or whose
 * process on this host is gone, or from itself. ERR_RETRY already_running,
 * naming the holder, from anybody else. Sets *token.
 */
int store_lease_take(struct store *s, const struct store_run *r,
    int64_t lasts_ms, uint64_t *token, struct err *e) MUST_CHECK;

/* From here on, all that s writes is written as the holder of this token. To be
 * called after the transaction that took it. */
void store_lease_hold(struct store *s, const char *entity, uint64_t token);
/* … as nobody in particular. After the transaction that gave it back. */
void store_lease_drop(struct store *s);

/* Good for lasts_ms from now. lease_lost if it is somebody else's. Cheap. */
int store_lease_renew(
    struct store *s, int64_t lasts_ms, struct err *e) MUST_CHECK;
/* Gives what s holds back, in the caller's transaction; s holds it until
 * store_lease_drop. */
int store_lease_end(struct store *s, struct err *e) MUST_CHECK;

/* Of an entity: 1, or 0 if nobody ever had it. */
int store_lease_get(struct store *s, const char *entity, struct arena *a,
    struct store_lease *out, struct err *e) MUST_CHECK;
/* ERR_RETRY already_running if any entity's run is somebody else's. */
int store_lease_check_free(struct store *s, struct err *e) MUST_CHECK;

#endif
