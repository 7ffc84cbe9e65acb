#include "proto/store_migrate.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/store_impl.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { CHECKSUM_SIZE = 33 };

/* Over both scripts and the NUL between them, as 32 hex digits. */
static void
checksum(const struct store_migration *m, char out[CHECKSUM_SIZE])
{
	XXH3_state_t *st = XXH3_createState();
	XXH3_128bits_reset(st);
	XXH3_128bits_update(st, m->up, strlen(m->up) + 1);
	XXH3_128bits_update(st, m->down, strlen(m->down));
	XXH128_hash_t h = XXH3_128bits_digest(st);
	XXH3_freeState(st);
	snprintf(out, CHECKSUM_SIZE, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)h.high64, (uint64_t)h.low64);
}

static int
has_record(struct store *s, struct err *e)
{
	uint64_t n;
	return store_db_number(s,
	    "SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'",
	    STORE_NO_ARGS, &n, e);
}

int
store_version(struct store *s, uint32_t *version, struct err *e)
{
	uint64_t v = 0;
	int rc = has_record(s, e);
	if (rc == 1)
		rc = store_db_number(s,
		    "SELECT max(version) FROM schema_migrations", STORE_NO_ARGS,
		    &v, e);
	*version = (uint32_t)v;
	return rc < 0 ? -1 : 0;
}

static int
verify(
    struct store *s, const struct store_chain *c, uint32_t have, struct err *e)
{
	for (uint32_t v = 1; v <= have && v <= c->n; v++) {
		const struct store_migration *m = &c->migrations[v - 1];
		char sum[CHECKSUM_SIZE];
		uint64_t n;
		checksum(m, sum);
		int rc = store_db_number(s,
		    "SELECT 1 FROM schema_migrations "
		    "WHERE version = $1 AND checksum = $2",
		    STORE_ARGS(arg_u64(v), arg_text(sum)), &n, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_config(e, "changed_migration",
			    "control store %s: migration %u (%s) is not the one this syncline was built with; use the syncline that wrote the store",
			    s->path, v, m->name);
	}
	return 0;
}

int
store_migrate_verify(struct store *s, uint32_t have, struct err *e)
{
	struct store_chain c = { store_migrations, store_migrations_count };
	return verify(s, &c, have, e);
}

static int
record(struct store *s, const struct store_migration *m, struct err *e)
{
	char sum[CHECKSUM_SIZE];
	checksum(m, sum);
	return store_db_run(s,
	    "INSERT INTO schema_migrations "
	    "(version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
	    STORE_ARGS(arg_u64(m->version), arg_text(m->name), arg_text(sum),
		arg_u64((uint64_t)clock_wall_micros())),
	    NULL, e);
}

static int
step_up(struct store *s, const struct store_migration *m, struct err *e)
{
	if (store_db_exec(s, m->up, e) < 0 || record(s, m, e) < 0)
		return err_wrap(e, "migration %u (%s) up", m->version, m->name);
	return 0;
}

static int
step_down(struct store *s, const struct store_migration *m, struct err *e)
{
	if (store_db_exec(s, m->down, e) < 0 ||
	    store_db_run(s, "DELETE FROM schema_migrations WHERE version = $1",
		STORE_ARGS(arg_u64(m->version)), NULL, e) < 0)
		return err_wrap(
		    e, "migration %u (%s) down", m->version, m->name);
	return 0;
}

static int
steps(struct store *s, const struct store_chain *c, uint32_t have,
    uint32_t target, struct err *e)
{
	if (store_db_exec(s,
		"CREATE TABLE IF NOT EXISTS schema_migrations ("
		"version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
		"checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
		e) < 0)
		return -1;
	for (uint32_t v = have; v < target; v++)
		if (step_up(s, &c->migrations[v], e) < 0)
			return -1;
	for (uint32_t v = have; v > target; v--)
		if (step_down(s, &c->migrations[v - 1], e) < 0)
			return -1;
	return 0;
}

/* Taking the schema away from under a run would lose its ledger. */
static int
refuse_live(struct store *s, struct err *e)
{
	uint64_t id;
	int rc = store_db_number(s,
	    "SELECT id FROM runs WHERE state IN "
	    "('planned', 'running', 'paused', 'finishing') LIMIT 1",
	    STORE_NO_ARGS, &id, e);
	if (rc == 1)
		return err_config(e, "live_run",
		    "run %" PRIu64
		    " is not over: finish or cancel it, then migrate down",
		    id);
	return rc;
}

static int
backup(struct store *s, uint32_t have, uint32_t target, struct err *e)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s.v%u.bak", s->path, have);
	int rc = store_db_backup(s, buf_str(&path), e);
	if (rc == 0)
		log_info("control store is being migrated", "from",
		    log_u64(have), "to", log_u64(target), "backup",
		    buf_str(&path), NULL);
	buf_free(&path);
	return rc;
}

static int
check_request(struct store *s, const struct store_chain *c, uint32_t have,
    uint32_t target, struct err *e)
{
	if (have > c->n)
		return err_config(e, "newer_store",
		    "control store %s has schema version %u, this syncline knows %zu: migrate it with the newer syncline",
		    s->path, have, c->n);
	if (target > c->n)
		return err_config(e, "no_migration",
		    "there is no schema version %u: the newest is %zu", target,
		    c->n);
	if (verify(s, c, have, e) < 0)
		return -1;
	return target < have ? refuse_live(s, e) : 0;
}

int
store_migrate_along(struct store *s, const struct store_chain *c,
    uint32_t target, struct err *e)
{
	uint32_t have;
	bool own;
	if (s->in_tx)
		return err_bug(e, "migrations bring their own transaction");
	if (store_version(s, &have, e) < 0 ||
	    check_request(s, c, have, target, e) < 0)
		return -1;
	if (have == target)
		return 0;
	if (have > 0 && backup(s, have, target, e) < 0)
		return -1;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, steps(s, c, have, target, e), e);
}

int
store_migrate(struct store *s, uint32_t target, struct err *e)
{
	struct store_chain c = { store_migrations, store_migrations_count };
	return store_migrate_along(s, &c, target, e);
}

/* One recorded migration, against the chain. */
static void
read_status(
    struct store_rows *q, struct arena *a, struct store_migration_status *out)
{
	char sum[CHECKSUM_SIZE];
	out->version = (uint32_t)store_db_u64(q);
	out->name = store_db_text(q, a);
	const char *applied = store_db_text(q, a);
	out->applied_at = (int64_t)store_db_u64(q);
	out->unknown = out->version > store_migrations_count;
	if (out->unknown)
		return;
	checksum(&store_migrations[out->version - 1], sum);
	out->changed = strcmp(sum, applied) != 0;
}

static int
read_record(struct store *s, struct arena *a,
    struct store_migration_status *out, uint32_t have, struct err *e)
{
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		"SELECT version, name, checksum, applied_at "
		"FROM schema_migrations WHERE version BETWEEN 1 AND $1 "
		"ORDER BY version",
		STORE_ARGS(arg_u64(have)), &q, e) < 0)
		return -1;
	for (uint32_t i = 0; (rc = store_db_step(&q, e)) == 1; i++)
		if (i < have)
			read_status(&q, a, &out[i]);
	return rc;
}

int
store_migrate_status(struct store *s, struct arena *a,
    struct store_migration_status **out, size_t *n, struct err *e)
{
	uint32_t have;
	if (store_version(s, &have, e) < 0)
		return -1;
	*n = have > store_migrations_count ? have : store_migrations_count;
	*out = arena_zalloc(a, *n * sizeof(**out));
	for (size_t i = have; i < *n; i++) {
		(*out)[i].version = store_migrations[i].version;
		(*out)[i].name = store_migrations[i].name;
	}
	return have ? read_record(s, a, *out, have, e) : 0;
}
