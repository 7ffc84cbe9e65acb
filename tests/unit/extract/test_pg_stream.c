/* Both ways to read a COPY, against a server; needs $SYNCLINE_TEST_PG. */
#include "extract/pg_stream.h"
#include "tests/unit/extract/pg_bytes.h"

typedef int stream_fn(struct pg_conn *c, const char *sql, struct pg_copy *copy,
    bool *called_off, struct err *e);

static struct pg_conn *conn;

static int
setup(void **state)
{
	static struct connection here = { .name = "pg",
		.driver = DRIVER_POSTGRES };
	struct err e = { 0 };

	(void)state;
	here.dsn = getenv("SYNCLINE_TEST_PG");
	return db_pg_connect(&here, "test", &conn, &e);
}

static int
teardown(void **state)
{
	(void)state;
	db_pg_close(&conn);
	return 0;
}

struct reading {
	struct buf text;
	uint64_t rows;
	int rc;
	bool called_off;
	struct err e;
};

static void
run(stream_fn *stream, const char *query, size_t refuse_after,
    struct reading *out)
{
	struct world w;
	struct buf sql = { 0 };
	struct err e = { 0 };

	*out = (struct reading){ 0 };
	world_open(&w, 2, VT_INT);
	w.rig.refuse_after = refuse_after;
	buf_printf(&sql, "COPY (%s) TO STDOUT (FORMAT binary)", query);
	out->rc =
	    stream(conn, buf_str(&sql), &w.copy, &out->called_off, &out->e);
	if (out->rc == 0)
		assert_int_equal(emit_flush(&w.em, &e), 0);
	out->rows = w.em.rows;
	out->text = w.rig.text;
	w.rig.text = (struct buf){ 0 };
	buf_free(&sql);
	world_close(&w);
	/* A cancel that comes late may hit the next command, not the one after
	 * it. */
	if (out->called_off && db_pg_exec(conn, "SELECT pg_sleep(0.02)", &e))
		assert_string_equal(e.code, "57014");
	assert_int_equal(db_pg_exec(conn, "SELECT 1", &e), 0);
}

/* Rows with NULLs and texts of every length, some larger than any buffer. */
static const char many[] =
    "SELECT g::bigint, CASE WHEN g % 7 <> 0 THEN "
    "repeat(md5(g::text), (g * 7919 % 37)::int * CASE WHEN g % 997 = 0 "
    "THEN 300 ELSE 1 END) END FROM generate_series(1, 5000) g";

static void
both_ways_read_the_same(void **state)
{
	static const struct {
		const char *label, *query;
		size_t refuse_after;
		int rc;
	} rows[] = {
		{ "many rows", many, 0, 0 },
		{ "no row", "SELECT 1, '' WHERE false", 0, 0 },
		{ "no such table", "SELECT a, b FROM nowhere", 0, -1 },
		{ "refused midway",
		    "SELECT g, (10 / (3000 - g))::text "
		    "FROM generate_series(1, 5000) g",
		    0, -1 },
		{ "not taken midway", many, 3, -1 },
		{ "another number of columns", "SELECT 1", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct reading plain, fast;
		print_message("%s\n", rows[i].label);
		run(pg_stream_plain, rows[i].query, rows[i].refuse_after,
		    &plain);
		run(pg_stream, rows[i].query, rows[i].refuse_after, &fast);
		assert_int_equal(plain.rc, rows[i].rc);
		assert_int_equal(fast.rc, plain.rc);
		assert_int_equal(fast.rows, plain.rows);
		assert_string_equal(buf_str(&fast.text), buf_str(&plain.text));
		assert_string_equal(fast.e.code, plain.e.code);
		assert_string_equal(fast.e.msg, plain.e.msg);
		assert_int_equal(fast.e.cls, plain.e.cls);
		buf_free(&plain.text);
		buf_free(&fast.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_read_the_same),
	};
	return cmocka_run_group_tests_name("pg_stream", tests, setup, teardown);
}
