/* Which reject of an earlier night a row is, if any. */
#include "proto/store_reject.h"
#include "tests/unit/proto/store_rejected.h"

static void
test_same_row_next_night(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	uint64_t id = rejected_add(f, rejected_row(run, 0, 1, 'a'));
	fixture_finish(f, run, 0, 1);
	fixture_end_run(f, run);
	int64_t first_at = rejected_get(f, id).first_at;

	run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	struct store_reject again = rejected_row(run, 0, 1, 'a');
	again.what.code = "22003";
	again.what.original = SPAN("changed since");
	uint64_t other = rejected_add(f, again);
	assert_true(other != id);
	fixture_finish(f, run, 0, 1);
	fixture_end_run(f, run);

	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 1);
	struct store_reject r = rejected_get(f, id);
	assert_int_equal(r.attempts, 2);
	assert_int_equal(r.run, run);
	assert_int_equal(r.first_at, first_at);
	assert_true(r.last_at >= first_at);
	assert_string_equal(r.what.code, "22003");
	assert_memory_equal(r.what.original.data, "changed since", 13);
}

/* Before identity only the row itself tells which one it is. */
static void
test_same_row_without_key(void **state)
{
	struct fixture *f = *state;
	uint64_t ids[2] = { 0 };
	for (int i = 0; i < 3; i++) {
		uint64_t run = fixture_run(f, "parts");
		fixture_chunk(f, run, 0);
		fixture_assign(f, run, 0);
		struct store_reject r = rejected_row(run, 0, 1, 'a');
		r.what.bk_hash = r.what.key = (struct span){ 0 };
		r.key_text = NULL;
		if (i == 1) /* this night it got further */
			r = rejected_row(run, 0, 1, 'a');
		uint64_t id = rejected_add(f, r);
		if (i == 0)
			ids[0] = id;
		r.what.original = SPAN("another row");
		r.what.bk_hash = (struct span){ 0 };
		id = rejected_add(f, r);
		if (i == 0)
			ids[1] = id;
		fixture_finish(f, run, 0, 1);
		fixture_end_run(f, run);
	}
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 2);
	struct store_reject r = rejected_get(f, ids[0]);
	assert_int_equal(r.attempts, 3);
	assert_int_equal(r.what.bk_hash.len, 16); /* once known, kept */
	assert_string_equal(r.key_text, "A-1");
	assert_int_equal(rejected_get(f, ids[1]).attempts, 3);
}

/* Two rows with one original but two keys are two rows. */
static void
test_keys_outweigh_rows(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 2; i++) {
		uint64_t run = fixture_run(f, "parts");
		fixture_chunk(f, run, 0);
		fixture_assign(f, run, 0);
		struct store_reject r = rejected_row(run, 0, 1, i ? 'b' : 'a');
		r.what.original = SPAN("the same");
		rejected_add(f, r);
		fixture_finish(f, run, 0, 1);
		fixture_end_run(f, run);
	}
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 2);
}

/* The books count rows: twins of one night stay two, every night. */
static void
test_twins(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		rejected_night(f, "aab");
		assert_int_equal(
		    rejected_count(f, (struct store_reject_filter){ 0 }), 3);
	}
	struct store_rejects list;
	struct store_reject_filter all = { .limit = 10 };
	OK(f, store_reject_list(f->s, &all, &f->a, &list, &f->e));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(list.v[i].attempts, 3);
	rejected_night(f, "a"); /* one of them is mended */
	OK(f, store_reject_list(f->s, &all, &f->a, &list, &f->e));
	assert_int_equal(list.v[0].attempts + list.v[1].attempts, 7);
}

static void
test_other_entities_are_apart(void **state)
{
	struct fixture *f = *state;
	rejected_night(f, "a");
	uint64_t run = fixture_run(f, "orders");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	struct store_reject r = rejected_row(run, 0, 1, 'a');
	r.entity = "orders";
	rejected_add(f, r);
	fixture_finish(f, run, 0, 1);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 2);
	uint64_t closed;
	OK(f, store_reject_settle(f->s,
		  &(struct store_reject_read){ "orders", run + 1, { 0 } },
		  &closed, &f->e));
	assert_int_equal(closed, 1);
	assert_int_equal(rejected_count(f,
			     (struct store_reject_filter){ .entity = "parts" }),
	    1);
}

/* A run that ends badly shows what it had seen; nothing disappears. */
static void
test_failed_run_shows_rejects(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	uint64_t a = rejected_add(f, rejected_row(run, 0, 1, 'a'));
	uint64_t b = rejected_add(f, rejected_row(run, 0, 1, 'b'));
	OK(f, store_run_move(f->s, run, STORE_RUN_HALTED, NULL, &f->e));
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 2);

	/* Approved, it reads the chunk again: b is no longer rejected. */
	OK(f, store_run_move(f->s, run, STORE_RUN_RUNNING, NULL, &f->e));
	assert_int_equal(fixture_assign(f, run, 0), 2);
	rejected_add(f, rejected_row(run, 0, 2, 'a'));
	fixture_finish(f, run, 0, 2);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 1);
	assert_int_equal(rejected_get(f, a).attempt, 2);
	assert_string_equal(rejected_get(f, b).closed_how, "settled");
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_same_row_next_night),
		IN_OPEN(test_same_row_without_key),
		IN_OPEN(test_keys_outweigh_rows),
		IN_OPEN(test_twins),
		IN_OPEN(test_other_entities_are_apart),
		IN_OPEN(test_failed_run_shows_rejects),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
