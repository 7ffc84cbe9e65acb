/* The inlined adds of a column, against the plain ones. */
#include "proto/column_put.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 300, ROWS_MAX = 700, SOURCE_BYTES = 256 };

static uint32_t
roll(uint64_t *state, uint32_t sides)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % sides;
}

static void
add_bytes(
    uint64_t *dice, struct column_builder *fast, struct column_builder *plain)
{
	size_t size = roll(dice, roll(dice, 4) ? 50 : SOURCE_BYTES);
	size_t n = size ? roll(dice, (uint32_t)size + 1) : 0;
	/* Of its own, so that whoever reads on is found out. */
	uint8_t *p = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)roll(dice, 256);
	if (roll(dice, 3) == 0)
		n = size;
	uint8_t *exact = malloc(n + 1);
	memcpy(exact, p, n);
	if (roll(dice, 2))
		column_put_bytes(fast, p, n, size);
	else
		column_put_bytes(fast, exact, n, n);
	column_builder_bytes(plain, exact, n);
	free(exact);
	free(p);
}

static void
add_row(
    uint64_t *dice, struct column_builder *fast, struct column_builder *plain)
{
	int64_t v = (int64_t)roll(dice, UINT32_MAX) << roll(dice, 32);

	if (roll(dice, 5) == 0) {
		column_put_null(fast);
		column_builder_null(plain);
	} else if (fast->width == 8) {
		column_put_i64(fast, v);
		column_builder_fixed(plain, &v);
	} else if (fast->width == 1) {
		column_put_u8(fast, (uint8_t)v);
		column_builder_fixed(plain, &(uint8_t){ (uint8_t)v });
	} else {
		add_bytes(dice, fast, plain);
	}
}

static void
compare(struct column_builder *fast, struct column_builder *plain)
{
	struct column a = { 0 }, b = { 0 };

	assert_int_equal(fast->rows, plain->rows);
	column_builder_finish(fast, &a);
	column_builder_finish(plain, &b);
	assert_int_equal(a.data_bytes, b.data_bytes);
	if (b.data_bytes)
		assert_memory_equal(a.data, b.data, b.data_bytes);
	assert_int_equal(!a.nulls, !b.nulls);
	if (b.nulls)
		assert_memory_equal(a.nulls, b.nulls, (plain->rows + 7) / 8);
	assert_int_equal(!a.offs, !b.offs);
	if (b.offs)
		assert_memory_equal(a.offs, b.offs, 4 * (plain->rows + 1));
}

static void
columns_are_those_of_the_plain_adds(void **state)
{
	static const enum value_type types[] = { VT_INT, VT_BOOL, VT_TEXT,
		VT_TEXT };
	uint64_t dice = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct arena a = { 0 };
		struct column_builder fast, plain;
		size_t rows = roll(&dice, ROWS_MAX);
		enum value_type type = types[roll(&dice, 4)];
		column_builder_init(&fast, &a, type, roll(&dice, 300));
		column_builder_init(&plain, &a, type, 1);
		for (size_t i = 0; i < rows; i++)
			add_row(&dice, &fast, &plain);
		compare(&fast, &plain);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_those_of_the_plain_adds),
	};
	return cmocka_run_group_tests_name("column_put", tests, NULL, NULL);
}
