/* The stream of binary COPY, sound and false, cut anywhere. */
#include "tests/unit/extract/pg_bytes.h"

static void
put_row(struct buf *in, int a, const char *b)
{
	put_u16(in, 2);
	put_u32(in, 4);
	put_u32(in, (uint32_t)a);
	put_u32(in, b ? (uint32_t)strlen(b) : UINT32_MAX);
	buf_puts(in, b ? b : "");
}

static const char stream_rows[] =
    "0|0 a=int:1 b=text:one\n0|1 a=int:2 b=text:NULL\n0|2 a=int:3 b=text:\n";

static void
make_stream(struct buf *in)
{
	put_head(in);
	put_row(in, 1, "one");
	put_row(in, 2, NULL);
	put_row(in, 3, "");
	put_u16(in, 0xffff);
}

static void
a_stream_may_be_cut_anywhere(void **state)
{
	struct buf in = { 0 };

	(void)state;
	make_stream(&in);
	for (size_t step = 1; step <= in.len; step++) {
		struct world w;
		world_open(&w, 2, VT_INT);
		for (size_t at = 0; at < in.len; at += step) {
			size_t n = in.len - at < step ? in.len - at : step;
			assert_int_equal(
			    pg_copy_feed(&w.copy,
				(struct span){ in.data + at, n }, &w.e),
			    0);
		}
		assert_int_equal(pg_copy_end(&w.copy, &w.e), 0);
		assert_int_equal(emit_flush(&w.em, &w.e), 0);
		assert_string_equal(buf_str(&w.rig.text), stream_rows);
		world_close(&w);
	}
	buf_free(&in);
}

static void
a_stream_without_its_trailer_is_no_end(void **state)
{
	struct buf in = { 0 };

	(void)state;
	make_stream(&in);
	for (size_t n = 0; n < in.len; n++) {
		struct world w;
		world_open(&w, 2, VT_INT);
		assert_int_equal(
		    pg_copy_feed(&w.copy, (struct span){ in.data, n }, &w.e),
		    0);
		assert_int_equal(pg_copy_end(&w.copy, &w.e), -1);
		assert_int_equal(w.e.cls, ERR_RETRY);
		world_close(&w);
	}
	buf_free(&in);
}

static void
false_streams_are_refused(void **state)
{
	static const struct {
		const char *label;
		size_t at; /* this byte of the stream */
		uint8_t byte;
	} rows[] = {
		{ "signature", 3, 'x' },
		{ "critical flag", 11, 1 },
		{ "extension", 15, 1 },
		{ "columns", 20, 3 },
		{ "negative length", 21, 0x80 },
	};
	struct buf in = { 0 };

	(void)state;
	make_stream(&in);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world w;
		uint8_t was = in.data[rows[i].at];
		world_open(&w, 2, VT_INT);
		in.data[rows[i].at] = rows[i].byte;
		if (pg_copy_feed(&w.copy, buf_span(&in), &w.e) == 0)
			fail_msg("%s passed", rows[i].label);
		assert_string_equal(w.e.code, "bad_copy");
		in.data[rows[i].at] = was;
		world_close(&w);
	}
	buf_putc(&in, 0);
	struct world w;
	world_open(&w, 2, VT_INT);
	assert_int_equal(pg_copy_feed(&w.copy, buf_span(&in), &w.e), -1);
	world_close(&w);
	buf_free(&in);
}

/* A row whose text is too large, and what is to become of it. */
static void
put_large(struct buf *in, int a, size_t bytes)
{
	put_u16(in, 2);
	put_u32(in, 4);
	put_u32(in, (uint32_t)a);
	put_u32(in, (uint32_t)bytes);
	buf_reserve(in, bytes);
	memset(in->data + in->len, 'x', bytes);
	in->len += bytes;
}

static void
expect_large(struct buf *out, unsigned seq, int a, size_t bytes)
{
	struct err why = { 0 };
	const struct emit_column c = { .name = "b" };

	emit_too_large(&c, bytes, &why);
	buf_printf(out, "reject %s: %s\n%u|0 a=int:%d b=text:", why.code,
	    why.msg, seq, a);
	for (size_t i = 0; i < EMIT_KEPT_BYTES; i++)
		buf_putc(out, 'x');
	buf_putc(out, '\n');
}

/* Its neighbours go on, whatever the pieces are. */
static void
a_row_that_is_too_large_is_rejected_alone(void **state)
{
	static const size_t steps[] = { 1 << 20, (1 << 20) - 7,
		LIMIT_VALUE_BYTES, 1 << 30 };
	const size_t large = LIMIT_VALUE_BYTES + 1;
	struct buf in = { 0 }, want = { 0 };

	(void)state;
	put_head(&in);
	put_row(&in, 1, "one");
	put_large(&in, 2, large);
	put_large(&in, 3, large + 100000);
	put_row(&in, 4, NULL);
	put_u16(&in, 0xffff);
	buf_puts(&want, "0|0 a=int:1 b=text:one\n");
	expect_large(&want, 1, 2, large);
	expect_large(&want, 2, 3, large + 100000);
	buf_puts(&want, "3|0 a=int:4 b=text:NULL\n");
	for (size_t s = 0; s < ARRAY_LEN(steps); s++) {
		struct world w;
		world_open(&w, 2, VT_INT);
		for (size_t at = 0, n; at < in.len; at += n) {
			n = in.len - at < steps[s] ? in.len - at : steps[s];
			assert_int_equal(
			    pg_copy_feed(&w.copy,
				(struct span){ in.data + at, n }, &w.e),
			    0);
		}
		assert_true(w.copy.rest.cap < 2 * in.len);
		assert_int_equal(pg_copy_end(&w.copy, &w.e), 0);
		assert_int_equal(emit_flush(&w.em, &w.e), 0);
		assert_string_equal(buf_str(&w.rig.text), buf_str(&want));
		assert_int_equal(w.em.rows, 4);
		world_close(&w);
	}
	buf_free(&in);
	buf_free(&want);
}

/* Between little ones, at every place in a piece. */
static void
its_beginning_may_come_in_any_pieces(void **state)
{
	const size_t large = LIMIT_VALUE_BYTES + 5;
	struct buf in = { 0 }, want = { 0 };

	(void)state;
	put_head(&in);
	put_large(&in, 1, large);
	put_row(&in, 2, "two");
	put_u16(&in, 0xffff);
	expect_large(&want, 0, 1, large);
	buf_puts(&want, "1|0 a=int:2 b=text:two\n");
	for (size_t first = 1; first < EMIT_KEPT_BYTES + 60; first += 13) {
		struct world w;
		struct span a = { in.data, first };
		struct span b = { in.data + first, in.len - first };
		world_open(&w, 2, VT_INT);
		assert_int_equal(pg_copy_feed(&w.copy, a, &w.e), 0);
		assert_int_equal(pg_copy_feed(&w.copy, b, &w.e), 0);
		assert_int_equal(pg_copy_end(&w.copy, &w.e), 0);
		assert_int_equal(emit_flush(&w.em, &w.e), 0);
		assert_string_equal(buf_str(&w.rig.text), buf_str(&want));
		world_close(&w);
	}
	buf_free(&in);
	buf_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_may_be_cut_anywhere),
		cmocka_unit_test(a_stream_without_its_trailer_is_no_end),
		cmocka_unit_test(false_streams_are_refused),
		cmocka_unit_test(a_row_that_is_too_large_is_rejected_alone),
		cmocka_unit_test(its_beginning_may_come_in_any_pieces),
	};
	return cmocka_run_group_tests_name("pg_copy", tests, NULL, NULL);
}
