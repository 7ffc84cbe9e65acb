#include "proto/retry.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/clock.h"
#include <cmocka.h>

/* Defined here, so that the linker leaves proto/clock.o out: no chance. */
static uint64_t next_random;

uint64_t
clock_random(void)
{
	return next_random;
}

static void
test_doubles_up_to_max(void **state)
{
	(void)state;
	static const int64_t expected[] = { 1000, 2000, 4000, 8000, 10000,
		10000 };
	struct retry r = { .first_ms = 1000, .max_ms = 10000 };
	for (size_t i = 0; i < 6; i++) {
		next_random = (uint64_t)expected[i] / 4; /* no jitter */
		assert_int_equal(retry_next_ms(&r), expected[i]);
	}
	assert_int_equal(r.tries, 6);
}

static void
test_jitter_is_a_quarter(void **state)
{
	(void)state;
	struct retry r = { .first_ms = 1000, .max_ms = 60000 };
	next_random = 0;
	assert_int_equal(retry_next_ms(&r), 750);
	retry_reset(&r);
	next_random = 500;
	assert_int_equal(retry_next_ms(&r), 1250);
	retry_reset(&r);
	next_random = 501; /* wraps: the range is inclusive at both ends */
	assert_int_equal(retry_next_ms(&r), 750);
}

static void
test_reset_starts_over(void **state)
{
	(void)state;
	struct retry r = { .first_ms = 100, .max_ms = 1000 };
	next_random = 25;
	assert_int_equal(retry_next_ms(&r), 100);
	next_random = 50;
	assert_int_equal(retry_next_ms(&r), 200);
	retry_reset(&r);
	next_random = 25;
	assert_int_equal(retry_next_ms(&r), 100);
}

/* A worker that fails all night must not wrap around to no delay at all. */
static void
test_never_overflows(void **state)
{
	(void)state;
	struct retry r = { .first_ms = 3, .max_ms = INT64_MAX };
	next_random = 0;
	int64_t last = 0;
	for (int i = 0; i < 200; i++) {
		int64_t ms = retry_next_ms(&r);
		assert_true(ms > 0 && ms >= last);
		last = ms;
	}
}

static void
test_small_and_zero(void **state)
{
	(void)state;
	struct retry none = { 0 };
	assert_int_equal(retry_next_ms(&none), 0);
	struct retry tiny = { .first_ms = 3, .max_ms = 3 };
	assert_int_equal(retry_next_ms(&tiny), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles_up_to_max),
		cmocka_unit_test(test_jitter_is_a_quarter),
		cmocka_unit_test(test_reset_starts_over),
		cmocka_unit_test(test_never_overflows),
		cmocka_unit_test(test_small_and_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
