#include "proto/store_lease.h"
#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/process.h"
#include "proto/store_impl.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELECT                                                                 \
	"SELECT n.name, l.run_id, l.token, l.pid, l.host, l.expires_at, "      \
	"COALESCE(r.started_at, 9223372036854775807) "                         \
	"FROM leases l JOIN entities n ON n.id = l.entity_id "                 \
	"LEFT JOIN runs r ON r.id = l.run_id "

static void
read_lease(struct store_rows *q, struct arena *a, struct store_lease *l)
{
	l->entity = store_db_text(q, a);
	l->run = store_db_u64(q);
	l->token = store_db_u64(q);
	l->pid = (uint32_t)store_db_u64(q);
	l->host = store_db_text(q, a);
	l->expires_at = (int64_t)store_db_u64(q);
	l->began_at = (int64_t)store_db_u64(q);
}

int
store_lease_get(struct store *s, const char *entity, struct arena *a,
    struct store_lease *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s, SELECT "WHERE n.name = $1",
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	read_lease(&q, a, out);
	store_db_end(&q);
	return 1;
}

/* It is not over, and its holder is neither this process nor known to be
 * dead: then it is not to be touched. One that is good for longer than any
 * lease lasts was given by a clock that has been set back since, and nobody
 * knows for how long; a holder that lives renews it. */
static bool
in_force(const struct store_lease *l)
{
	char host[256] = "";
	gethostname(host, sizeof(host) - 1);
	int64_t left = l->expires_at - clock_wall_micros();
	if (left <= 0 || left > LIMIT_LEASE_MS * INT64_C(1000))
		return false;
	if (strcmp(l->host, host) != 0)
		return true;
	return l->pid != (uint32_t)getpid() &&
	       process_lives(l->pid, l->began_at);
}

static int
taken(const struct store_lease *l, struct err *e)
{
	return err_retry(e, "already_running",
	    "another syncline (process %" PRIu32 " on host %s) has run "
	    "%" PRIu64 " of %s at work: wait until it is done, or stop it; "
	    "if it is stuck, its lease is over in %" PRId64 " s",
	    l->pid, l->host, l->run, l->entity,
	    (l->expires_at - clock_wall_micros()) / 1000000 + 1);
}

int
store_lease_check_free(struct store *s, struct err *e)
{
	struct arena a = { 0 };
	struct store_rows q;
	int rc = store_db_query(s, SELECT "WHERE l.expires_at > $1",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros())), &q, e);
	while (rc == 0 && (rc = store_db_step(&q, e)) == 1) {
		struct store_lease l;
		read_lease(&q, &a, &l);
		rc = in_force(&l) ? taken(&l, e) : 0;
	}
	store_db_end(&q);
	arena_free(&a);
	return rc;
}

static int64_t
until(int64_t lasts_ms)
{
	return clock_wall_micros() + lasts_ms * 1000;
}

static int
put(struct store *s, const struct store_run *r, int64_t lasts_ms,
    uint64_t *token, struct err *e)
{
	uint64_t entity_id;
	if (store_entity_id(s, r->entity, true, &entity_id, e) < 0)
		return -1;
	int rc = store_db_number(s,
	    "INSERT INTO leases (entity_id, run_id, token, pid, host, "
	    "expires_at) VALUES ($1, $2, 1, $3, $4, $5) "
	    "ON CONFLICT (entity_id) DO UPDATE SET run_id = excluded.run_id, "
	    "token = leases.token + 1, pid = excluded.pid, "
	    "host = excluded.host, expires_at = excluded.expires_at "
	    "RETURNING token",
	    STORE_ARGS(arg_u64(entity_id), arg_u64(r->id), arg_u64(r->pid),
		arg_text(r->host), arg_u64((uint64_t)until(lasts_ms))),
	    token, e);
	return rc < 0 ? -1 : 0;
}

int
store_lease_take(struct store *s, const struct store_run *r, int64_t lasts_ms,
    uint64_t *token, struct err *e)
{
	struct arena a = { 0 };
	struct store_lease was = { 0 };
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	int rc = store_lease_get(s, r->entity, &a, &was, e);
	if (rc == 1 && in_force(&was))
		rc = taken(&was, e);
	if (rc >= 0)
		rc = put(s, r, lasts_ms, token, e);
	arena_free(&a);
	return store_leave(s, own, rc, e);
}

void
store_lease_hold(struct store *s, const char *entity, uint64_t token)
{
	free(s->lease_entity);
	s->lease_entity = mem_strdup(entity);
	s->lease_token = token;
}

void
store_lease_drop(struct store *s)
{
	free(s->lease_entity);
	s->lease_entity = NULL;
	s->lease_token = 0;
}

/* Why it is not ours any more. */
static int
lost(struct store *s, struct err *e)
{
	struct arena a = { 0 };
	struct store_lease now = { 0 };
	int found = store_lease_get(s, s->lease_entity, &a, &now, e);
	if (found == 1)
		err_retry(e, "lease_lost",
		    "this syncline was silent for longer than its lease on "
		    "%s, and process %" PRIu32 " on host %s has taken over "
		    "with run %" PRIu64 ": nothing more is written here",
		    s->lease_entity, now.pid, now.host, now.run);
	else if (found == 0)
		err_retry(e, "lease_lost",
		    "the lease on %s is gone from the store: nothing more is "
		    "written here",
		    s->lease_entity);
	arena_free(&a);
	return -1;
}

int
store_lease_check(struct store *s, struct err *e)
{
	uint64_t there;
	if (!s->lease_token)
		return 0;
	int rc = store_db_number(s,
	    "SELECT 1 FROM leases WHERE entity_id = "
	    "(SELECT id FROM entities WHERE name = $1) AND token = $2",
	    STORE_ARGS(arg_text(s->lease_entity), arg_u64(s->lease_token)),
	    &there, e);
	if (rc == 0)
		return lost(s, e);
	return rc < 0 ? -1 : 0;
}

static int
set_expiry(
    struct store *s, enum store_sync sync, int64_t expires_at, struct err *e)
{
	if (!s->lease_token)
		return err_bug(e, "no lease is held");
	return store_write(s, sync,
	    "UPDATE leases SET expires_at = $1 WHERE entity_id = "
	    "(SELECT id FROM entities WHERE name = $2) AND token = $3",
	    STORE_ARGS(arg_u64((uint64_t)expires_at), arg_text(s->lease_entity),
		arg_u64(s->lease_token)),
	    e);
}

int
store_lease_renew(struct store *s, int64_t lasts_ms, struct err *e)
{
	return set_expiry(s, STORE_CHEAP, until(lasts_ms), e);
}

int
store_lease_end(struct store *s, struct err *e)
{
	return set_expiry(s, STORE_CHEAP, 0, e);
}
