/* Ranges of the key, of SQLite sources: each row is in exactly one of them,
 * now and in the next night. */
#include "extract/key_range.h"
#include "proto/limits.h"
#include "proto/ranges.h"
#include "tests/unit/extract/rig.h"
#include <sqlite3.h>

static const char *key_names[] = { "id" };

struct world {
	struct rig_folder folder;
	struct connection conn;
	struct entity en;
	struct source_handle *source;
	struct chunk_list plan;
};

static void
run_sql(struct world *w, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(w->folder.file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
world_open(struct world *w, const char *sql)
{
	*w = (struct world){ 0 };
	rig_folder(&w->folder, "s.db");
	run_sql(w, sql);
	w->conn = (struct connection){
		.name = "plan", .driver = DRIVER_SQLITE, .path = w->folder.file
	};
	w->en = (struct entity){ .name = "things",
		.source = { .connection = "plan",
		    .table = "t",
		    .chunk_rows = 4,
		    .conn = &w->conn },
		.key = { 1, key_names },
		.windowed = true,
		.batch_rows = 8192,
		.batch_bytes = 1 << 20 };
}

static void
plan(struct world *w)
{
	struct err e = { 0 };
	source_close(&w->source);
	w->plan = (struct chunk_list){ 0 };
	assert_int_equal(
	    source_open(&w->en, MODE_SYNC, NULL, &w->source, &e), 0);
	assert_int_equal(
	    source_plan(w->source, (struct span){ 0 }, &w->plan, &e), 0);
}

static void
world_close(struct world *w)
{
	source_close(&w->source);
	rig_remove(&w->folder);
}

/* How many rows the ranges have in all, and in how many batches. */
static size_t
read_all(struct world *w, const struct chunk_list *l)
{
	size_t rows = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct rig rig = { 0 };
		struct emit em;
		struct arena a = { 0 };
		struct err e = { 0 };
		const struct emit_sink sink = { rig_send, rig_reject, &rig };
		const struct wanted *wanted = &w->source->wanted;
		emit_init(
		    &em, &sink, &w->en, emit_columns(wanted, &a), wanted->n);
		if (source_read(w->source, &l->ranges[i], &em, &e) != 0)
			fail_msg("%s", e.msg);
		rows += em.rows;
		emit_free(&em);
		rig_free(&rig);
		arena_free(&a);
	}
	return rows;
}

static void
every_row_is_in_one(void **state)
{
	(void)state;
	static const struct {
		const char *label, *sql;
		size_t chunks, rows;
	} rows[] = {
		{ "some",
		    "CREATE TABLE t(id INTEGER PRIMARY KEY); WITH RECURSIVE "
		    "n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i "
		    "< 18) INSERT INTO t SELECT i FROM n",
		    5, 18 },
		{ "the ends of what there is",
		    "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t "
		    "VALUES(-9223372036854775808), (0), (7), "
		    "(9223372036854775807)",
		    LIMIT_CHUNKS, 4 },
		{ "few rows are one chunk",
		    "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t "
		    "VALUES(1), (4)",
		    1, 2 },
		{ "an empty table", "CREATE TABLE t(id INTEGER PRIMARY KEY)", 1,
		    0 },
		{ "a key of texts",
		    "CREATE TABLE t(id TEXT PRIMARY KEY); INSERT INTO t "
		    "VALUES('a'), ('b'), ('c'), ('d'), ('e'), ('f')",
		    1, 6 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		world_open(&w, rows[i].sql);
		plan(&w);
		if (w.plan.n != rows[i].chunks)
			fail_msg("%s: %zu chunks", rows[i].label, w.plan.n);
		assert_int_equal(w.source->snapshot, w.plan.n == 1);
		if (w.plan.n < LIMIT_CHUNKS)
			assert_int_equal(read_all(&w, &w.plan), rows[i].rows);
		world_close(&w);
	}
}

/* As they were encoded, behind the back of a source that lives on. */
static void
the_next_night_reads_them_again(void **state)
{
	(void)state;
	struct world w;
	struct span ranges[2];
	struct buf bytes[2] = { 0 }, body = { 0 };
	struct chunk_list again = { 0 };
	struct err e = { 0 };
	world_open(&w, "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t "
		       "VALUES(1), (2), (5), (9), (10)");
	plan(&w);
	assert_int_equal(w.plan.n, 3); /* below 5, below 9, the rest */
	for (size_t i = 0; i < 2; i++) {
		assert_true(chunk_stable(&w.plan.ranges[i + 1]));
		chunk_encode(&w.plan.ranges[i + 1], &bytes[i]);
		ranges[i] = buf_span(&bytes[i]);
	}
	ranges_encode(ranges, 2, &body);
	source_close(&w.source);
	run_sql(&w, "DELETE FROM t WHERE id = 9; INSERT INTO t VALUES(-3), "
		    "(6), (7), (800)");
	assert_int_equal(source_open(&w.en, MODE_SYNC, NULL, &w.source, &e), 0);
	assert_int_equal(
	    source_again(w.source, buf_span(&body), &again, &e), 0);
	assert_int_equal(again.n, 2);
	assert_false(w.source->snapshot);
	assert_int_equal(read_all(&w, &again), 5); /* 5 6 7 10 800 */
	buf_free(&bytes[0]);
	buf_free(&bytes[1]);
	buf_free(&body);
	world_close(&w);
}

static void
only_where_nights_end(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, "CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER); "
		       "INSERT INTO t(id) VALUES(1), (9)");
	w.en.windowed = false;
	plan(&w);
	assert_int_equal(w.plan.n, 1);
	w.en.windowed = true;
	w.en.source.split = SPLIT_NONE;
	plan(&w);
	assert_int_equal(w.plan.n, 1);
	w.en.source.split = SPLIT_AUTO;
	w.en.rowversion = "v";
	plan(&w);
	assert_int_equal(w.plan.n, 1);
	w.en.rowversion = NULL;
	plan(&w);
	assert_int_equal(w.plan.n, 3);
	world_close(&w);
}

static void
a_range_of_blocks_is_for_one_night(void **state)
{
	(void)state;
	struct world w;
	struct buf bytes = { 0 }, body = { 0 };
	struct chunk_list again = { 0 };
	struct err e = { 0 };
	const struct chunk_range blocks = { .kind = CHUNK_CTID, .hi = 7 };
	chunk_encode(&blocks, &bytes);
	const struct span range = buf_span(&bytes);
	ranges_encode(&range, 1, &body);
	world_open(&w, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
	assert_int_equal(source_open(&w.en, MODE_SYNC, NULL, &w.source, &e), 0);
	assert_int_equal(
	    source_again(w.source, buf_span(&body), &again, &e), -1);
	buf_free(&bytes);
	buf_free(&body);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_in_one),
		cmocka_unit_test(the_next_night_reads_them_again),
		cmocka_unit_test(only_where_nights_end),
		cmocka_unit_test(a_range_of_blocks_is_for_one_night),
	};
	return cmocka_run_group_tests_name("key_range", tests, NULL, NULL);
}
