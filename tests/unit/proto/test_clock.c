#include "proto/clock.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include <cmocka.h>

static void
test_mono_never_falls(void **state)
{
	(void)state;
	int64_t last = clock_mono_ms();
	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_mono_ms();
		assert_true(now >= last);
		last = now;
	}
}

/* The kernel's own reading; time(2) lags behind it by up to a tick. */
static int64_t
epoch_micros(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static void
test_wall_is_the_epoch(void **state)
{
	(void)state;
	int64_t before = epoch_micros();
	int64_t micros = clock_wall_micros();
	assert_true(micros >= before);
	assert_true(micros <= epoch_micros());
}

static void
nothing(int sig)
{
	(void)sig;
}

/* Signals that arrive meanwhile do not cut the sleep short. */
static void
test_sleep_goes_on_after_signals(void **state)
{
	(void)state;
	struct sigaction sa = { .sa_handler = nothing };
	sigaction(SIGALRM, &sa, NULL);
	struct itimerval often = {
		.it_interval = { 0, 2000 },
		.it_value = { 0, 2000 },
	};
	setitimer(ITIMER_REAL, &often, NULL);
	int64_t start = clock_mono_ms();
	clock_sleep_ms(60);
	int64_t slept = clock_mono_ms() - start;
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	assert_true(slept >= 59); /* both ends are rounded down */
	clock_sleep_ms(0);
	clock_sleep_ms(-1);
}

static void
test_random_varies(void **state)
{
	(void)state;
	uint64_t ones = 0, zeros = 0;
	for (int i = 0; i < 200; i++) {
		uint64_t v = clock_random();
		ones |= v;
		zeros |= ~v;
	}
	assert_int_equal(ones, UINT64_MAX);
	assert_int_equal(zeros, UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mono_never_falls),
		cmocka_unit_test(test_wall_is_the_epoch),
		cmocka_unit_test(test_sleep_goes_on_after_signals),
		cmocka_unit_test(test_random_varies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
