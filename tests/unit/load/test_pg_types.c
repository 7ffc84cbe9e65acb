#include "tests/unit/load/server.h"

/*
 * One value of each kind into one column of each kind: by COPY straight into
 * the table, by the merge, and once more to see that nothing is rewritten.
 */
static const struct {
	enum value_type type;
	const char *in, *column, *out; /* out NULL: refused … */
	const char *code;              /* … with this SQLSTATE */
} rows[] = {
	{ VT_BOOL, "t", "boolean", "true", NULL },
	{ VT_BOOL, "t", "smallint", "1", NULL },
	{ VT_BOOL, "f", "numeric", "0", NULL },
	{ VT_BOOL, "f", "text", "false", NULL },
	{ VT_INT, "-7", "bigint", "-7", NULL },
	{ VT_INT, "2147483647", "integer", "2147483647", NULL },
	{ VT_INT, "2147483648", "integer", NULL, "22003" },
	{ VT_INT, "-32768", "smallint", "-32768", NULL },
	{ VT_INT, "-32769", "smallint", NULL, "22003" },
	{ VT_INT, "9223372036854775807", "numeric", "9223372036854775807",
	    NULL },
	{ VT_INT, "12", "numeric(4,2)", "12.00", NULL },
	{ VT_INT, "123", "numeric(4,2)", NULL, "22003" },
	{ VT_INT, "5", "double precision", "5", NULL },
	{ VT_INT, "5", "real", "5", NULL },
	{ VT_INT, "5", "varchar(3)", "5", NULL },
	{ VT_INT, "42", "money", "$42.00", NULL },
	{ VT_INT, "1", "boolean", "true", NULL },
	{ VT_DECIMAL, "-0.00012", "numeric", "-0.00012", NULL },
	{ VT_DECIMAL, "NaN", "numeric", "NaN", NULL },
	{ VT_DECIMAL, "Infinity", "numeric", "Infinity", NULL },
	{ VT_DECIMAL, "1.25", "numeric(4,1)", "1.3", NULL },
	{ VT_DECIMAL, "12", "integer", "12", NULL },
	{ VT_DECIMAL, "12.5", "integer", NULL, "22003" },
	{ VT_DECIMAL, "0.1", "double precision", "0.1", NULL },
	{ VT_DECIMAL, "0.1", "real", "0.1", NULL },
	{ VT_DECIMAL, "1.50001", "text", "1.50001", NULL },
	{ VT_FLOAT, "0.1", "double precision", "0.1", NULL },
	{ VT_FLOAT, "nan", "double precision", "NaN", NULL },
	{ VT_FLOAT, "0.30000000000000004", "numeric", "0.30000000000000004",
	    NULL },
	{ VT_FLOAT, "0.1", "real", "0.1", NULL },
	{ VT_FLOAT, "1e300", "real", NULL, "22003" },
	{ VT_FLOAT, "3", "bigint", "3", NULL },
	{ VT_FLOAT, "3.5", "bigint", NULL, "22003" },
	{ VT_FLOAT, "1e22", "text", "10000000000000000000000", NULL },
	{ VT_TEXT, "", "text", "", NULL },
	{ VT_TEXT, "سلام", "varchar(4)", "سلام", NULL },
	{ VT_TEXT, "abcd", "varchar(3)", NULL, "22001" },
	{ VT_TEXT, "ab", "char(3)", "ab", NULL },
	{ VT_TEXT, "abcd", "char(3)", NULL, "22001" },
	{ VT_TEXT, "bad\xff", "text", NULL, "22021" },
	{ VT_TEXT, "happy", "mood", "happy", NULL },
	{ VT_TEXT, "angry", "mood", NULL, "22P02" },
	{ VT_TEXT, "ab", "short", "ab", NULL },
	{ VT_TEXT, "abc", "short", NULL, "22001" },
	{ VT_INT, "-1", "positive", NULL, "23514" },
	{ VT_INT, "1", "positive", "1", NULL },
	{ VT_TEXT, "2025-01-15", "date", "2025-01-15", NULL },
	{ VT_TEXT, "Jan", "date", NULL, "22007" },
	{ VT_TEXT, "1.5", "numeric", "1.5", NULL },
	{ VT_TEXT, "10.0.0.1", "inet", "10.0.0.1/32", NULL },
	{ VT_TEXT, "abc", "name", "abc", NULL },
	{ VT_TEXT, "101", "bit(3)", "101", NULL },
	{ VT_TEXT, "1011", "bit(3)", NULL, "22026" },
	{ VT_TEXT, "é", "bytea", "\\xc3a9", NULL },
	{ VT_BYTES, "\x01\xff", "bytea", "\\x01ff", NULL },
	{ VT_BYTES, "\x01\xff", "text", "01ff", NULL },
	{ VT_DATE, "20103", "date", "2025-01-15", NULL },
	{ VT_DATE, "2147483647", "date", "infinity", NULL },
	{ VT_DATE, "-2147483648", "date", "-infinity", NULL },
	{ VT_DATE, "-4000000", "date", NULL, "22008" },
	{ VT_DATE, "-2147483647", "date", NULL, "22008" },
	{ VT_DATE, "20103", "timestamp", "2025-01-15 00:00:00", NULL },
	{ VT_DATE, "20103", "timestamptz", "2025-01-15 00:00:00+00", NULL },
	{ VT_DATE, "20103", "text", "2025-01-15", NULL },
	{ VT_TIME, "37845000001", "time", "10:30:45.000001", NULL },
	{ VT_TIME, "86400000000", "time", "24:00:00", NULL },
	{ VT_TIME, "37845000000", "timetz", "10:30:45+00", NULL },
	{ VT_TIMESTAMP, "1736937045000001", "timestamp",
	    "2025-01-15 10:30:45.000001", NULL },
	{ VT_TIMESTAMP, "-9223372036854775807", "timestamp", NULL, "22008" },
	{ VT_TIMESTAMP, "1736937045000000", "date", "2025-01-15", NULL },
	{ VT_TIMESTAMP, "1736937045000000", "timestamptz",
	    "2025-01-15 10:30:45+00", NULL },
	{ VT_TIMESTAMPTZ, "-1", "timestamptz", "1969-12-31 23:59:59.999999+00",
	    NULL },
	{ VT_TIMESTAMPTZ, "9223372036854775807", "timestamptz", "infinity",
	    NULL },
	{ VT_TIMESTAMPTZ, "1736937045000000", "timestamp(0)",
	    "2025-01-15 10:30:45", NULL },
	{ VT_TIMESTAMPTZ, "1736937045000000", "text",
	    "2025-01-15T10:30:45.000000Z", NULL },
	{ VT_UUID, "0123456789abcdef", "uuid",
	    "30313233-3435-3637-3839-616263646566", NULL },
	{ VT_UUID, "0123456789abcdef", "text",
	    "30313233-3435-3637-3839-616263646566", NULL },
	{ VT_JSON, "{\"a\":1.50}", "jsonb", "{\"a\": 1.50}", NULL },
	{ VT_JSON, "{\"a\":1.50}", "json", "{\"a\":1.50}", NULL },
	{ VT_JSON, "{", "json", NULL, "22P02" },
	{ VT_JSON, "\"\\u0000\"", "jsonb", NULL, "22P05" },
	{ VT_JSON, "[]", "text", "[]", NULL },
	{ VT_OPAQUE, "1 day 02:00:00", "interval", "1 day 02:00:00", NULL },
	{ VT_OPAQUE, "{1,NULL,3}", "integer[]", "{1,NULL,3}", NULL },
	{ VT_OPAQUE, "{\"a b\",\"c\\\"d\"}", "varchar(5)[]",
	    "{\"a b\",\"c\\\"d\"}", NULL },
	{ VT_OPAQUE, "[1,5)", "int4range", "[1,5)", NULL },
	{ VT_OPAQUE, "(1,\"x y\")", "pair", "(1,\"x y\")", NULL },
	{ VT_OPAQUE, "(1,2)", "point", "(1,2)", NULL },
	{ VT_OPAQUE, "<a/>", "xml", "<a/>", NULL },
	{ VT_OPAQUE, "nonsense", "interval", NULL, "22007" },
	{ VT_OPAQUE, "1 day", "text", "1 day", NULL },
};

static const char types[] = "CREATE TYPE mood AS ENUM ('happy', 'sad');"
			    "CREATE DOMAIN short AS varchar(2);"
			    "CREATE DOMAIN positive AS int CHECK (value > 0);"
			    "CREATE TYPE pair AS (a int, b text)";

static struct batch *
one_row(size_t i, const char *op)
{
	const struct rig_column cols[] = { { "id", VT_INT, NULL },
		{ "v", rows[i].type,
		    rows[i].type == VT_OPAQUE ? rows[i].column : NULL } };
	return rig_batch(cols, 2, op, (const char *const[]){ "1", rows[i].in });
}

static void
load_one(size_t i, const char *how)
{
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(&r, one_row(i, "I"));
	if (r.nrejects != !rows[i].out)
		fail_msg("row %zu (%s, %s): %zu rejects, %s", i, rows[i].column,
		    how, r.nrejects, r.nrejects ? r.rejects[0].why.msg : "");
	if (r.nrejects && strncmp(r.rejects[0].why.msg, rows[i].code, 5) != 0)
		fail_msg("row %zu (%s, %s): %s", i, rows[i].column, how,
		    r.rejects[0].why.msg);
	rig_close(&r);
	if (rows[i].out)
		expect("SELECT v::text FROM thing WHERE id = 1", rows[i].out);
}

static void
each_type_into_each(void **state)
{
	(void)state;
	NEED_SERVER();
	sql(types);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[160];
		snprintf(text, sizeof(text),
		    "DROP TABLE IF EXISTS thing; CREATE TABLE thing (id int "
		    "PRIMARY KEY, v %s)",
		    rows[i].column);
		sql(text);
		load_one(i, "direct");
		sql("TRUNCATE thing; INSERT INTO thing VALUES (2, NULL)");
		load_one(i, "merge");
		sql("CREATE TEMP TABLE was AS SELECT xmin::text AS x FROM "
		    "thing WHERE id = 1");
		load_one(i, "again");
		expect("SELECT count(*) FROM was WHERE x NOT IN (SELECT "
		       "xmin::text FROM thing WHERE id = 1)",
		    "0");
		sql("DROP TABLE was");
	}
}

static void
nulls_everywhere(void **state)
{
	(void)state;
	NEED_SERVER();
	sql(types);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[160];
		snprintf(text, sizeof(text),
		    "DROP TABLE IF EXISTS thing; CREATE TABLE thing (id int "
		    "PRIMARY KEY, v %s)",
		    rows[i].column);
		sql(text);
		const struct rig_column cols[] = { { "id", VT_INT, NULL },
			{ "v", rows[i].type, NULL } };
		const struct entity en = entity(false);
		struct rig r;
		rig_open(&r, &en);
		rig_apply(
		    &r, rig_batch(cols, 2, "II",
			    (const char *const[]){ "1", NULL, "2", NULL }));
		rig_apply(&r, rig_batch(cols, 2, "U",
				  (const char *const[]){ "1", NULL }));
		rig_expect(&r, 2, 1, 0, 0);
		rig_close(&r);
		expect("SELECT * FROM thing ORDER BY id", "1|-\n2|-");
	}
}

static void
creates_types_the_server_knows(void **state)
{
	(void)state;
	NEED_SERVER();
	static const struct rig_column cols[] = { { "id", VT_INT, NULL },
		{ "a", VT_OPAQUE, "integer[]" }, { "b", VT_OPAQUE, "interval" },
		{ "f", VT_UUID, NULL }, { "g", VT_JSON, NULL },
		{ "h", VT_BOOL, NULL }, { "i", VT_BYTES, NULL },
		{ "j", VT_TIME, NULL }, { "k", VT_FLOAT, NULL } };
	const struct entity en = entity(true);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(
	    &r, rig_batch(cols, ARRAY_LEN(cols), "I",
		    (const char *const[]){ "1", "{1}", "1 day",
			"0123456789abcdef", "{}", "t", "x", "0", "1.5" }));
	rig_expect(&r, 1, 0, 0, 0);
	rig_close(&r);
	expect("SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER "
	       "BY attnum) FROM pg_attribute WHERE attrelid = "
	       "'thing'::regclass AND attnum > 0",
	    "bigint,integer[],interval,uuid,jsonb,boolean,bytea,"
	    "time without time zone,double precision");
}

static void
refuses_types_the_server_lacks(void **state)
{
	static const char *const unknown[] = { "mood", "no such type",
		"text); DROP TABLE x; --" };
	(void)state;
	NEED_SERVER();
	const struct entity en = entity(true);
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		const struct rig_column cols[] = { { "id", VT_INT, NULL },
			{ "a", VT_OPAQUE, unknown[i] } };
		struct rig r;
		struct err e = { 0 };
		rig_open(&r, &en);
		struct batch *b =
		    rig_batch(cols, 2, "I", (const char *const[]){ "1", "x" });
		int rc = apply_batch(&r.apply, &b, &e);
		batch_free(&b);
		if (rc == 0)
			rc = apply_finish(&r.apply, &e);
		assert_int_equal(rc, -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_string_equal(e.code, "no_type");
		rig_close(&r);
	}
}

/* Equality that is blind for what changed must not hide a change. */
static void
sees_changes_that_equality_hides(void **state)
{
	(void)state;
	NEED_SERVER();
	sql("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2',"
	    " deterministic = false);"
	    "CREATE TABLE thing (id int PRIMARY KEY, a text COLLATE blind, b "
	    "interval, c point)");
	static const struct rig_column cols[] = { { "id", VT_INT, NULL },
		{ "a", VT_TEXT, NULL }, { "b", VT_OPAQUE, "interval" },
		{ "c", VT_OPAQUE, "point" } };
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	rig_apply(
	    &r, rig_batch(cols, 4, "III",
		    (const char *const[]){ "1", "x", "1 day", "(1,1)", "2", "x",
			"1 day", "(1,1)", "3", "x", "1 day", "(1,1)" }));
	rig_apply(&r,
	    rig_batch(cols, 4, "UUU",
		(const char *const[]){ "1", "X", "1 day", "(1,1)", "2", "x",
		    "24:00:00", "(1,1)", "3", "x", "1 day", "(1,1.0000001)" }));
	rig_close(&r);
	expect("SELECT * FROM thing ORDER BY id",
	    "1|X|1 day|(1,1)\n2|x|24:00:00|(1,1)\n3|x|1 day|(1,1.0000001)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(each_type_into_each),
		SERVER_TEST(nulls_everywhere),
		SERVER_TEST(creates_types_the_server_knows),
		SERVER_TEST(refuses_types_the_server_lacks),
		SERVER_TEST(sees_changes_that_equality_hides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
