/*
 * A backend whose client was killed goes on with what it had been sent, and
 * commits it, after the next run has begun, or even after that has written
 * newer rows. So every session that writes holds a lock in its run's name for
 * as long as it lives, and a run waits for the sessions of all others.
 */
#include "load/pg_session.h"
#include "proto/log.h"
#include <inttypes.h>
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Of one run; more than this come one after the other. */
enum { OTHERS_MAX = 256 };

/* Two halves of an advisory lock: whose target, and which run's. Other stores
 * that write the same table are none of ours. */
struct claim {
	uint32_t whose, run;
};

static struct claim
claim_of(const struct target_table *t)
{
	struct buf name = { 0 };
	buf_put(&name, t->from->store_dir, strlen(t->from->store_dir) + 1);
	buf_put(&name, t->entity->name, strlen(t->entity->name) + 1);
	buf_puts(&name, t->entity->target.table);
	struct claim c = {
		.whose = (uint32_t)XXH3_64bits(name.data, name.len),
		.run = (uint32_t)(t->from->run & INT32_MAX),
	};
	buf_free(&name);
	return c;
}

/* Takes ours, then looks for one session of another run: a result of no row,
 * or of its pid and its run. */
static int
take_and_look(struct pg_conn *c, const struct claim *own,
    struct pg_result **out, struct err *e)
{
	struct buf sql = { 0 };
	buf_printf(&sql,
	    "SELECT pg_catalog.pg_advisory_lock_shared(%" PRId32 ", %" PRIu32
	    "); SELECT l.pid, l.objid FROM pg_catalog.pg_locks l "
	    "JOIN pg_catalog.pg_database d ON d.oid = l.database "
	    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 "
	    "AND d.datname = pg_catalog.current_database() "
	    "AND l.pid <> pg_catalog.pg_backend_pid() "
	    "AND l.classid = %" PRIu32 " AND l.objid <> %" PRIu32 " LIMIT 1",
	    (int32_t)own->whose, own->run, own->whose, own->run);
	int r = db_pg_query(c, buf_str(&sql), out, e);
	buf_free(&sql);
	return r;
}

static int
wait_for(struct pg_conn *c, const struct claim *own,
    const struct pg_result *found, struct err *e)
{
	struct buf sql = { 0 };
	const char *run = PQgetvalue(found, 0, 1);

	log_warn("an earlier run is still at work in the target", "backend",
	    PQgetvalue(found, 0, 0), "its_run", run, NULL);
	buf_printf(&sql,
	    "SELECT pg_catalog.pg_advisory_lock(%" PRId32 ", %s);"
	    "SELECT pg_catalog.pg_advisory_unlock(%" PRId32 ", %s)",
	    (int32_t)own->whose, run, (int32_t)own->whose, run);
	int r = db_pg_exec(c, buf_str(&sql), e);
	buf_free(&sql);
	return r;
}

int
pg_claim(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	struct claim own = claim_of(t);

	for (int i = 0; i < OTHERS_MAX; i++) {
		struct pg_result *found;
		if (take_and_look(pg->c, &own, &found, e) < 0)
			return -1;
		int others = PQntuples(found);
		int r = others ? wait_for(pg->c, &own, found, e) : 0;
		db_pg_clear(&found);
		if (r < 0 || !others)
			return r;
	}
	return err_retry(e, "claimed",
	    "table %s: session after session of other runs writes to it",
	    t->entity->target.table);
}
