/* Chunk ranges there and back, and ranges that lie. */
#include "extract/chunk.h"
#include "proto/pack.h"
#include "tests/unit/extract/rig.h"

static void
ranges_come_back(void **state)
{
	static const uint8_t mark[] = { 'n', 0, 255 };
	const struct chunk_range rows[] = {
		{ .kind = CHUNK_WHOLE },
		{ .kind = CHUNK_WHOLE,
		    .snapshot = "00000003-00000002-1",
		    .version = { mark, sizeof(mark) } },
		{ .kind = CHUNK_CTID,
		    .snapshot = "s",
		    .lo = 7,
		    .hi = 9000000000 },
		{ .kind = CHUNK_SPAN, .lo = 1, .hi = 1 },
		{ .kind = CHUNK_KEY, .column = "na\"me", .high = "m" },
		{ .kind = CHUNK_KEY, .column = "k", .low = "", .high = "x'y" },
		{ .kind = CHUNK_KEY, .column = "k", .low = "z" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf one = { 0 }, two = { 0 };
		struct arena a = { 0 };
		struct chunk_range r;
		struct err e = { 0 };
		chunk_encode(&rows[i], &one);
		if (chunk_decode(buf_span(&one), &a, &r, &e) != 0)
			fail_msg("range %zu: %s", i, e.msg);
		assert_int_equal(r.kind, rows[i].kind);
		assert_int_equal(r.lo, rows[i].lo);
		assert_int_equal(r.hi, rows[i].hi);
		chunk_encode(&r, &two);
		assert_int_equal(one.len, two.len);
		assert_memory_equal(one.data, two.data, one.len);
		for (size_t cut = 0; cut < one.len; cut++)
			assert_int_equal(
			    chunk_decode(
				(struct span){ one.data, cut }, &a, &r, &e),
			    -1);
		buf_putc(&one, 0);
		assert_int_equal(chunk_decode(buf_span(&one), &a, &r, &e), -1);
		buf_free(&one);
		buf_free(&two);
		arena_free(&a);
	}
}

static void
refuse(const char *label, struct buf *b)
{
	struct arena a = { 0 };
	struct chunk_range r;
	struct err e = { 0 };

	if (chunk_decode(buf_span(b), &a, &r, &e) == 0)
		fail_msg("%s passed", label);
	assert_int_equal(e.cls, ERR_DATA);
	arena_free(&a);
	buf_free(b);
}

static void
false_ranges_are_refused(void **state)
{
	struct buf b = { 0 };

	(void)state;
	pack_map(&b, 0);
	refuse("no kind", &b);
	pack_uint(&b, 1);
	refuse("a number", &b);
	pack_map(&b, 1);
	pack_str(&b, "kind");
	pack_uint(&b, CHUNK_ROWS);
	refuse("rows as a map", &b);
	pack_map(&b, 1);
	pack_str(&b, "kind");
	pack_uint(&b, CHUNK_KEY);
	refuse("key without column", &b);
	pack_map(&b, 2);
	pack_str(&b, "kind");
	pack_uint(&b, CHUNK_WHOLE);
	pack_str(&b, "kinds");
	pack_uint(&b, 0);
	refuse("unknown entry", &b);
	pack_map(&b, 3);
	pack_str(&b, "kind");
	pack_uint(&b, CHUNK_CTID);
	pack_str(&b, "lo");
	pack_uint(&b, 9);
	pack_str(&b, "hi");
	pack_uint(&b, 8);
	refuse("ends before it begins", &b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_come_back),
		cmocka_unit_test(false_ranges_are_refused),
	};
	return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
