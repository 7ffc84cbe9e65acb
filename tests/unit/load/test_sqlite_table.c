#include "tests/unit/load/lite.h"

/* Tables in SQLite: made, checked, marked, tracked; groups and their end. */
/* `check` may say what is wrong but must leave no trace. */
static void
checks_without_creating(void **state)
{
	(void)state;
	struct entity en = entity(true);
	struct rig r = { 0 };
	struct err e = { 0 };
	struct schema_column cols[] = { { .name = "id", .type = VT_INT },
		{ .name = "name", .type = VT_TEXT } };
	const struct schema mapped = { 2, cols };
	rig_ok(target_open(&en, TARGET_CHECK, rig_from(), &r.target, &e), &e);
	r.apply.target = r.target;
	rig_ok(apply_prepare(&r.apply, PLAN_UPSERT, &mapped, &e), &e);
	cols[0].name = "other";
	assert_int_equal(apply_prepare(&r.apply, PLAN_UPSERT, &mapped, &e), -1);
	assert_non_null(strstr(e.msg, "key field id"));
	rig_close(&r);
	expect("SELECT count(*) FROM sqlite_schema", "0");
}

static void
makes_no_file_to_look(void **state)
{
	(void)state;
	sqlite3_close(db);
	unlink(path);
	struct entity en = entity(true);
	struct target_table *t = NULL;
	struct err e = { 0 };
	rig_ok(target_open(&en, TARGET_LOOK, rig_from(), &t, &e), &e);
	assert_false(t->exists);
	assert_true(t->empty);
	assert_int_equal(t->schema.ncols, 0);
	target_close(&t);
	assert_int_equal(access(path, F_OK), -1);
	en.target.create = false;
	assert_int_equal(
	    target_open(&en, TARGET_WRITE, rig_from(), &t, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sql("CREATE TABLE x (y)");
}

static void
names_every_problem_of_the_table(void **state)
{
	(void)state;
	static const struct {
		const char *ddl, *drop;
		const char *says[3];
	} rows[] = {
		{ "CREATE TABLE thing (id INTEGER PRIMARY KEY, other NOT NULL)",
		    "DROP TABLE thing",
		    { "\"name\", \"price\"", "NOT NULL", "\"other\"" } },
		{ "CREATE TABLE thing (id INTEGER, name, price)",
		    "DROP TABLE thing",
		    { "CREATE UNIQUE INDEX \"thing_key\" ON \"thing\" (\"id\")",
			"plan", "things" } },
		{ "CREATE TABLE thing (id INTEGER PRIMARY KEY, name, price AS "
		  "(name))",
		    "DROP TABLE thing",
		    { "computes itself", "\"price\"", "fields" } },
		{ "CREATE VIEW thing AS SELECT 1 AS id", "DROP VIEW thing",
		    { "not a table", "view", "thing" } },
		{ "SELECT 1", "SELECT 1",
		    { "does not exist", "`create: true`", "plan" } },
	};
	const struct entity en = entity(false);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sql(rows[i].ddl);
		struct rig r = { 0 };
		struct err e = { 0 };
		int rc =
		    target_open(&en, TARGET_WRITE, rig_from(), &r.target, &e);
		r.apply.target = r.target;
		struct batch *b = ROWS("I", "1", "a", "1");
		if (rc == 0)
			rc = apply_batch(&r.apply, &b, &e);
		batch_free(&b);
		rig_close(&r);
		assert_int_equal(rc, -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		for (size_t k = 0; k < 3; k++)
			if (!strstr(e.msg, rows[i].says[k]))
				fail_msg("row %zu lacks %s: %s", i,
				    rows[i].says[k], e.msg);
		sql(rows[i].drop);
	}
}

static void
rolls_back_what_was_not_committed(void **state)
{
	(void)state;
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("I", "1", "a", "1"));
	rig_put(&r, ROWS("I", "2", "b", "2"));
	assert_int_equal(r.done, 1);
	rig_close(&r);
	expect("SELECT id FROM thing", "1");
}

static void
closes_a_full_group(void **state)
{
	(void)state;
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	r.apply.group_rows = 3;
	rig_put(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	assert_int_equal(r.done, 0);
	rig_put(&r, ROWS("I", "3", "c", "3"));
	assert_int_equal(r.done, 2);
	rig_finish(&r);
	assert_int_equal(r.done, 2);
	rig_close(&r);
}

static void
refuses_batches_without_changes(void **state)
{
	(void)state;
	const struct entity en = entity(true);
	struct rig r;
	struct err e = { 0 };
	rig_open(&r, &en);
	struct batch *b = ROWS("ID", "1", "a", "1", "2", "b", "2");
	assert_int_equal(apply_batch(&r.apply, &b, &e), -1);
	assert_string_equal(e.code, "bad_batch");
	batch_free(&b);
	b = ROWS("I", "1", "a", "1");
	b->ncols -= 1;
	assert_int_equal(apply_batch(&r.apply, &b, &e), -1);
	assert_string_equal(e.code, "bad_batch");
	batch_free(&b);
	rig_close(&r);
}

static void
takes_hostile_names(void **state)
{
	(void)state;
	static const char *key[] = { "se\"lect",
		"from'; DROP TABLE thing; --" };
	static const struct rig_column cols[] = { { "se\"lect", VT_TEXT, NULL },
		{ "from'; DROP TABLE thing; --", VT_TEXT, NULL },
		{ "where", VT_TEXT, NULL } };
	struct entity en = entity(true);
	en.target.table = "\"or\"\"der by\"";
	en.key = (struct strings){ 2, key };
	struct rig r;
	rig_open(&r, &en);
	rig_apply(
	    &r, rig_batch(cols, 3, "II",
		    (const char *const[]){ "a'b", "c", "d", "a'b", "", "e" }));
	rig_apply(
	    &r, rig_batch(cols, 2, "D", (const char *const[]){ "a'b", "c" }));
	rig_expect(&r, 2, 0, 1, 0);
	rig_close(&r);
	expect("SELECT * FROM \"or\"\"der by\"", "a'b,,e");
}

static void
marks_and_unmarks(void **state)
{
	(void)state;
	struct entity en = entity(true);
	en.deletes.policy = DELETES_SOFT;
	en.deletes.column = "gone";
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	rig_apply(&r, KEYS("DD", "1", "2"));
	expect("SELECT count(*) FROM thing WHERE gone GLOB '20*T*Z'", "2");
	sql("UPDATE thing SET gone = 'before' WHERE id = 1");
	rig_apply(&r, KEYS("D", "1"));
	expect("SELECT gone FROM thing WHERE id = 1", "before");
	rig_apply(&r, ROWS("I", "1", "a", "1"));
	rig_expect(&r, 3, 0, 3, 0);
	rig_close(&r);
	expect("SELECT id, gone IS NULL FROM thing ORDER BY id", "1,1\n2,0");
}

static void
marks_flags_by_column_type(void **state)
{
	(void)state;
	sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, name, price, gone "
	    "BOOLEAN NOT NULL)");
	struct entity en = entity(false);
	en.deletes.policy = DELETES_SOFT;
	en.deletes.column = "gone";
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	rig_apply(&r, KEYS("D", "2"));
	rig_close(&r);
	expect("SELECT id, quote(gone) FROM thing ORDER BY id", "1,0\n2,1");
}

static void
tracks_what_was_written(void **state)
{
	(void)state;
	struct entity en = entity(true);
	en.track = (struct track){ .key_hash = "kh",
		.data_hash = "dh",
		.rowversion = "rv",
		.synced_at = "at",
		.run = "run" };
	struct rig r;
	rig_open(&r, &en);
	struct batch *b = ROWS("II", "1", "a", "1", "2", "b", "2");
	struct column_builder cb;
	struct column rv = { .name = "rv", .role = ROLE_ROWVERSION };
	column_builder_init(&cb, &b->arena, VT_INT, 2);
	column_builder_fixed(&cb, &(int64_t){ 41 });
	column_builder_fixed(&cb, &(int64_t){ 42 });
	column_builder_finish(&cb, &rv);
	batch_add_column(b, &rv);
	rig_apply(&r, b);
	rig_close(&r);
	expect("SELECT id, kh, substr(dh, 1, 4), length(dh), rv, typeof(rv), "
	       "at GLOB '20*-*T*:*.*Z', run FROM thing",
	    "1,a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3,a4a4,64,41,integer,1,7\n"
	    "2,a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4,a5a5,64,42,integer,1,7");
	expect("SELECT group_concat(type, '|') FROM pragma_table_info('thing') "
	       "WHERE cid > 2",
	    "TEXT|TEXT|TIMESTAMPTZ TEXT|INTEGER|INTEGER");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(checks_without_creating),
		TEST(makes_no_file_to_look),
		TEST(names_every_problem_of_the_table),
		TEST(rolls_back_what_was_not_committed),
		TEST(closes_a_full_group),
		TEST(refuses_batches_without_changes),
		TEST(takes_hostile_names),
		TEST(marks_and_unmarks),
		TEST(marks_flags_by_column_type),
		TEST(tracks_what_was_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
