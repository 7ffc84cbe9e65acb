/* The synthetic source: the same rows in every run, however they are cut. */
#include "tests/unit/extract/rig.h"

static void
read_rows(int64_t rows, int64_t chunk_rows, struct rig *r)
{
	struct connection conn = { .name = "none", .driver = DRIVER_NULL };
	struct entity en = { .name = "orders",
		.source = { .conn = &conn,
		    .rows = rows,
		    .chunk_rows = chunk_rows },
		.batch_rows = 1,
		.batch_bytes = 1 << 20 };
	struct emit em;
	struct err e = { 0 };

	if (rig_read(&en, r, &em, &e) != 0)
		fail_msg("%s", e.msg);
	emit_free(&em);
}

static void
rows_are_those_of_the_benchmark(void **state)
{
	struct rig r = { 0 };

	(void)state;
	read_rows(10, 0, &r);
	assert_int_equal(r.batches, 10);
	assert_non_null(strstr(buf_str(&r.text),
	    "2|0 order_no=int:3 site=text:S3 part_no=text:P-023757 descr=text:Cafe\xcc\x81 3 "
	    "qty=decimal:0.375 price=decimal:3.75 status=text:CANCELLED "
	    "due=timestamp:2024-01-01T00:03:00.000000 "
	    "created=timestamptz:2023-05-31T20:30:21.000000Z "
	    "released=bool:true note=text: rv=int:3\n"));
	assert_non_null(strstr(buf_str(&r.text), "descr=text:NULL"));
	assert_non_null(
	    strstr(buf_str(&r.text), "note=text:lorem ipsum lorem ipsum  rv"));
	rig_free(&r);
}

static void
chunks_hold_every_row_once(void **state)
{
	struct rig whole = { 0 }, cut = { 0 };
	size_t lines = 0;

	(void)state;
	read_rows(100, 0, &whole);
	read_rows(100, 7, &cut);
	assert_int_equal(whole.batches, 100);
	assert_int_equal(cut.batches, 100);
	const char *a = buf_str(&whole.text), *b = buf_str(&cut.text);
	while ((a = strstr(a, " order_no")) && (b = strstr(b, " order_no"))) {
		size_t n = (size_t)(strchr(a, '\n') - a);
		assert_memory_equal(a, b, n);
		a += n;
		b += n;
		lines++;
	}
	assert_int_equal(lines, 100);
	rig_free(&whole);
	rig_free(&cut);
}

static void
none_is_none(void **state)
{
	struct rig r = { 0 };

	(void)state;
	read_rows(0, 10, &r);
	assert_int_equal(r.batches, 0);
	rig_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_those_of_the_benchmark),
		cmocka_unit_test(chunks_hold_every_row_once),
		cmocka_unit_test(none_is_none),
	};
	return cmocka_run_group_tests_name("source_null", tests, NULL, NULL);
}
