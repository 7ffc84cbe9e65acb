/* The synthetic source: the same rows in every run, however they are cut. */
#include "proto/datetime.h"
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
put_descr(struct buf *out, long long n)
{
	switch (n % 5) {
	case 0:
		buf_printf(out, "text:  قطعه شماره %lld ", n % 1000);
		break;
	case 1:
		buf_printf(out, "text:Pump housing %lld", n);
		break;
	case 2:
		buf_puts(out, "text:NULL");
		break;
	case 3:
		buf_printf(out, "text:Cafe\xcc\x81 %lld", n);
		break;
	default:
		buf_printf(out, "text:Bolt M%lld", n % 20);
		break;
	}
}

static void
put_decimal(struct buf *out, long long thousandths)
{
	char text[48];
	int n = snprintf(text, sizeof(text), "%lld.%03lld", thousandths / 1000,
	    thousandths % 1000);

	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	buf_put(out, text, (size_t)n);
}

/* Row n by the plain formula. */
static void
put_expected(struct buf *out, long long n)
{
	static const char *const status[] = { "Planned", "Released", "Closed",
		"CANCELLED" };

	buf_printf(out, " order_no=int:%lld site=text:S%lld", n, n % 7);
	buf_printf(
	    out, " part_no=text:P-%06lld descr=", n % 100000 * 7919 % 100000);
	put_descr(out, n);
	buf_puts(out, " qty=decimal:");
	put_decimal(out, n % 100000 * 125);
	buf_puts(out, " price=decimal:");
	put_decimal(out, n % 9973 * 1250);
	buf_printf(out, " status=text:%s due=timestamp:", status[n % 4]);
	datetime_put_timestamp(
	    (INT64_C(1704067200) + n % 500000 * 60) * MICROS_PER_SEC, out);
	buf_puts(out, " created=timestamptz:");
	datetime_put_timestamptz(
	    (INT64_C(1685565000) + n * 7) * MICROS_PER_SEC, out);
	buf_printf(
	    out, " released=bool:%s note=text:", n % 3 == 0 ? "true" : "false");
	for (long long i = 0; n % 10 == 0 && i < 1 + n % 9; i++)
		buf_puts(out, "lorem ipsum ");
	buf_printf(out, " rv=int:%lld\n", n);
}

static void
rows_follow_the_plain_formula(void **state)
{
	struct connection conn = { .name = "none", .driver = DRIVER_NULL };
	struct entity en = { .name = "orders",
		.source = { .conn = &conn, .rows = 1 },
		.batch_rows = 65536,
		.batch_bytes = 64 << 20 };
	struct source_handle *s = NULL;
	struct arena a = { 0 };
	struct err e = { 0 };
	uint64_t from = 1;

	(void)state;
	assert_int_equal(source_open(&en, MODE_SYNC, NULL, &s, &e), 0);
	for (int round = 0; round < 40; round++) {
		struct chunk_range r = {
			.kind = CHUNK_SPAN, .lo = from, .hi = from + 500
		};
		struct rig rig = { 0 };
		struct emit_sink sink = RIG_SINK(&rig);
		struct buf want = { 0 };
		struct emit em;
		emit_init(
		    &em, &sink, &en, emit_columns(&s->wanted, &a), s->wanted.n);
		assert_int_equal(source_read(s, &r, &em, &e), 0);
		for (size_t i = 0; i < 500; i++) {
			buf_printf(&want, "0|%zu", i);
			put_expected(&want, (long long)(from + i));
		}
		assert_string_equal(buf_str(&rig.text), buf_str(&want));
		buf_free(&want);
		emit_free(&em);
		rig_free(&rig);
		from = from * UINT64_C(6364136223846793005) +
		       UINT64_C(1442695040888963407);
		from = (from >> 33) >> (round % 31); /* small ones too */
	}
	source_close(&s);
	arena_free(&a);
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
		cmocka_unit_test(rows_follow_the_plain_formula),
		cmocka_unit_test(none_is_none),
	};
	return cmocka_run_group_tests_name("source_null", tests, NULL, NULL);
}
