#include "tests/unit/load/server.h"

/* What was opened to look, and what happened to the table until the write. */
static struct target_table *
look(const struct entity *en)
{
	struct err e = { 0 };
	struct target_table *t = NULL;
	rig_ok(target_open(en, TARGET_LOOK, rig_from(), &t, &e), &e);
	return t;
}

static void
is_good_while_nothing_happens(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(true), other = entity(true);
	struct target_table *t = look(&en);
	assert_false(target_still_good(NULL, &en, TARGET_WRITE));
	assert_false(target_still_good(t, &other, TARGET_WRITE));
	assert_true(target_still_good(t, &en, TARGET_WRITE));
	assert_int_equal(t->use, TARGET_WRITE);
	assert_false(t->exists);
	target_close(&t);
}

static void
sees_rows_that_came(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(false);
	sql("CREATE TABLE thing (id int PRIMARY KEY, name text, price int)");
	struct target_table *t = look(&en);
	assert_true(t->empty);
	sql("INSERT INTO thing VALUES (1, 'one', 1)");
	assert_true(target_still_good(t, &en, TARGET_WRITE));
	assert_false(t->empty);
	sql("DELETE FROM thing");
	assert_true(target_still_good(t, &en, TARGET_WRITE));
	assert_true(t->empty);
	target_close(&t);
}

static void
is_not_good_after_that(void **state)
{
	(void)state;
	NEED_SERVER();
	static const struct {
		const char *before, *then;
	} rows[] = {
		{ "SELECT 1", "CREATE TABLE thing (id int)" },
		{ "SELECT 1", "CREATE VIEW thing AS SELECT 1 AS id" },
		{ "CREATE TABLE thing (id int)", "DROP TABLE thing" },
		{ "CREATE TABLE thing (id int)",
		    "SELECT pg_terminate_backend(pid, 60000) "
		    "FROM pg_stat_activity "
		    "WHERE application_name = 'syncline-load' "
		    "AND datname = current_database()" },
	};
	const struct entity en = entity(true);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sql(rows[i].before);
		struct target_table *t = look(&en);
		sql(rows[i].then);
		if (target_still_good(t, &en, TARGET_WRITE))
			fail_msg("still good after: %s", rows[i].then);
		target_close(&t);
		sql("DROP SCHEMA \"sync line\" CASCADE;"
		    "CREATE SCHEMA \"sync line\"");
	}
}

static void
writes_as_if_opened(void **state)
{
	(void)state;
	NEED_SERVER();
	static const struct rig_column things[] = {
		{ "id", VT_INT, NULL },
		{ "name", VT_TEXT, NULL },
	};
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	target_close(&r.target);
	r.target = r.apply.target = look(&en);
	assert_true(target_still_good(r.target, &en, TARGET_WRITE));
	rig_apply(&r, rig_batch(things, 2, "II",
			  (const char *const[]){ "1", "one", "2", NULL }));
	rig_expect(&r, 2, 0, 0, 0);
	rig_close(&r);
	expect("SELECT * FROM thing ORDER BY id", "1|one\n2|-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(is_good_while_nothing_happens),
		SERVER_TEST(sees_rows_that_came),
		SERVER_TEST(is_not_good_after_that),
		SERVER_TEST(writes_as_if_opened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
