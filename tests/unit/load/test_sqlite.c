#include "tests/unit/load/rig.h"
#include <sqlite3.h>
#include <unistd.h>

/* The whole way into real SQLite files. */
static char path[64];
static struct sqlite3 *db; /* the eyes of the test */

static const struct connection conn = {
	.name = "plan", .driver = DRIVER_SQLITE, .path = path
};
static const char *key_id[] = { "id" };
static const struct rig_column things[] = {
	{ "id", VT_INT, NULL },
	{ "name", VT_TEXT, NULL },
	{ "price", VT_DECIMAL, NULL },
};
static const struct rig_column thing_keys[] = { { "id", VT_DECIMAL, NULL } };

static struct entity
entity(bool create)
{
	return (struct entity){ .name = "things",
		.target = { .connection = "plan",
		    .table = "thing",
		    .create = create,
		    .conn = &conn },
		.key = { 1, key_id } };
}

static int
setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/syncline-load-XXXXXX");
	int fd = mkstemp(path);
	close(fd);
	return sqlite3_open(path, &db);
}

static int
teardown(void **state)
{
	(void)state;
	sqlite3_close(db);
	db = NULL;
	return unlink(path);
}

static void
sql(const char *text)
{
	char *msg = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &msg) != SQLITE_OK)
		fail_msg("%s: %s", text, msg);
}

/* Every cell as quote() writes it, cells by ',' and rows by '\n'. */
static void
expect(const char *query, const char *want)
{
	struct buf out = { 0 };
	struct sqlite3_stmt *st;
	if (sqlite3_prepare_v2(db, query, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (out.len)
			buf_putc(&out, '\n');
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *v =
			    (const char *)sqlite3_column_text(st, i);
			buf_puts(&out, i ? "," : "");
			buf_puts(&out, v ? v : "NULL");
		}
	}
	sqlite3_finalize(st);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

#define ROWS(ops, ...)                                                         \
	rig_batch(things, ARRAY_LEN(things), ops,                              \
	    (const char *const[]){ __VA_ARGS__ })
#define KEYS(ops, ...)                                                         \
	rig_batch(thing_keys, 1, ops, (const char *const[]){ __VA_ARGS__ })

static void
creates_inserts_updates_deletes(void **state)
{
	(void)state;
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("III", "1", "one", "1.50", "2", "", NULL, "3", NULL,
			  "12345678901234567890.0001"));
	rig_apply(&r, ROWS("UI", "2", "two", "-2", "4", "four", "4"));
	rig_apply(&r, KEYS("DD", "1", "99"));
	rig_expect(&r, 4, 1, 2, 0);
	rig_close(&r);
	expect("SELECT id, typeof(id), quote(name), quote(price) FROM thing "
	       "ORDER BY id",
	    "2,integer,'two','-2'\n3,integer,NULL,"
	    "'12345678901234567890.0001'\n4,integer,'four','4'");
	expect("SELECT name, type, \"notnull\", pk FROM "
	       "pragma_table_info('thing')",
	    "id,INTEGER,1,1\nname,TEXT,0,0\nprice,DECIMAL TEXT,0,0");
}

static void
writes_only_what_differs(void **state)
{
	(void)state;
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	sql("CREATE TABLE log (id, name);"
	    "CREATE TRIGGER t AFTER UPDATE ON thing BEGIN "
	    "INSERT INTO log VALUES (new.id, new.name); END");
	rig_close(&r);
	rig_open(&r, &en);
	rig_apply(&r, ROWS("IU", "1", "a", "1", "2", "B", "2"));
	rig_expect(&r, 1, 1, 0, 0);
	rig_close(&r);
	expect("SELECT * FROM log", "2,B");
}

static void
keeps_every_type(void **state)
{
	(void)state;
	static const struct rig_column all[] = { { "id", VT_INT, NULL },
		{ "b", VT_BOOL, NULL }, { "f", VT_FLOAT, NULL },
		{ "x", VT_BYTES, NULL }, { "d", VT_DATE, NULL },
		{ "c", VT_TIME, NULL }, { "s", VT_TIMESTAMP, NULL },
		{ "z", VT_TIMESTAMPTZ, NULL }, { "u", VT_UUID, NULL },
		{ "j", VT_JSON, NULL }, { "o", VT_OPAQUE, "interval" } };
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(
	    &r, rig_batch(all, ARRAY_LEN(all), "II",
		    (const char *const[]){ "1", "t", "0.1", "\x01\xff", "20103",
			"37845000000", "1736937045000000", "1736937045000001",
			"0123456789abcdef", "{\"a\":1}", "1 day", "2", "f",
			"nan", "", "-1", "0", "-1", "9223372036854775807",
			"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", "[]", "" }));
	rig_expect(&r, 2, 0, 0, 0);
	rig_close(&r);
	expect("SELECT b, f, quote(x), d, c, s, z, u, j, o FROM thing",
	    "1,0.1,X'01FF',2025-01-15,10:30:45.000000,"
	    "2025-01-15T10:30:45.000000,2025-01-15T10:30:45.000001Z,"
	    "30313233-3435-3637-3839-616263646566,{\"a\":1},1 day\n"
	    "0,NaN,X'',1969-12-31,00:00:00.000000,"
	    "1969-12-31T23:59:59.999999,infinity,"
	    "01010101-0101-0101-0101-010101010101,[],");
	expect("SELECT group_concat(typeof(f)), count(*) FROM thing WHERE "
	       "typeof(o) = 'text' AND typeof(x) = 'blob'",
	    "real,text,2");
}

static void
isolates_refused_rows(void **state)
{
	(void)state;
	sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON "
	    "CONFLICT IGNORE, price DECIMAL TEXT CHECK (price <> '13'))");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("IIIII", "1", "a", "1", "2", "a", "2", "3", "c",
			  "13", "4", "d", "4", "5", "d", "13"));
	rig_expect(&r, 2, 0, 0, 3);
	assert_int_equal(r.rejects[0].row, 1);
	assert_string_equal(r.rejects[0].why.code, "target_rejected");
	assert_non_null(strstr(r.rejects[0].why.msg, "UNIQUE"));
	assert_non_null(strstr(r.rejects[0].why.msg, "thing.name"));
	assert_int_equal(r.rejects[1].row, 2);
	assert_non_null(
	    strstr(r.rejects[1].why.msg, "SQLITE_CONSTRAINT_CHECK"));
	assert_int_equal(r.rejects[2].row, 4);
	rig_close(&r);
	expect("SELECT id FROM thing ORDER BY id", "1\n4");
}

static void
survives_a_trigger_that_rolls_back(void **state)
{
	(void)state;
	sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, name, price);"
	    "CREATE TRIGGER t BEFORE INSERT ON thing WHEN new.name = 'bomb' "
	    "BEGIN SELECT raise(ROLLBACK, 'boom'); END");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_put(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	rig_apply(&r, ROWS("IIII", "3", "bomb", "1", "4", "d", "2", "5", "bomb",
			  "1", "6", "e", "6"));
	rig_expect(&r, 4, 0, 0, 2);
	assert_non_null(strstr(r.rejects[1].why.msg, "boom"));
	assert_int_equal(r.done, 2);
	rig_close(&r);
	expect("SELECT id FROM thing ORDER BY id", "1\n2\n4\n6");
}

static void
lets_children_wait_for_parents(void **state)
{
	(void)state;
	static const char *const ddl[] = { "",
		" DEFERRABLE INITIALLY DEFERRED" };
	for (size_t i = 0; i < ARRAY_LEN(ddl); i++) {
		char text[256];
		snprintf(text, sizeof(text),
		    "DROP TABLE IF EXISTS thing; CREATE TABLE thing (id "
		    "INTEGER PRIMARY KEY, name TEXT, price INTEGER REFERENCES "
		    "thing%s)",
		    ddl[i]);
		sql(text);
		const struct entity en = entity(false);
		struct rig r;
		rig_open(&r, &en);
		rig_put(&r, ROWS("IIII", "1", "child", "9", "2", "orphan", "77",
				"3", "grandchild", "1", "4", "free", NULL));
		rig_apply(&r, ROWS("I", "9", "parent", NULL));
		rig_expect(&r, 4, 0, 0, 1);
		assert_int_equal(r.rejects[0].row, 1);
		assert_non_null(strstr(r.rejects[0].why.msg, "FOREIGNKEY"));
		rig_close(&r);
		expect("SELECT id FROM thing ORDER BY id", "1\n3\n4\n9");
	}
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

/* Text that only looks like a number stays what it is, and float keys come
 * back as decimals. */
static void
finds_keys_of_any_type(void **state)
{
	(void)state;
	static const char *const declared[] = { "TEXT", "REAL", "NUMERIC",
		"DECIMAL TEXT", "" };
	static const struct rig_column keyed[] = { { "id", VT_FLOAT, NULL } };
	for (size_t i = 0; i < ARRAY_LEN(declared); i++) {
		char text[128];
		snprintf(text, sizeof(text),
		    "DROP TABLE IF EXISTS thing; "
		    "CREATE TABLE thing (id %s PRIMARY KEY)",
		    declared[i]);
		sql(text);
		const struct entity en = entity(false);
		struct rig r;
		rig_open(&r, &en);
		rig_apply(&r, rig_batch(keyed, 1, "IIII",
				  (const char *const[]){ "0.1", "2", "1e300",
				      "0.30000000000000004" }));
		expect("SELECT count(*) FROM thing", "4");
		rig_apply(&r, KEYS("DDD", "0.1", "2", "0.30000000000000004"));
		rig_close(&r);
		expect("SELECT count(*) FROM thing", "1");
	}
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
		int rc = target_open(&en, TARGET_WRITE, &r.target, &e);
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
makes_no_file_to_look(void **state)
{
	(void)state;
	sqlite3_close(db);
	unlink(path);
	struct entity en = entity(true);
	struct target_table *t = NULL;
	struct err e = { 0 };
	rig_ok(target_open(&en, TARGET_LOOK, &t, &e), &e);
	assert_false(t->exists);
	assert_true(t->empty);
	assert_int_equal(t->schema.ncols, 0);
	target_close(&t);
	assert_int_equal(access(path, F_OK), -1);
	en.target.create = false;
	assert_int_equal(target_open(&en, TARGET_WRITE, &t, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sql("CREATE TABLE x (y)");
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates_inserts_updates_deletes),
		TEST(writes_only_what_differs),
		TEST(keeps_every_type),
		TEST(isolates_refused_rows),
		TEST(survives_a_trigger_that_rolls_back),
		TEST(lets_children_wait_for_parents),
		TEST(marks_and_unmarks),
		TEST(marks_flags_by_column_type),
		TEST(tracks_what_was_written),
		TEST(finds_keys_of_any_type),
		TEST(takes_hostile_names),
		TEST(names_every_problem_of_the_table),
		TEST(makes_no_file_to_look),
		TEST(rolls_back_what_was_not_committed),
		TEST(closes_a_full_group),
		TEST(refuses_batches_without_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
