#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/bench.h"

/* After first_night, a night that saw only row 2. */
static void
unseen_rows_go(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 2, 20, 6 });
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 2);
	assert_non_null(strstr(buf_str(&sample), "id=1\n"));
	assert_non_null(strstr(buf_str(&sample), "id=3\n"));
	ok(night_delete(&t->n, 1, unseen, &rows, &e), &e);
	assert_int_equal(rows, 2);
	commit(t, CHUNK_DELETES, 1);
	night_close(&t->n);
	assert_int_equal(t->target[1] + t->target[3], 0);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 20, 6 });
	ok(night_join(&t->n, &e), &e);
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	buf_free(&sample);
}

static void
no_more_deletes_than_allowed(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	uint64_t rows;
	first_night(t);
	open_night(t);
	ok(night_delete(&t->n, 1, 2, &rows, &e), &e);
	assert_int_equal(rows, 2);
	assert_int_equal(t->n.counts[OUT_DELETED], 2);
}

static void
spared_keys_stay(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	uint8_t hash[16];
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 2, 20, 6 });
	world_bk(1, hash);
	ok(worker_except(
	       &t->n.w[0], CHUNK_DELETES, 1, (struct span){ hash, 16 }, &e),
	    &e);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 1);
	ok(night_delete(&t->n, 1, 10, &rows, &e), &e);
	assert_int_equal(rows, 1);
	assert_int_equal(t->target[1], 10);
	assert_int_equal(t->target[3], 0);
	buf_free(&sample);
}

static void
ignored_deletes_are_none(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	first_night(t);
	t->en.deletes.policy = DELETES_IGNORE;
	open_night(t);
	SEND(t, 0, 1, { 2, 20, 6 });
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	ok(night_delete(&t->n, 1, 10, &rows, &e), &e);
	assert_int_equal(unseen + rows, 0);
	assert_int_equal(known(t), 3);
}

static void
a_sweep_only_marks(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen;
	first_night(t);
	t->rules.mode = MODE_SWEEP;
	open_night(t);
	SEND(t, 0, 1, { 1, 99, 0 }, { 2, 99, 0 }, { 7, 99, 0 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 3);
	assert_int_equal(t->n.sent + t->n.held, 0);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 1);
	assert_string_equal(buf_str(&sample), "id=3\n");
	buf_free(&sample);
}

/* The same with a state that does not fit: it must have been filled with one
 * that did. */
static void
a_sweep_only_marks_in_pieces(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen;
	t->rules.memory = 1 << 30;
	first_night(t);
	t->rules.memory = 1;
	t->rules.mode = MODE_SWEEP;
	open_night(t);
	SEND(t, 0, 1, { 1, 99, 0 }, { 2, 99, 0 }, { 7, 99, 0 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 3);
	assert_int_equal(t->n.sent + t->n.held, 0);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 1);
	assert_string_equal(buf_str(&sample), "id=3\n");
	buf_free(&sample);
}

static void
adopted_rows_are_known(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	t->rules.mode = MODE_ADOPT;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 }, { 2, 20, 0 });
	ok(night_join(&t->n, &e), &e);
	assert_int_equal(t->n.sent, 0);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 2);
	commit(t, 0, 1);
	night_close(&t->n);
	t->rules.mode = MODE_SYNC;
	open_night(t);
	assert_int_equal(known(t), 2);
	SEND(t, 0, 1, { 1, 10, 0 }, { 2, 21, 0 });
	ok(night_join(&t->n, &e), &e);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
}

static void
a_retry_deletes_nothing(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen;
	first_night(t);
	t->rules.mode = MODE_RETRY;
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 0 }, { 2, 20, 6 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 0);
	commit(t, 0, 1);
	night_close(&t->n);
	t->rules.mode = MODE_SYNC;
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 0 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
}

/* Deletes in the order of the state are found without its index, and so may
 * be the rows that come back. */
static void
rows_that_come_back_are_one_each(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	t->rules.segment_bytes = 0;
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 3, 30, 7 });
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	ok(night_delete(&t->n, 1, unseen, &rows, &e), &e);
	assert_int_equal(rows, 2);
	commit(t, CHUNK_DELETES, 1);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 8 }, { 2, 20, 6 }, { 3, 30, 7 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 2);
	commit(t, 0, 1);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 8 }, { 2, 20, 6 }, { 3, 30, 7 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 3);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 0);
	buf_free(&sample);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unseen_rows_go),
		TEST(no_more_deletes_than_allowed),
		TEST(spared_keys_stay),
		TEST(ignored_deletes_are_none),
		TEST(a_sweep_only_marks),
		TEST(a_sweep_only_marks_in_pieces),
		TEST(adopted_rows_are_known),
		TEST(a_retry_deletes_nothing),
		TEST(rows_that_come_back_are_one_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
