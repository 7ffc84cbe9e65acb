#include "tests/unit/load/lite.h"

/* Rows into SQLite: what is stored, what is refused, what is found again. */
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
		TEST(finds_keys_of_any_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
