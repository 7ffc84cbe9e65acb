#include "proto/store_turn.h"
#include "tests/unit/proto/store_fixture.h"

static void
assert_turn(struct fixture *f, const char *entity, const struct store_turn *t)
{
	struct store_turn got;
	RETURNS(f, 1, store_turn_get(f->s, entity, &got, &f->e));
	assert_int_equal(got.since, t->since);
	assert_int_equal(got.outcome, t->outcome);
	assert_int_equal(got.began_at, t->began_at);
	assert_int_equal(got.ended_at, t->ended_at);
	assert_int_equal(got.night, t->night);
	assert_int_equal(got.completed_at, t->completed_at);
	assert_int_equal(got.completed_night, t->completed_night);
}

static void
test_never_heard_of(void **state)
{
	struct fixture *f = *state;
	struct store_turn got;
	RETURNS(f, 0, store_turn_get(f->s, "parts", &got, &f->e));
	assert_int_equal(got.outcome, STORE_TURN_NONE);
	assert_int_equal(got.night, STORE_NO_NIGHT);
	assert_int_equal(got.completed_night, STORE_NO_NIGHT);
}

static void
test_a_turn_outlives_its_supervisor(void **state)
{
	struct fixture *f = *state;
	struct store_turn t = { .since = 1,
		.outcome = STORE_TURN_RUNNING,
		.began_at = 2,
		.ended_at = 3,
		.night = -4,
		.completed_at = 5,
		.completed_night = STORE_NO_NIGHT };
	OK(f, store_turn_put(f->s, "parts", &t, &f->e));
	fixture_reopen(f, STORE_WRITE);
	assert_turn(f, "parts", &t);
	for (int i = 0; i < STORE_TURN_OUTCOMES; i++) {
		t.outcome = (enum store_turn_outcome)i;
		t.night = 20000 + i;
		t.completed_night = t.night - 1;
		OK(f, store_turn_put(f->s, "parts", &t, &f->e));
		assert_turn(f, "parts", &t);
	}
	struct store_turn other;
	RETURNS(f, 0, store_turn_get(f->s, "orders", &other, &f->e));
}

/* A cron is counted from the day it was first known, whatever happens. */
static void
test_since_stays(void **state)
{
	struct fixture *f = *state;
	struct store_turn t = { .since = 7, .night = STORE_NO_NIGHT };
	OK(f, store_turn_put(f->s, "parts", &t, &f->e));
	t.since = 8;
	OK(f, store_turn_put(f->s, "parts", &t, &f->e));
	t.since = 7;
	assert_turn(f, "parts", &t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_never_heard_of, fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_turn_outlives_its_supervisor, fixture_setup_open,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    test_since_stays, fixture_setup_open, fixture_teardown),
	};
	return cmocka_run_group_tests_name(
	    "proto/store_turn", tests, NULL, NULL);
}
