#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/bench.h"

static void
insert_update_unchanged(void **state)
{
	struct bench *t = *state;
	first_night(t);
	open_night(t);
	assert_int_equal(known(t), 3);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 21, 6 }, { 4, 40, 8 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	assert_int_equal(t->target[2], 21);
	assert_int_equal(t->target[4], 40);
}

static void
full_updates_what_is_known(void **state)
{
	struct bench *t = *state;
	first_night(t);
	t->rules.strategy = STRATEGY_FULL;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 }, { 4, 40, 8 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
}

static void
a_newer_version_is_an_update_of_equal_content(void **state)
{
	struct bench *t = *state;
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 99 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	night_close(&t->n);
	t->rules.strategy = STRATEGY_ROWVERSION;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 99 }, { 2, 20, 6 }, { 3, 31, 7 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 2);
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	commit(t, 0, 1);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 99 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
}

static void
a_key_from_another_chunk_is_a_duplicate(void **state)
{
	struct bench *t = *state;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 });
	SEND(t, 3, 2, { 1, 11, 0 }, { 2, 20, 0 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 2);
	assert_int_equal(t->n.counts[OUT_REJECTED], 1);
	assert_int_equal(t->target[1], 10);
	const char *why = buf_str(&t->n.why);
	assert_non_null(strstr(why, "id=1"));
	assert_non_null(strstr(why, "chunk 0, attempt 1"));
	assert_non_null(strstr(why, "chunk 3, attempt 2"));
}

static void
a_key_twice_in_one_batch_is_a_duplicate(void **state)
{
	struct bench *t = *state;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 }, { 1, 10, 0 }, { 1, 12, 0 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
	assert_int_equal(t->n.counts[OUT_REJECTED], 2);
	assert_int_equal(t->target[1], 10);
}

static void
a_newer_attempt_is_a_retry(void **state)
{
	struct bench *t = *state;
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 }, { 2, 20, 0 });
	SEND(t, 0, 2, { 1, 11, 0 });
	assert_int_equal(t->n.counts[OUT_REJECTED], 0);
	assert_int_equal(t->target[1], 11);
	/* What comes late from the void attempt is dropped. */
	uint64_t sent = t->n.sent;
	SEND(t, 0, 1, { 2, 21, 0 });
	assert_int_equal(t->n.sent, sent);
	assert_int_equal(t->target[2], 20);
	/* A row that moved to another chunk meanwhile is no duplicate. */
	SEND(t, 1, 1, { 2, 22, 0 });
	assert_int_equal(t->n.counts[OUT_REJECTED], 0);
	assert_int_equal(t->target[2], 22);
}

static void
a_lost_attempt_leaves_its_rows_in_doubt(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	first_night(t);
	open_night(t);
	/* Attempt 1 reaches the target, and the source goes back on it. */
	SEND(t, 0, 1, { 1, 11, 5 }, { 9, 90, 5 });
	SEND(t, 0, 2, { 1, 10, 5 }, { 2, 20, 6 }, { 3, 30, 7 });
	commit(t, 0, 2);
	assert_int_equal(t->target[1], 10);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 1);
	assert_string_equal(buf_str(&sample), "id=9\n");
	ok(night_delete(&t->n, 1, 1, &rows, &e), &e);
	assert_int_equal(rows, 1);
	assert_int_equal(t->target[9], 0);
	buf_free(&sample);
}

static void
a_crash_leaves_its_rows_in_doubt(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen;
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 5 }, { 9, 90, 5 });
	night_close(&t->n);
	open_night(t);
	assert_int_equal(known(t), 4);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 20, 6 }, { 3, 30, 7 });
	assert_int_equal(t->n.counts[OUT_UPDATED], 1);
	assert_int_equal(t->target[1], 10);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_string_equal(buf_str(&sample), "id=9\n");
	buf_free(&sample);
}

static void
what_load_refused_is_not_committed(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	uint8_t hash[16];
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 }, { 2, 20, 0 });
	world_bk(2, hash);
	ok(worker_except(&t->n.w[0], 0, 1, (struct span){ hash, 16 }, &e), &e);
	commit(t, 0, 1);
	assert_int_equal(known(t), 1);
	night_close(&t->n);
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 0 }, { 2, 20, 0 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 1);
	assert_int_equal(t->n.counts[OUT_INSERTED], 1);
	assert_int_equal(
	    worker_except(&t->n.w[0], 0, 1, (struct span){ hash, 15 }, &e), -1);
	assert_string_equal(e.code, "bad_message");
}

static void
a_foreign_partition_is_a_bug(void **state)
{
	struct bench *t = *state;
	struct world_row row = { 1, 10, 0 };
	struct err e = { 0 };
	open_night(t);
	struct batch *b = world_batch(&row, 1, false);
	b->part = 1;
	assert_int_equal(worker_batch(&t->n.w[0], &b, &e), -1);
	assert_int_equal(e.cls, ERR_BUG);
	b = world_batch(&row, 1, false);
	b->chunk = 100000;
	assert_int_equal(worker_batch(&t->n.w[0], &b, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
}

/* What is left for batches that come early shrinks as the tables grow, and a
 * state that takes all leaves nothing. */
static void
tables_leave_room(void **state)
{
	struct bench *t = *state;
	first_night(t);
	open_night(t);
	uint64_t room = worker_room(&t->n.w[0]);
	assert_int_equal(room, t->rules.memory - table_bytes(3));
	SEND(t, 0, 1, { 1, 10, 5 }, { 4, 40, 8 }, { 5, 50, 9 });
	assert_int_equal(
	    worker_room(&t->n.w[0]), t->rules.memory - table_bytes(5));
	t->n.w[0].rules.memory = table_bytes(5) - 1;
	assert_int_equal(worker_room(&t->n.w[0]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(insert_update_unchanged),
		TEST(full_updates_what_is_known),
		TEST(a_newer_version_is_an_update_of_equal_content),
		TEST(a_key_from_another_chunk_is_a_duplicate),
		TEST(a_key_twice_in_one_batch_is_a_duplicate),
		TEST(a_newer_attempt_is_a_retry),
		TEST(a_lost_attempt_leaves_its_rows_in_doubt),
		TEST(a_crash_leaves_its_rows_in_doubt),
		TEST(what_load_refused_is_not_committed),
		TEST(a_foreign_partition_is_a_bug),
		TEST(tables_leave_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
