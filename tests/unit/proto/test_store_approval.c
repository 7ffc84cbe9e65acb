#include "proto/store_approval.h"
#include "tests/unit/proto/store_fixture.h"

static uint64_t
approved(struct fixture *f, const char *entity)
{
	uint64_t n = 99;
	OK(f, store_approval_get(f->s, entity, &n, &f->e));
	return n;
}

static void
test_an_approval_is_kept_until_taken_back(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(approved(f, "parts"), 0);
	OK(f, store_approval_set(f->s, "parts", 42, &f->e));
	assert_int_equal(approved(f, "parts"), 42);
	assert_int_equal(approved(f, "orders"), 0);
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(approved(f, "parts"), 42);
	OK(f, store_approval_set(f->s, "parts", 0, &f->e));
	assert_int_equal(approved(f, "parts"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_an_approval_is_kept_until_taken_back,
		    fixture_setup_open, fixture_teardown),
	};
	return cmocka_run_group_tests_name(
	    "proto/store_approval", tests, NULL, NULL);
}
