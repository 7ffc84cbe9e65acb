#include "proto/store_pace.h"
#include "tests/unit/proto/store_night.h"

/* A run that took so many seconds and read ten rows for each of its place. */
static uint64_t
night(struct fixture *f, int place, int seconds)
{
	char sql[200];
	uint64_t run = fixture_run(f, "parts");
	fixture_end_run(f, run);
	snprintf(sql, sizeof(sql),
	    "UPDATE runs SET rows_read = %d, started_at = 7000000, "
	    "finished_at = 7000000 + %d * 1000000 WHERE id = %" PRIu64,
	    place * 10, seconds, run);
	fixture_raw(f, sql);
	return run;
}

static struct store_pace
pace(struct fixture *f)
{
	struct store_pace p;
	OK(f, store_pace_get(f->s, "parts", &p, &f->e));
	return p;
}

static void
test_nothing_to_go_by(void **state)
{
	struct fixture *f = *state;
	struct store_pace p = pace(f);
	assert_true(p.runs == 0 && p.rows == 0 && p.micros == 0);
	uint64_t run = fixture_run(f, "parts");
	OK(f, store_run_move(f->s, run, STORE_RUN_FAILED, NULL, &f->e));
	p = pace(f);
	assert_true(p.runs == 0 && p.chunks == 0);
}

static void
test_the_last_five_count(void **state)
{
	struct fixture *f = *state;
	for (int i = 1; i <= 7; i++)
		night(f, i, i);
	fixture_run(f, "others");
	struct store_pace p = pace(f);
	assert_int_equal(p.runs, 5);
	assert_int_equal(p.rows, 10 * (3 + 4 + 5 + 6 + 7));
	assert_int_equal(p.micros, INT64_C(1000000) * (3 + 4 + 5 + 6 + 7));
	assert_int_equal(p.last_rows, 70);
}

/* Days lie between its beginning and its end. */
static void
test_not_a_pass_over_several_nights(void **state)
{
	struct fixture *f = *state;
	char sql[80];
	night(f, 3, 3);
	uint64_t run = night(f, 9, 86400);
	snprintf(sql, sizeof(sql),
	    "UPDATE runs SET resumed_at = 8 WHERE id = %" PRIu64, run);
	fixture_raw(f, sql);
	struct store_pace p = pace(f);
	assert_int_equal(p.runs, 1);
	assert_int_equal(p.last_rows, 30);
}

static void
test_chunks_of_a_run_that_goes_on(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	for (uint32_t i = 0; i < 4; i++)
		fixture_chunk(f, run, i);
	for (uint32_t i = 0; i < 2; i++)
		fixture_finish(f, run, i, fixture_assign(f, run, i));
	fixture_raw(f, "UPDATE chunks SET started_at = 5, done_at = 12 "
		       "WHERE state = 'done'");
	struct store_pace p = pace(f);
	assert_int_equal(p.chunks, 4);
	assert_int_equal(p.done, 2);
	assert_int_equal(p.done_rows, 200);
	assert_int_equal(p.done_micros, 14);
	OK(f, store_run_move(f->s, run, STORE_RUN_PAUSED, NULL, &f->e));
	assert_int_equal(pace(f).done, 2);
	OK(f, store_run_move(f->s, run, STORE_RUN_CANCELLED, NULL, &f->e));
	assert_int_equal(pace(f).chunks, 0);
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_nothing_to_go_by),
		IN_OPEN(test_the_last_five_count),
		IN_OPEN(test_not_a_pass_over_several_nights),
		IN_OPEN(test_chunks_of_a_run_that_goes_on),
	};
	return cmocka_run_group_tests_name(
	    "proto/store_pace", tests, NULL, NULL);
}
