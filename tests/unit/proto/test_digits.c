#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/digits.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Against printf, in a buffer without a byte to spare. */
static void
check(int64_t v)
{
	char want[32];
	uint8_t *got = malloc(DIGITS_MAX);
	int n = snprintf(want, sizeof(want), "%" PRId64, v);
	assert_non_null(got);
	assert_int_equal(digits_put_i64(v, got), n);
	assert_memory_equal(got, want, (size_t)n);
	if (v >= 0) {
		assert_int_equal(digits_put_u64((uint64_t)v, got), n);
		assert_memory_equal(got, want, (size_t)n);
	}
	free(got);
}

static void
small_numbers_are_all_right(void **state)
{
	(void)state;
	for (int64_t v = -10000; v < 1000000; v++)
		check(v);
}

static void
numbers_around_every_power_are_right(void **state)
{
	(void)state;
	uint64_t ten = 1;
	for (int i = 0; i < 19; i++, ten *= 10)
		for (int64_t k = -3; k <= 3; k++) {
			check((int64_t)ten + k);
			check(-(int64_t)ten + k);
		}
	for (int i = 0; i < 63; i++)
		for (int64_t k = -3; k <= 3; k++)
			check(((int64_t)1 << i) + k);
	check(INT64_MAX);
	check(INT64_MIN);
	check(INT64_MIN + 1);
}

static void
random_numbers_of_every_width_are_right(void **state)
{
	(void)state;
	srand(6);
	for (int i = 0; i < 500000; i++) {
		uint64_t v = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^
			     (uint64_t)rand();
		check((int64_t)v >> rand() % 64);
	}
}

static void
the_widest_unsigned_number_is_right(void **state)
{
	uint8_t got[DIGITS_MAX];
	(void)state;
	assert_int_equal(digits_put_u64(UINT64_MAX, got), 20);
	assert_memory_equal(got, "18446744073709551615", 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_numbers_are_all_right),
		cmocka_unit_test(numbers_around_every_power_are_right),
		cmocka_unit_test(random_numbers_of_every_width_are_right),
		cmocka_unit_test(the_widest_unsigned_number_is_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
