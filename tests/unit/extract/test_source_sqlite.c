/* SQLite sources: real files, every storage class in every kind of column. */
#include "proto/rowversion.h"
#include "tests/unit/extract/rig.h"
#include <sqlite3.h>

struct world {
	struct rig_folder folder;
	struct connection conn;
	struct entity en;
	struct rig rig;
	struct emit em;
	struct err e;
};

static const char *key_names[] = { "id" };

static void
world_open(struct world *w, const char *sql)
{
	sqlite3 *db;

	*w = (struct world){ 0 };
	rig_folder(&w->folder, "s.db");
	assert_int_equal(sqlite3_open(w->folder.file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	w->conn = (struct connection){
		.name = "plan", .driver = DRIVER_SQLITE, .path = w->folder.file
	};
	w->en = (struct entity){ .name = "things",
		.source = { .connection = "plan",
		    .table = "t",
		    .conn = &w->conn },
		.key = { 1, key_names },
		.batch_rows = 8192,
		.batch_bytes = 1 << 20 };
}

static void
world_close(struct world *w)
{
	emit_free(&w->em);
	rig_free(&w->rig);
	rig_remove(&w->folder);
}

static void
expect(const char *label, const char *sql, const char *want)
{
	struct world w;

	world_open(&w, sql);
	if (rig_read(&w.en, &w.rig, &w.em, &w.e) != 0)
		fail_msg("%s: %s", label, w.e.msg);
	if (strcmp(buf_str(&w.rig.text), want) != 0)
		fail_msg("%s: got\n%s", label, buf_str(&w.rig.text));
	world_close(&w);
}

static void
values_travel_by_storage_class(void **state)
{
	static const struct {
		const char *label, *type, *values, *want;
	} rows[] = {
		{ "integers", "INTEGER", "(1),(-9223372036854775808),(NULL)",
		    "0|0 c=int:1\n0|1 c=int:-9223372036854775808\n0|2 c=int:NULL\n" },
		{ "a text among integers makes all text", "INTEGER",
		    "(1),('x'),(NULL),(2)",
		    "0|0 c=text:1\n0|1 c=text:x\n0|2 c=text:NULL\n0|3 c=text:2\n" },
		{ "a real among integers", "INTEGER", "(1.5),(7)",
		    "0|0 c=text:1.5\n0|1 c=text:7\n" },
		{ "a blob among integers is text byte for byte", "INTEGER",
		    "(x'4142'),(3)", "0|0 c=text:AB\n0|1 c=text:3\n" },
		{ "booleans", "BOOLEAN", "(0),(1)",
		    "0|0 c=bool:false\n0|1 c=bool:true\n" },
		{ "two is no boolean", "BOOLEAN", "(0),(2),(1)",
		    "0|0 c=text:0\n0|1 c=text:2\n0|2 c=text:1\n" },
		{ "integers in a real column", "DOUBLE", "(1),(0.1)",
		    "0|0 c=float:1\n0|1 c=float:0.1\n" },
		{ "decimals of every storage", "DECIMAL TEXT",
		    "('12.5'),(0.1),('123456789012345678901234567890.1')",
		    "0|0 c=decimal:12.5\n0|1 c=decimal:0.1\n"
		    "0|2 c=decimal:123456789012345678901234567890.1\n" },
		{ "reals and integers are decimals", "NUMERIC(10,2)",
		    "(0.1),(7),(NULL)",
		    "0|0 c=decimal:0.1\n0|1 c=decimal:7\n0|2 c=decimal:NULL\n" },
		{ "a decimal text that is not canonical", "DECIMAL TEXT",
		    "('1.50'),('2')", "0|0 c=text:1.50\n0|1 c=text:2\n" },
		{ "minus zero is not canonical", "DECIMAL TEXT", "('-0')",
		    "0|0 c=text:-0\n" },
		{ "dates are texts", "DATE TEXT", "('2024-02-29')",
		    "0|0 c=text:2024-02-29\n" },
		{ "an epoch in a timestamp column", "TIMESTAMP", "(1700000000)",
		    "0|0 c=text:1700000000\n" },
		{ "json", "JSON TEXT", "('{\"a\": 1}'),('x')",
		    "0|0 c=json:{\"a\": 1}\n0|1 c=json:x\n" },
		{ "text in a blob column stays bytes", "BLOB",
		    "('AB'),(x'00ff'),(5)",
		    "0|0 c=bytes:4142\n0|1 c=bytes:00ff\n0|2 c=bytes:35\n" },
		{ "no declared type is text", "", "(1),('a'),(2.5),(x'')",
		    "0|0 c=text:1\n0|1 c=text:a\n0|2 c=text:2.5\n0|3 c=text:\n" },
	};
	char sql[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(sql, sizeof(sql),
		    "CREATE TABLE t(c %s); INSERT INTO t VALUES %s",
		    rows[i].type, rows[i].values);
		expect(rows[i].label, sql, rows[i].want);
	}
}

static void
utf16_files_read_as_utf8(void **state)
{
	(void)state;
	expect("utf-16",
	    "PRAGMA encoding='UTF-16'; CREATE TABLE t(c TEXT, n INTEGER);"
	    "INSERT INTO t VALUES ('متن','x')",
	    "0|0 c=text:متن n=text:x\n");
}

/* With a comma as decimal point, a number among texts has no point at all. */
static void
numbers_among_texts_keep_their_value(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "CREATE TABLE t(c DECIMAL TEXT, d REAL);"
		       "INSERT INTO t VALUES ('1,5', 1.25)");
	sqlite3 *db;
	assert_int_equal(sqlite3_open(w.folder.file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "CREATE TABLE u(c DECIMAL, d REAL);"
			     "INSERT INTO u VALUES (1.234,1),('1,5','x')",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	w.en.defaults.number.decimal = ',';
	w.en.source.table = "u";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), 0);
	assert_string_equal(buf_str(&w.rig.text),
	    "0|0 c=text:1234e-3 d=text:1\n0|1 c=text:1,5 d=text:x\n");
	world_close(&w);
}

static void
a_column_is_text_only_in_its_batch(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "CREATE TABLE t(c INTEGER);"
		       "INSERT INTO t VALUES (1),('x'),(3),(4),(5)");
	w.en.batch_rows = 2;
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), 0);
	assert_string_equal(buf_str(&w.rig.text),
	    "0|0 c=text:1\n0|1 c=text:x\n"
	    "2|0 c=int:3\n2|1 c=int:4\n4|0 c=int:5\n");
	assert_int_equal(w.em.seq, 3);
	assert_int_equal(w.em.rows, 5);
	world_close(&w);
}

static void
an_empty_table_is_a_complete_read(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "CREATE TABLE t(c INTEGER)");
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), 0);
	assert_int_equal(w.em.seq, 0);
	assert_int_equal(w.em.rows, 0);
	assert_int_equal(w.em.version.len, 0);
	world_close(&w);
}

static void
only_mapped_columns_and_the_rowversion_are_read(void **state)
{
	struct field fields[] = { { .to = "id", .from = "Id" },
		{ .to = "k", .value = "7" },
		{ .to = "n", .from = "sel\"ect" } };
	struct world w;

	(void)state;
	world_open(&w,
	    "CREATE TABLE \"ta.b\"(\"Id\" INT, \"sel\"\"ect\" TEXT, v INT, x INT);"
	    "INSERT INTO \"ta.b\" VALUES (1,'a',10,0),(2,'b',30,0),(3,'c',20,0),(4,'d',NULL,0)");
	w.en.source.table = "\"ta.b\"";
	w.en.source.where = "\"Id\" < 4 -- not the last";
	w.en.fields_given = true;
	w.en.nfields = ARRAY_LEN(fields);
	w.en.fields = fields;
	w.en.rowversion = "v";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), 0);
	assert_string_equal(buf_str(&w.rig.text),
	    "0|0 Id=int:1 sel\"ect=text:a @v=int:10\n"
	    "0|1 Id=int:2 sel\"ect=text:b @v=int:30\n"
	    "0|2 Id=int:3 sel\"ect=text:c @v=int:20\n");
	struct buf want = { 0 };
	rowversion_encode(&(struct value){ .type = VT_INT, .i = 30 }, &want);
	assert_int_equal(
	    rowversion_compare(buf_span(&want), buf_span(&w.em.version)), 0);
	buf_free(&want);
	world_close(&w);
}

static void
read_above(struct world *w, const struct value *mark, const char *want)
{
	struct source_handle *s;
	struct chunk_list l = { 0 };
	struct arena a = { 0 };
	struct emit_sink sink = RIG_SINK(&w->rig);
	struct buf version = { 0 };

	rowversion_encode(mark, &version);
	assert_int_equal(source_open(&w->en, MODE_SYNC, NULL, &s, &w->e), 0);
	assert_int_equal(source_plan(s, buf_span(&version), &l, &w->e), 0);
	emit_init(
	    &w->em, &sink, &w->en, emit_columns(&s->wanted, &a), s->wanted.n);
	if (source_read(s, &l.ranges[0], &w->em, &w->e) != 0)
		fail_msg("%s", w->e.msg);
	assert_string_equal(buf_str(&w->rig.text), want);
	source_close(&s);
	arena_free(&a);
	buf_free(&version);
}

static void
watermarks_keep_ties_overlap_and_nulls(void **state)
{
	struct world w;

	(void)state;
	world_open(&w,
	    "CREATE TABLE t(id INT, v INT);"
	    "INSERT INTO t VALUES (1,10),(2,20),(3,30),(4,NULL),(5,18)");
	w.en.rowversion = "v";
	w.en.overlap = 2;
	read_above(&w, &(struct value){ .type = VT_INT, .i = 20 },
	    "0|0 id=int:2 v=int:20 @v=int:20\n"
	    "0|1 id=int:3 v=int:30 @v=int:30\n"
	    "0|2 id=int:4 v=int:NULL @v=int:NULL\n"
	    "0|3 id=int:5 v=int:18 @v=int:18\n");
	world_close(&w);
	world_open(&w,
	    "CREATE TABLE t(id INT, v TIMESTAMP TEXT);"
	    "INSERT INTO t VALUES (1,'2024-01-01 10:00:00'),"
	    "(2,'2024-01-01 09:59:30.5'),(3,'2024-01-01 09:59:29.9')");
	w.en.rowversion = "v";
	w.en.overlap = 30;
	const char *mark = "2024-01-01 10:00:00";
	read_above(&w,
	    &(struct value){
		.type = VT_TEXT, .s = { (const uint8_t *)mark, strlen(mark) } },
	    "0|0 id=int:1 v=text:2024-01-01 10:00:00 @v=text:2024-01-01 10:00:00\n"
	    "0|1 id=int:2 v=text:2024-01-01 09:59:30.5 @v=text:2024-01-01 09:59:30.5\n");
	world_close(&w);
}

static void
a_refused_batch_stops_the_read(void **state)
{
	struct world w;

	(void)state;
	world_open(
	    &w, "CREATE TABLE t(c INT); INSERT INTO t VALUES (1),(2),(3)");
	w.en.batch_rows = 1;
	w.rig.refuse_after = 2;
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_string_equal(w.e.code, "fenced");
	assert_string_equal(buf_str(&w.rig.text), "0|0 c=int:1\n");
	world_close(&w);
}

static void
mistakes_are_named(void **state)
{
	struct field missing[] = { { .to = "a", .from = "nope" } };
	struct world w;

	(void)state;
	world_open(&w, "CREATE TABLE t(c INT); CREATE TABLE other(c INT)");
	w.en.source.table = "tt";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_int_equal(w.e.cls, ERR_CONFIG);
	assert_non_null(strstr(w.e.msg,
	    "connection plan, table tt: table tt does not exist; there are: other, t"));
	w.en.source.table = "t";
	w.en.fields_given = true;
	w.en.nfields = 1;
	w.en.fields = missing;
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_int_equal(w.e.cls, ERR_CONFIG);
	assert_string_equal(w.e.field, "nope");
	assert_non_null(strstr(w.e.msg, "there is no column \"nope\""));
	w.en.source.table = NULL;
	w.en.source.query = "SELECT c, c FROM t";
	w.en.fields_given = false;
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_string_equal(w.e.code, "duplicate_column");
	w.en.source.query = "DELETE FROM t RETURNING c";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_int_equal(w.e.cls, ERR_CONFIG);
	w.en.source.query = "SELECT \"cc\" FROM t";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_int_equal(w.e.cls, ERR_CONFIG);
	world_close(&w);
}

static void
a_damaged_file_is_no_short_read(void **state)
{
	struct world w;
	char page[4096];

	(void)state;
	world_open(&w,
	    "CREATE TABLE t(c TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
	    " SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT"
	    " printf('%0100d', i) FROM n");
	FILE *f = fopen(w.folder.file, "r+");
	assert_non_null(f);
	memset(page, 0xee, sizeof(page));
	assert_int_equal(fseek(f, 60 * 4096L, SEEK_SET), 0);
	assert_int_equal(fwrite(page, sizeof(page), 1, f), 1);
	fclose(f);
	w.en.batch_rows = 100;
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_true(w.em.rows > 0 && w.em.rows < 5000);
	world_close(&w);
}

static void
an_adoption_reads_the_living_rows_of_the_target(void **state)
{
	struct source_handle *s;
	struct chunk_list l = { 0 };
	struct arena a = { 0 };
	struct world w;
	struct emit_sink sink = RIG_SINK(&w.rig);

	(void)state;
	world_open(&w,
	    "CREATE TABLE t(id INT, n TEXT, gone BOOLEAN, hash TEXT);"
	    "INSERT INTO t VALUES (1,'a',NULL,'h'),(2,'b',1,'h'),(3,'c',0,'h')");
	w.en.target = (struct target){ .table = "t", .conn = &w.conn };
	w.en.source.table = "elsewhere";
	w.en.deletes.policy = DELETES_SOFT;
	w.en.deletes.column = "gone";
	w.en.track.key_hash = "hash";
	assert_int_equal(source_open(&w.en, MODE_ADOPT, NULL, &s, &w.e), 0);
	assert_int_equal(source_plan(s, (struct span){ 0 }, &l, &w.e), 0);
	emit_init(
	    &w.em, &sink, &w.en, emit_columns(&s->wanted, &a), s->wanted.n);
	assert_int_equal(source_read(s, &l.ranges[0], &w.em, &w.e), 0);
	assert_string_equal(buf_str(&w.rig.text),
	    "0|0 id=int:1 n=text:a\n0|1 id=int:3 n=text:c\n");
	source_close(&s);
	arena_free(&a);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_travel_by_storage_class),
		cmocka_unit_test(utf16_files_read_as_utf8),
		cmocka_unit_test(numbers_among_texts_keep_their_value),
		cmocka_unit_test(a_column_is_text_only_in_its_batch),
		cmocka_unit_test(an_empty_table_is_a_complete_read),
		cmocka_unit_test(
		    only_mapped_columns_and_the_rowversion_are_read),
		cmocka_unit_test(watermarks_keep_ties_overlap_and_nulls),
		cmocka_unit_test(a_refused_batch_stops_the_read),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_damaged_file_is_no_short_read),
		cmocka_unit_test(
		    an_adoption_reads_the_living_rows_of_the_target),
	};
	return cmocka_run_group_tests_name("source_sqlite", tests, NULL, NULL);
}
