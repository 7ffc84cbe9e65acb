#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/bench.h"

/* Two rejects of one key, of two nights, are tried again in one run, which
 * commits the later chunk first. */
static void
retry_both(struct bench *t)
{
	t->rules.mode = MODE_RETRY;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 });
	SEND(t, 1, 1, { 1, 11, 6 });
	commit(t, 1, 1);
	commit(t, 0, 1);
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
	assert_int_equal(t->n.counts[OUT_REJECTED], 1);
	assert_non_null(strstr(buf_str(&t->n.why), "id=1 was already read"));
	assert_non_null(
	    strstr(buf_str(&t->n.why), "the next 'syncline failed"));
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
only_one_row_of_a_key_goes_on(void **state)
{
	struct bench *t = *state;
	retry_both(t);
	assert_int_equal(t->target[1], 10);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	assert_int_equal(unseen(t), 0);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 6 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	night_close(&t->n);
}

/* The target refuses one of a key's rows and took the other: which one the
 * state means by that key must be clear. */
static void
a_refusal_is_about_one_row(void **state)
{
	struct bench *t = *state;
	uint8_t hash[16];
	first_night(t);
	t->rules.mode = MODE_RETRY;
	open_night(t);
	t->n.refuse_1_in = 1;
	SEND(t, 0, 1, { 1, 11, 8 });
	t->n.refuse_1_in = 0;
	SEND(t, 0, 1, { 1, 12, 9 });
	world_bk(1, hash);
	assert_int_equal(t->n.refused.len, sizeof(hash));
	assert_memory_equal(t->n.refused.data, hash, sizeof(hash));
	commit(t, 0, 1);
	night_close(&t->n);
	assert_int_equal(t->target[1], 10);
	t->rules.mode = MODE_SYNC;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
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

/* The sums in the file are what a state that does not fit into memory goes
 * by; open_night holds them against the truth. */
static void
a_retry_counts_right_beyond_its_memory(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	t->rules.memory = 1;
	t->rules.mode = MODE_RETRY;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 }, { 1, 11, 6 });
	ok(night_join(&t->n, &e), &e);
	commit(t, 0, 1);
	night_close(&t->n);
	t->rules.memory = 1 << 30;
	open_night(t);
	assert_int_equal(known(t), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_one_row_of_a_key_goes_on),
		TEST(a_refusal_is_about_one_row),
		TEST(a_key_that_was_retried_twice_is_deleted_once),
		TEST(a_retry_counts_right_beyond_its_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
