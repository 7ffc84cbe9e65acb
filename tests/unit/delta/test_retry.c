#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/bench.h"

/* Two rejects of one key, of two nights, are tried again in one run: both are
 * inserts of a key that the state does not have. */
static void
retry_both(struct bench *t)
{
	t->rules.mode = MODE_RETRY;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 });
	SEND(t, 1, 1, { 1, 11, 6 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 2);
	commit(t, 0, 1);
	commit(t, 1, 1);
	night_close(&t->n);
	t->rules.mode = MODE_SYNC;
}

static uint64_t
unseen(struct bench *t)
{
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t n;
	ok(night_sweep(&t->n, &n, &sample, &e), &e);
	buf_free(&sample);
	return n;
}

static void
what_was_retried_last_is_what_the_target_has(void **state)
{
	struct bench *t = *state;
	retry_both(t);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 7 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	commit(t, 0, 1);
	assert_int_equal(unseen(t), 0);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 7 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	assert_int_equal(unseen(t), 0);
	night_close(&t->n);
}

static void
a_key_that_was_retried_twice_is_deleted_once(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	uint64_t rows;
	retry_both(t);
	open_night(t);
	assert_int_equal(known(t), 1);
	assert_int_equal(unseen(t), 1);
	ok(night_delete(&t->n, 1, 5, &rows, &e), &e);
	assert_int_equal(rows, 1);
	commit(t, CHUNK_DELETES, 1);
	night_close(&t->n);
	open_night(t);
	assert_int_equal(known(t), 0);
	assert_int_equal(unseen(t), 0);
	night_close(&t->n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_retried_last_is_what_the_target_has),
		TEST(a_key_that_was_retried_twice_is_deleted_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
