#include "proto/limits.h"
#include "proto/offsets.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 40, ROUNDS = 200000 };

/* By the book: one row after the other. */
static bool
plain(const uint32_t *offs, size_t nrows, size_t data_bytes)
{
	if (offs[0] != 0)
		return false;
	for (size_t i = 1; i <= nrows; i++)
		if (offs[i] < offs[i - 1] ||
		    offs[i] - offs[i - 1] > LIMIT_VALUE_BYTES)
			return false;
	return offs[nrows] == data_bytes;
}

static uint32_t
random_u32(void)
{
	static const uint32_t edges[] = { 0, 1, LIMIT_VALUE_BYTES - 1,
		LIMIT_VALUE_BYTES, LIMIT_VALUE_BYTES + 1, LIMIT_FRAME_BYTES,
		LIMIT_FRAME_BYTES + 1, INT32_MAX, 0x80000000u,
		0x80000000u + LIMIT_VALUE_BYTES, UINT32_MAX - LIMIT_VALUE_BYTES,
		UINT32_MAX };
	if (rand() % 2)
		return edges[(size_t)rand() % (sizeof(edges) / 4)] +
		       (uint32_t)(rand() % 5 - 2);
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

/* Good ones, most with one or two replaced by anything at all. */
static void
offsets_are_judged_as_by_the_book(void **state)
{
	uint32_t offs[ROWS_MAX + 1];
	uint8_t bytes[4 * (ROWS_MAX + 1) + 1];
	size_t good = 0, bad = 0;

	(void)state;
	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		size_t nrows = (size_t)rand() % (ROWS_MAX + 1);
		uint32_t at = 0;
		for (size_t i = 0; i <= nrows; i++) {
			offs[i] = at;
			at += (uint32_t)(rand() % 50 ? rand() % 9
						     : rand() % (1 << 23));
		}
		size_t data_bytes = offs[nrows];
		for (int n = rand() % 3; n > 0; n--)
			offs[(size_t)rand() % (nrows + 1)] = random_u32();
		if (rand() % 9 == 0 && offs[nrows] <= LIMIT_FRAME_BYTES)
			data_bytes = offs[nrows];
		memcpy(bytes + 1, offs, 4 * (nrows + 1));
		bool want = plain(offs, nrows, data_bytes);
		assert_int_equal(
		    offsets_valid(bytes + 1, nrows, data_bytes), want);
		good += want;
		bad += !want;
	}
	assert_true(good > ROUNDS / 10);
	assert_true(bad > ROUNDS / 10);
}

/* Steps that are too long one by one, and come round to the right end. */
static void
offsets_that_wrap_are_refused(void **state)
{
	enum { STEPS = (1u << 31) / (LIMIT_VALUE_BYTES / 2) };
	uint32_t offs[STEPS + 2];

	(void)state;
	for (size_t i = 0; i < STEPS + 1; i++)
		offs[i] = (uint32_t)(i * LIMIT_VALUE_BYTES);
	offs[STEPS + 1] = 5;
	assert_int_equal(offs[STEPS], 0);
	assert_false(offsets_valid((const uint8_t *)offs, STEPS + 1, 5));
}

static void
bools_are_judged_as_by_the_book(void **state)
{
	uint8_t data[ROWS_MAX];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = (size_t)rand() % (ROWS_MAX + 1);
		bool want = true;
		for (size_t i = 0; i < n; i++)
			data[i] = (uint8_t)(rand() % 2);
		if (n && rand() % 2)
			data[(size_t)rand() % n] = (uint8_t)rand();
		for (size_t i = 0; i < n; i++)
			want = want && data[i] <= 1;
		assert_int_equal(offsets_bools_valid(data, n), want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_are_judged_as_by_the_book),
		cmocka_unit_test(offsets_that_wrap_are_refused),
		cmocka_unit_test(bools_are_judged_as_by_the_book),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
