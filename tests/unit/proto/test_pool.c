#include "proto/pool.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
drain(void)
{
	struct buf b = { 0 };
	for (pool_take(&b); b.data; pool_take(&b))
		buf_free(&b);
}

static struct buf
filled(size_t n)
{
	struct buf b = { 0 };
	memset(buf_extend(&b, n), 'x', n);
	return b;
}

static void
test_gives_back_what_it_took(void **state)
{
	(void)state;
	drain();
	struct buf b = filled(POOL_MIN_BYTES);
	const uint8_t *data = b.data;
	pool_give(&b);
	assert_null(b.data);
	pool_take(&b);
	assert_ptr_equal(b.data, data);
	assert_int_equal(b.len, 0);
	assert_true(b.cap >= POOL_MIN_BYTES);
	buf_free(&b);
	pool_take(&b);
	assert_null(b.data);
}

static void
test_keeps_no_small_and_no_huge_ones(void **state)
{
	(void)state;
	drain();
	struct buf small = filled(100), huge = filled(POOL_MAX_BYTES + 1);
	pool_give(&small);
	pool_give(&huge);
	struct buf b = { 0 };
	pool_take(&b);
	assert_null(b.data);
}

static void
test_keeps_only_so_many(void **state)
{
	(void)state;
	drain();
	for (size_t i = 0; i < POOL_BUFS + 3; i++) {
		struct buf b = filled(POOL_MIN_BYTES);
		pool_give(&b);
	}
	size_t n = 0;
	struct buf b = { 0 };
	for (pool_take(&b); b.data; pool_take(&b), n++)
		buf_free(&b);
	assert_int_equal(n, POOL_BUFS);
}

/* Takes, marks as its own, looks whether it still is, gives. */
static void *
hammer(void *arg)
{
	uint8_t mark = *(const uint8_t *)arg;
	size_t spoiled = 0;
	for (size_t i = 0; i < 20000; i++) {
		struct buf b = { 0 };
		pool_take(&b);
		memset(buf_extend(&b, 64), mark, 64);
		for (size_t k = 0; k < 64; k++)
			spoiled += b.data[k] != mark;
		buf_reserve(&b, POOL_MIN_BYTES);
		pool_give(&b);
	}
	return (void *)spoiled;
}

static void
test_two_threads_never_share_a_buffer(void **state)
{
	(void)state;
	drain();
	uint8_t marks[2] = { 'a', 'b' };
	pthread_t threads[2];
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, hammer, &marks[i]), 0);
	for (size_t i = 0; i < 2; i++) {
		void *spoiled;
		pthread_join(threads[i], &spoiled);
		assert_null(spoiled);
	}
	drain();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gives_back_what_it_took),
		cmocka_unit_test(test_keeps_no_small_and_no_huge_ones),
		cmocka_unit_test(test_keeps_only_so_many),
		cmocka_unit_test(test_two_threads_never_share_a_buffer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
