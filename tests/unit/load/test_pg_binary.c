#include "load/pg_binary.h"
#include "tests/unit/load/rig.h"

/* Rows of COPY data against a writer that goes byte by byte. */
enum { ROWS = 3000, TEXT_MAX = 70, COLS = 4 };

static uint64_t
roll(uint64_t *seed, uint64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*seed >> 33) % below;
}

static void
plain_number(struct buf *out, uint64_t v, size_t width)
{
	for (size_t i = width; i-- > 0;)
		buf_putc(out, (char)(v >> (8 * i)));
}

static void
plain_bytes(struct buf *out, const uint8_t *s, size_t n)
{
	plain_number(out, n, 4);
	for (size_t i = 0; i < n; i++)
		buf_putc(out, (char)s[i]);
}

static void
add_text(struct column_builder *cb, struct buf *want, uint64_t *seed)
{
	/* Of its own size, so that a read beyond its end is seen. */
	size_t n = roll(seed, TEXT_MAX + 1);
	uint8_t *s = malloc(n + 1);
	for (size_t i = 0; i < n; i++)
		s[i] = (uint8_t)roll(seed, 256);
	struct value v = {
		.type = cb->type, .null = roll(seed, 5) == 0, .s = { s, n }
	};
	column_builder_value(cb, &v);
	if (v.null)
		plain_number(want, UINT32_MAX, 4);
	else
		plain_bytes(want, s, n);
	free(s);
}

static void
add_int(
    struct column_builder *cb, struct buf *want, size_t width, uint64_t *seed)
{
	int64_t half = INT64_C(1) << (8 * width - 2);
	struct value v = { .type = VT_INT,
		.i = (int64_t)roll(seed, INT64_MAX) % half *
		     (roll(seed, 2) ? 1 : -1) };
	column_builder_value(cb, &v);
	plain_number(want, width, 4);
	plain_number(want, (uint64_t)v.i, width);
}

static void
equals_byte_by_byte(void **state)
{
	(void)state;
	const struct pg_column cols[COLS] = { { .wire = PG_BYTES },
		{ .wire = PG_INT8 }, { .wire = PG_INT4 },
		{ .wire = PG_BYTES } };
	const enum value_type types[COLS] = { VT_TEXT, VT_INT, VT_INT,
		VT_BYTES };
	struct arena a = { 0 };
	struct column_builder cb[COLS];
	struct input in[COLS] = { 0 };
	struct buf want = { 0 }, out = { 0 };
	struct err e = { 0 };
	uint64_t seed = 20250302;
	for (size_t i = 0; i < COLS; i++)
		column_builder_init(&cb[i], &a, types[i], ROWS);
	for (size_t r = 0; r < ROWS; r++) {
		plain_number(&want, COLS, 2);
		add_text(&cb[0], &want, &seed);
		add_int(&cb[1], &want, 8, &seed);
		add_int(&cb[2], &want, 4, &seed);
		add_text(&cb[3], &want, &seed);
	}
	for (size_t i = 0; i < COLS; i++)
		column_builder_finish(&cb[i], &in[i].col);
	for (size_t r = 0; r < ROWS; r++)
		rig_ok(pg_binary_row(cols, in, COLS, r, &out, &e), &e);
	assert_int_equal(out.len, want.len);
	assert_memory_equal(out.data, want.data, want.len);
	buf_free(&want);
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_byte_by_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
