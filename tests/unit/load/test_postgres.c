#include "tests/unit/load/server.h"

/* Tables, statements and transactions against a real server. */
static const struct rig_column things[] = {
	{ "id", VT_INT, NULL },
	{ "name", VT_TEXT, NULL },
	{ "price", VT_DECIMAL, NULL },
};
static const struct rig_column thing_keys[] = { { "id", VT_DECIMAL, NULL } };

#define ROWS(ops, ...)                                                         \
	rig_batch(things, ARRAY_LEN(things), ops,                              \
	    (const char *const[]){ __VA_ARGS__ })
#define KEYS(ops, ...)                                                         \
	rig_batch(thing_keys, 1, ops, (const char *const[]){ __VA_ARGS__ })

static void
creates_inserts_updates_deletes(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_put(&r, ROWS("II", "1", "one", "1.5", "2", "", NULL));
	rig_apply(&r, ROWS("I", "3", NULL, "12345678901234567890.0001"));
	rig_apply(&r, ROWS("UI", "2", "two", "-2", "4", "four", "NaN"));
	rig_apply(&r, KEYS("DD", "1", "99"));
	rig_put(&r, ROWS("I", "5", "five", "5"));
	rig_put(&r, KEYS("D", "3"));
	rig_apply(&r, ROWS("I", "6", "six", "-Infinity"));
	rig_expect(&r, 6, 1, 3, 0);
	assert_int_equal(r.done, 7);
	rig_close(&r);
	expect("SELECT * FROM thing ORDER BY id",
	    "2|two|-2\n4|four|NaN\n5|five|5\n6|six|-Infinity");
	expect("SELECT string_agg(format_type(atttypid, atttypmod) || "
	       "attnotnull, ',' ORDER BY attnum) FROM pg_attribute WHERE "
	       "attrelid = 'thing'::regclass AND attnum > 0",
	    "biginttrue,textfalse,numericfalse");
}

static void
writes_only_what_differs(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(
	    &r, ROWS("III", "1", "a", "1", "2", "b", "2", "3", NULL, NULL));
	rig_close(&r);
	sql("CREATE TABLE log (id int, name text);"
	    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
	    "'BEGIN INSERT INTO \"sync line\".log VALUES (new.id, new.name); "
	    "RETURN new; END';"
	    "CREATE TRIGGER t AFTER UPDATE ON thing FOR EACH ROW EXECUTE "
	    "FUNCTION note()");
	rig_open(&r, &en);
	rig_apply(
	    &r, ROWS("IUU", "1", "a", "1.00", "2", "B", "2", "3", NULL, NULL));
	rig_expect(&r, 1, 2, 0, 0);
	rig_close(&r);
	expect("SELECT * FROM log", "2|B");
}

static void
isolates_refused_rows(void **state)
{
	(void)state;
	NEED_SERVER();
	sql("CREATE TABLE thing (id int PRIMARY KEY, name varchar(3) UNIQUE, "
	    "price numeric(4,1) CONSTRAINT lucky CHECK (price <> 13));"
	    "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS "
	    "'BEGIN IF new.name = ''t'' THEN RAISE EXCEPTION ''no t'' USING "
	    "ERRCODE = ''AB123''; END IF; RETURN new; END';"
	    "CREATE TRIGGER g BEFORE INSERT ON thing FOR EACH ROW EXECUTE "
	    "FUNCTION guard()");
	static const struct {
		size_t row;
		const char *says;
	} want[] = {
		{ 8, "22003: the value does not fit column \"id\"" },
		{ 1, "22001: value too long" },
		{ 2, "23514: new row for relation" },
		{ 4, "22003: numeric field overflow" },
		{ 6, "23505: duplicate key" },
		{ 7, "AB123: no t" },
	};
	/* Once straight into an empty table, once by way of the merge. */
	for (int filled = 0; filled < 2; filled++) {
		const struct entity en = entity(false);
		struct rig r;
		sql(filled ? "TRUNCATE thing; INSERT INTO thing VALUES (100)"
			   : "TRUNCATE thing");
		rig_open(&r, &en);
		rig_put(&r, ROWS("I", "50", "x", "1"));
		rig_apply(&r,
		    ROWS("IIIIIIIII", "1", "a", "1", "2", "long", "1", "3", "c",
			"13", "4", "d", "4", "5", "e", "1000", "6", "f", "6",
			"7", "a", "7", "8", "t", "8", "3000000000", "z", "9"));
		rig_expect(&r, 4, 0, 0, ARRAY_LEN(want));
		for (size_t i = 0; i < r.nrejects; i++) {
			const char *msg = r.rejects[i].why.msg;
			const char *says = "an unknown row";
			for (size_t k = 0; k < ARRAY_LEN(want); k++)
				if (want[k].row == r.rejects[i].row)
					says = want[k].says;
			assert_string_equal(
			    r.rejects[i].why.code, "target_rejected");
			if (strncmp(msg, says, strlen(says)) != 0)
				fail_msg("%zu: %s", r.rejects[i].row, msg);
		}
		rig_close(&r);
		expect("SELECT id FROM thing WHERE id <> 100 ORDER BY id",
		    "1\n4\n6\n50");
	}
}

/* The search for the refused row made every staging table there is a plan
 * for; the deletes then come in a shape of their own. */
static void
deletes_after_refusals(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(false);
	struct rig r;
	struct err e = { 0 };
	struct schema_column cols[] = { { .name = "id", .type = VT_INT },
		{ .name = "name", .type = VT_TEXT },
		{ .name = "price", .type = VT_DECIMAL } };
	const struct schema mapped = { .cols = cols, .ncols = 3 };
	sql("CREATE TABLE thing (id int PRIMARY KEY, name varchar(3), "
	    "price numeric); INSERT INTO thing VALUES (1, 'a', 1)");
	rig_open(&r, &en);
	rig_ok(apply_prepare(&r.apply, PLAN_DELETE, &mapped, &e), &e);
	rig_apply(&r, ROWS("II", "2", "b", "1", "3", "long", "1"));
	rig_expect(&r, 1, 0, 0, 1);
	rig_apply(&r, KEYS("D", "1"));
	rig_apply(&r, ROWS("U", "2", "c", "1"));
	rig_expect(&r, 1, 1, 1, 1);
	rig_close(&r);
	expect("SELECT id, name FROM thing", "2|c");
}

static void
tries_conflicts_again(void **state)
{
	(void)state;
	NEED_SERVER();
	sql("CREATE SEQUENCE seen; CREATE TABLE thing (id int PRIMARY KEY, "
	    "name text, price numeric);"
	    "CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS "
	    "'BEGIN IF nextval(''\"sync line\".seen'') <= 2 THEN RAISE "
	    "EXCEPTION ''again'' USING ERRCODE = ''40001''; END IF; RETURN "
	    "new; END';"
	    "CREATE TRIGGER g BEFORE INSERT ON thing FOR EACH ROW EXECUTE "
	    "FUNCTION busy()");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	rig_expect(&r, 2, 0, 0, 0);
	rig_close(&r);
	expect("SELECT id FROM thing ORDER BY id", "1\n2");
	/* … but not for ever. */
	sql("ALTER SEQUENCE seen MINVALUE -1000 RESTART WITH -1000");
	struct err e = { 0 };
	rig_open(&r, &en);
	struct batch *b = ROWS("I", "3", "c", "3");
	rig_ok(apply_batch(&r.apply, &b, &e), &e);
	assert_int_equal(apply_finish(&r.apply, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_int_equal(r.done, 0);
	rig_close(&r);
}

static void
acks_nothing_when_the_server_goes(void **state)
{
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(true);
	struct rig r;
	struct err e = { 0 };
	rig_open(&r, &en);
	rig_put(&r, ROWS("I", "1", "a", "1"));
	sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
	    "application_name = 'syncline-load'");
	assert_int_equal(apply_finish(&r.apply, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_int_equal(r.done, 0);
	rig_close(&r);
	expect("SELECT count(*) FROM thing", "0");
}

static void
lets_children_wait_for_parents(void **state)
{
	(void)state;
	NEED_SERVER();
	static const char *const ddl[] = { "",
		" DEFERRABLE INITIALLY DEFERRED" };
	for (size_t i = 0; i < ARRAY_LEN(ddl); i++) {
		char text[256];
		sql("DROP TABLE IF EXISTS thing");
		snprintf(text, sizeof(text),
		    "CREATE TABLE thing (id numeric PRIMARY KEY, name text, "
		    "price numeric REFERENCES thing%s)",
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
		assert_non_null(strstr(r.rejects[0].why.msg, "23503"));
		rig_close(&r);
		expect("SELECT id FROM thing ORDER BY id", "1\n3\n4\n9");
	}
}

static void
marks_and_unmarks(void **state)
{
	(void)state;
	NEED_SERVER();
	static const char *const types[] = { "timestamptz", "boolean", "date",
		"timestamp", "text" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char text[128];
		struct entity en = entity(false);
		sql("DROP TABLE IF EXISTS thing");
		snprintf(text, sizeof(text),
		    "CREATE TABLE thing (id bigint PRIMARY KEY, name text, "
		    "price numeric, gone %s)",
		    types[i]);
		sql(text);
		en.deletes.policy = DELETES_SOFT;
		en.deletes.column = "gone";
		struct rig r;
		rig_open(&r, &en);
		rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
		rig_apply(&r, KEYS("DD", "1", "2"));
		sql("CREATE TABLE was AS SELECT id, xmin::text AS x FROM thing");
		rig_apply(&r, KEYS("D", "1"));
		expect("SELECT count(*) FROM thing JOIN was USING (id) WHERE "
		       "thing.xmin::text = was.x",
		    "2");
		rig_apply(&r, ROWS("U", "1", "a", "1"));
		rig_close(&r);
		expect("SELECT id, coalesce(gone::text, 'false') = 'false' "
		       "FROM thing ORDER BY id",
		    "1|t\n2|f");
		sql("DROP TABLE was");
	}
}

static void
tracks_what_was_written(void **state)
{
	(void)state;
	NEED_SERVER();
	struct entity en = entity(true);
	en.track = (struct track){ .key_hash = "kh",
		.data_hash = "dh",
		.synced_at = "at",
		.run = "run" };
	sql("CREATE TABLE thing (id int PRIMARY KEY, name text, price numeric, "
	    "kh bytea, dh text, at timestamptz, run int)");
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("II", "1", "a", "1", "2", "b", "2"));
	rig_apply(&r, ROWS("UU", "1", "a", "1", "2", "B", "2"));
	rig_close(&r);
	expect("SELECT id, encode(kh, 'hex'), left(dh, 4), length(dh), "
	       "now() - at < '1 day', run FROM thing ORDER BY id",
	    "1|a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3|a4a4|64|t|7\n"
	    "2|a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4|a5a5|64|t|7");
}

static void
fills_identity_columns(void **state)
{
	(void)state;
	NEED_SERVER();
	sql("CREATE TABLE thing (id int GENERATED ALWAYS AS IDENTITY PRIMARY "
	    "KEY, name text, price numeric, twice numeric GENERATED ALWAYS AS "
	    "(price * 2) STORED)");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, ROWS("I", "5", "a", "1"));
	rig_apply(&r, ROWS("UI", "5", "b", "1", "6", "c", "2"));
	rig_expect(&r, 2, 1, 0, 0);
	rig_close(&r);
	expect("SELECT * FROM thing ORDER BY id", "5|b|1|2\n6|c|2|4");
}

static void
names_every_problem_of_the_table(void **state)
{
	(void)state;
	NEED_SERVER();
	static const struct {
		const char *ddl, *drop;
		const char *says[3];
	} rows[] = {
		{ "CREATE TABLE thing (id int PRIMARY KEY, other int NOT NULL)",
		    "DROP TABLE thing",
		    { "\"name\", \"price\"", "NOT NULL", "\"other\"" } },
		{ "CREATE TABLE thing (id int, name text, price int)",
		    "DROP TABLE thing",
		    { "CREATE UNIQUE INDEX \"thing_key\" ON \"sync "
		      "line\".\"thing\" (\"id\")",
			"pg", "things" } },
		{ "CREATE TABLE thing (id int PRIMARY KEY, name text, price "
		  "int GENERATED ALWAYS AS (id) STORED)",
		    "DROP TABLE thing",
		    { "computes itself", "\"price\"", "fields" } },
		{ "CREATE TABLE thing (id int PRIMARY KEY, name text, price "
		  "int GENERATED ALWAYS AS IDENTITY)",
		    "DROP TABLE thing",
		    { "IDENTITY", "\"price\"", "BY DEFAULT" } },
		{ "CREATE TABLE thing (id int UNIQUE DEFERRABLE, name text, "
		  "price int)",
		    "DROP TABLE thing", { "pg", "thing", "things" } },
		{ "CREATE VIEW thing AS SELECT 1 AS id", "DROP VIEW thing",
		    { "not a table", "view", "thing" } },
		{ "SELECT 1", "SELECT 1",
		    { "does not exist", "`create: true`", "pg" } },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(creates_inserts_updates_deletes),
		SERVER_TEST(writes_only_what_differs),
		SERVER_TEST(isolates_refused_rows),
		SERVER_TEST(deletes_after_refusals),
		SERVER_TEST(tries_conflicts_again),
		SERVER_TEST(acks_nothing_when_the_server_goes),
		SERVER_TEST(lets_children_wait_for_parents),
		SERVER_TEST(marks_and_unmarks),
		SERVER_TEST(tracks_what_was_written),
		SERVER_TEST(fills_identity_columns),
		SERVER_TEST(names_every_problem_of_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
