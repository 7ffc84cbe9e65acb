#include "proto/store_probe.h"
#include "tests/unit/proto/store_fixture.h"

static const struct span digest = { (const uint8_t *)"\0digest", 7 };

static struct span
kept(struct fixture *f, struct arena *a, const char *entity)
{
	struct span got;
	OK(f, store_probe_get(f->s, entity, a, &got, &f->e));
	return got;
}

static void
test_a_digest_is_kept_until_forgotten(void **state)
{
	struct fixture *f = *state;
	struct arena a = { 0 };
	assert_int_equal(kept(f, &a, "parts").len, 0);
	OK(f, store_probe_set(f->s, "parts", digest, &f->e));
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(span_compare(kept(f, &a, "parts"), digest), 0);
	assert_int_equal(kept(f, &a, "orders").len, 0);
	OK(f, store_probe_set(f->s, "parts", (struct span){ 0 }, &f->e));
	assert_int_equal(kept(f, &a, "parts").len, 0);
	arena_free(&a);
}

static void
test_a_digest_goes_with_its_transaction(void **state)
{
	struct fixture *f = *state;
	struct arena a = { 0 };
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	OK(f, store_probe_set(f->s, "parts", digest, &f->e));
	store_rollback(f->s);
	assert_int_equal(kept(f, &a, "parts").len, 0);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_digest_is_kept_until_forgotten, fixture_setup_open,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_digest_goes_with_its_transaction, fixture_setup_open,
		    fixture_teardown),
	};
	return cmocka_run_group_tests_name(
	    "proto/store_probe", tests, NULL, NULL);
}
