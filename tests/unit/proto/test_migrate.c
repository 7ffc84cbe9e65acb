/* The migration chain, up and down, on a store that is filled. */
#include "proto/store_entity.h"
#include "proto/store_migrate.h"
#include "proto/store_turn.h"
#include "tests/unit/proto/store_rejected.h"
#include <fcntl.h>

static uint32_t
newest(void)
{
	return (uint32_t)store_migrations_count;
}

static uint32_t
version(struct fixture *f)
{
	uint32_t v;
	OK(f, store_version(f->s, &v, &f->e));
	return v;
}

/* The schema as SQLite has it, without the record of migrations. */
static const char *
schema(struct fixture *f)
{
	return fixture_text(f,
	    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
	    "WHERE tbl_name <> 'schema_migrations' AND sql IS NOT NULL "
	    "AND name NOT LIKE 'sqlite_%' ORDER BY name)");
}

static void
fill(struct fixture *f)
{
	struct store_entity en = { .name = "parts", .swept_at = 5 };
	OK(f, store_entity_put(f->s, &en, &f->e));
	uint64_t run = rejected_night(f, "abc");
	struct store_watermark w = {
		.version = SPAN("\1\5"), .text = "5", .run = run
	};
	OK(f, store_watermark_set(f->s, "parts", &w, &f->e));
	struct store_audit entry = { .actor = "me", .verb = "run" };
	OK(f, store_audit_add(f->s, &entry, &f->e));
	struct store_turn turn = { .night = 20000 };
	OK(f, store_turn_put(f->s, "parts", &turn, &f->e));
}

static const char *
rows_of(struct fixture *f, const char *table)
{
	char sql[80];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return fixture_text(f, sql);
}

static void
test_new_store_is_newest(void **state)
{
	struct fixture *f = *state;
	assert_true(newest() >= 3);
	assert_int_equal(version(f), newest());
	struct store_migration_status *st;
	size_t n;
	OK(f, store_migrate_status(f->s, &f->a, &st, &n, &f->e));
	assert_int_equal(n, newest());
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(st[i].version, i + 1);
		assert_string_equal(st[i].name, store_migrations[i].name);
		assert_true(st[i].applied_at > 0);
		assert_false(st[i].changed || st[i].unknown);
	}
}

/* Down and up again, one by one: what is left keeps its rows, and the schema
 * at each version is the same on both ways. */
static void
test_both_ways_on_a_filled_store(void **state)
{
	struct fixture *f = *state;
	const char *down[16] = { 0 };
	assert_true(newest() < ARRAY_LEN(down));
	fill(f);
	fixture_reopen(f, STORE_MAINTAIN);
	for (uint32_t v = newest(); v > 0; v--) {
		down[v] = schema(f);
		OK(f, store_migrate(f->s, v - 1, &f->e));
		assert_int_equal(version(f), v - 1);
		assert_string_equal(
		    fixture_text(f, "PRAGMA integrity_check"), "ok");
		assert_string_equal(
		    fixture_text(f, "PRAGMA foreign_key_check"), "");
		if (v - 1 >= 1) {
			assert_string_equal(rows_of(f, "runs"), "1");
			assert_string_equal(rows_of(f, "chunks"), "1");
			assert_string_equal(rows_of(f, "entities"), "1");
		}
		if (v - 1 >= 2)
			assert_string_equal(rows_of(f, "rejects"), "3");
	}
	assert_string_equal(schema(f), "");
	for (uint32_t v = 1; v <= newest(); v++) {
		OK(f, store_migrate(f->s, v, &f->e));
		assert_string_equal(schema(f), down[v]);
	}
}

static void
test_rows_survive_down_and_up(void **state)
{
	struct fixture *f = *state;
	struct store_rejects list;
	struct store_runs runs;
	fill(f);
	fixture_reopen(f, STORE_MAINTAIN);
	OK(f, store_migrate(f->s, 2, &f->e));
	fixture_reopen(f, STORE_WRITE); /* up again by itself */
	assert_int_equal(version(f), newest());
	struct store_run_filter all = { .limit = 5 };
	OK(f, store_run_list(f->s, &all, &f->a, &runs, &f->e));
	assert_int_equal(runs.n, 1);
	assert_string_equal(runs.v[0].entity, "parts");
	assert_int_equal(runs.v[0].state, STORE_RUN_COMPLETED);
	struct store_reject_filter open = { .limit = 5, .originals = true };
	OK(f, store_reject_list(f->s, &open, &f->a, &list, &f->e));
	assert_int_equal(list.n, 3);
	assert_memory_equal(list.v[2].what.original.data, "ccccc", 5);
	struct store_watermark w;
	RETURNS(f, 0, store_watermark_get(f->s, "parts", &f->a, &w, &f->e));
	uint64_t next = fixture_run(f, "parts"); /* and it works */
	assert_true(next > runs.v[0].id);
}

static void
test_backup(void **state)
{
	struct fixture *f = *state;
	char path[200];
	struct stat st;
	snprintf(path, sizeof(path), "%s/control.db.v%u.bak", f->dir, newest());
	assert_int_equal(access(path, F_OK), -1); /* nothing to save yet */
	fill(f);
	fixture_reopen(f, STORE_MAINTAIN);
	OK(f, store_migrate(f->s, 1, &f->e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* The copy is a whole store: it can take the old one's place. */
	store_close(&f->s);
	char db[160];
	snprintf(db, sizeof(db), "%s/control.db", f->dir);
	assert_int_equal(rename(path, db), 0);
	fixture_open(f, STORE_READ);
	struct store_watermark w;
	RETURNS(f, 1, store_watermark_get(f->s, "parts", &f->a, &w, &f->e));
	assert_string_equal(rows_of(f, "rejects"), "3");
}

static void
test_down_needs_rest(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_reopen(f, STORE_MAINTAIN);
	FAILS(f, "live_run", store_migrate(f->s, 1, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	assert_int_equal(version(f), newest());
	OK(f, store_run_move(f->s, run, STORE_RUN_CANCELLED, NULL, &f->e));
	OK(f, store_migrate(f->s, 1, &f->e));
	assert_int_equal(version(f), 1);
}

static void
test_readers_need_the_version(void **state)
{
	struct fixture *f = *state;
	fixture_reopen(f, STORE_MAINTAIN);
	OK(f, store_migrate(f->s, newest() - 1, &f->e));
	store_close(&f->s);
	FAILS(f, "older_store", store_open(f->dir, STORE_READ, &f->s, &f->e));
	assert_non_null(strstr(f->e.msg, "migrate up"));

	fixture_open(f, STORE_INSPECT);
	struct store_migration_status *st;
	size_t n;
	OK(f, store_migrate_status(f->s, &f->a, &st, &n, &f->e));
	assert_int_equal(n, newest());
	assert_true(st[n - 2].applied_at > 0);
	assert_int_equal(st[n - 1].applied_at, 0);
	assert_string_equal(st[n - 1].name, store_migrations[n - 1].name);
}

static void
test_newer_store(void **state)
{
	struct fixture *f = *state;
	store_close(&f->s);
	fixture_raw(f,
	    "INSERT INTO schema_migrations (version, name, checksum, "
	    "applied_at) SELECT max(version) + 1, 'future', 'x', 7 "
	    "FROM schema_migrations");
	FAILS(f, "newer_store", store_open(f->dir, STORE_WRITE, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	FAILS(f, "newer_store", store_open(f->dir, STORE_READ, &f->s, &f->e));
	fixture_open(f, STORE_MAINTAIN);
	FAILS(f, "newer_store", store_migrate(f->s, 1, &f->e));
	fixture_reopen(f, STORE_INSPECT);
	struct store_migration_status *st;
	size_t n;
	OK(f, store_migrate_status(f->s, &f->a, &st, &n, &f->e));
	assert_int_equal(n, newest() + 1);
	assert_true(st[n - 1].unknown);
	assert_string_equal(st[n - 1].name, "future");
}

static void
test_changed_script(void **state)
{
	struct fixture *f = *state;
	store_close(&f->s);
	fixture_raw(f, "UPDATE schema_migrations SET checksum = "
		       "'00000000000000000000000000000000' WHERE version = 2");
	static const enum store_mode modes[] = { STORE_WRITE, STORE_READ };
	for (size_t i = 0; i < 2; i++) {
		FAILS(f, "changed_migration",
		    store_open(f->dir, modes[i], &f->s, &f->e));
		assert_non_null(strstr(f->e.msg, "migration 2 (rejects)"));
	}
	fixture_open(f, STORE_MAINTAIN);
	FAILS(f, "changed_migration", store_migrate(f->s, 0, &f->e));
	struct store_migration_status *st;
	size_t n;
	OK(f, store_migrate_status(f->s, &f->a, &st, &n, &f->e));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(st[i].changed, i == 1);
}

static void
test_no_such_version(void **state)
{
	struct fixture *f = *state;
	FAILS(f, "no_migration", store_migrate(f->s, newest() + 1, &f->e));
	OK(f, store_migrate(f->s, newest(), &f->e)); /* nothing to do */
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	FAILS(f, "bug", store_migrate(f->s, 1, &f->e));
}

/* The real chain and two more, the second of which breaks half way. */
static void
test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_migration chain[16];
	size_t n = newest();
	memcpy(chain, store_migrations, n * sizeof(*chain));
	chain[n] = (struct store_migration){ (uint32_t)n + 1, "good",
		"CREATE TABLE good (a)", "DROP TABLE good" };
	chain[n + 1] = (struct store_migration){ (uint32_t)n + 2, "bad",
		"CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)",
		"DROP TABLE half; DROP TABLE nowhere" };
	struct store_chain all = { chain, n + 2 };
	fill(f);
	const char *before = schema(f);

	assert_int_equal(
	    store_migrate_along(f->s, &all, (uint32_t)n + 2, &f->e), -1);
	assert_non_null(strstr(f->e.msg, "(bad) up"));
	assert_non_null(strstr(f->e.msg, "nowhere"));
	assert_int_equal(version(f), n);
	assert_string_equal(schema(f), before);
	assert_string_equal(rows_of(f, "rejects"), "3");

	chain[n + 1].up = "CREATE TABLE half (a)";
	OK(f, store_migrate_along(f->s, &all, (uint32_t)n + 2, &f->e));
	const char *high = schema(f);
	assert_int_equal(store_migrate_along(f->s, &all, 1, &f->e), -1);
	assert_non_null(strstr(f->e.msg, "(bad) down"));
	assert_int_equal(version(f), n + 2);
	assert_string_equal(schema(f), high);

	/* Scripts that changed after they were applied. */
	chain[n + 1].down = "DROP TABLE half";
	FAILS(
	    f, "changed_migration", store_migrate_along(f->s, &all, 1, &f->e));
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_new_store_is_newest),
		IN_OPEN(test_both_ways_on_a_filled_store),
		IN_OPEN(test_rows_survive_down_and_up),
		IN_OPEN(test_backup),
		IN_OPEN(test_down_needs_rest),
		IN_OPEN(test_readers_need_the_version),
		IN_OPEN(test_newer_store),
		IN_OPEN(test_changed_script),
		IN_OPEN(test_no_such_version),
		IN_OPEN(test_all_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
