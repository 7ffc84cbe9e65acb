#include "tests/unit/load/rig.h"

/* The target that keeps nothing still answers for every row. */
static void
counts_what_it_drops(void **state)
{
	(void)state;
	static const char *key[] = { "id" };
	static const struct rig_column cols[] = { { "id", VT_INT, NULL },
		{ "name", VT_TEXT, NULL } };
	const struct connection conn = { .name = "nul", .driver = DRIVER_NULL };
	const struct entity en = { .name = "things",
		.target = { .connection = "nul", .conn = &conn },
		.key = { 1, key } };
	struct rig r;
	rig_open(&r, &en);
	assert_int_equal(r.target->schema.ncols, 0);
	rig_put(&r, rig_batch(cols, 2, "IU",
			(const char *const[]){ "1", "a", "2", NULL }));
	rig_apply(&r, rig_batch(cols, 1, "D", (const char *const[]){ "3" }));
	rig_expect(&r, 1, 1, 1, 0);
	assert_int_equal(r.done, 2);
	rig_close(&r);
}

static void
refuses_drivers_that_cannot_write(void **state)
{
	(void)state;
	const struct connection conn = { .name = "files",
		.driver = DRIVER_CSV };
	const struct entity en = { .name = "things",
		.target = { .connection = "files", .conn = &conn } };
	struct target_table *t = NULL;
	struct err e = { 0 };
	assert_int_equal(
	    target_open(&en, TARGET_WRITE, rig_from(), &t, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_non_null(strstr(e.msg, "files"));
	assert_null(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_it_drops),
		cmocka_unit_test(refuses_drivers_that_cannot_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
