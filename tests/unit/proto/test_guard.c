#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/guard.h"
#include <string.h>

static const struct {
	const char *label;
	double max_percent;
	int64_t min_rows;
	struct guard_facts f;
	const char *why; /* part of the reason; NULL: may go out */
} deletes[] = {
	{ "nothing to delete", 10, 0, { .source_rows = 5, .state_rows = 5 },
	    NULL },
	{ "exactly the limit", 10, 0,
	    { .source_rows = 90, .state_rows = 100, .deletes = 10 }, NULL },
	{ "one over the limit", 10, 0,
	    { .source_rows = 89, .state_rows = 100, .deletes = 11 },
	    "11 of 100 known rows (11.0 %)" },
	{ "0 lets none through", 0, 0,
	    { .source_rows = 999, .state_rows = 1000, .deletes = 1 },
	    "max_delete_percent 0" },
	{ "100 lets all through", 100, 0,
	    { .source_rows = 0, .state_rows = 10, .deletes = 10 }, NULL },
	{ "empty source", 10, 0,
	    { .source_rows = 0, .state_rows = 10, .deletes = 10 }, "100.0 %" },
	{ "too few source rows", 100, 50,
	    { .source_rows = 49, .state_rows = 50, .deletes = 1 },
	    "fewer than min_source_rows 50" },
	{ "just enough source rows", 100, 50,
	    { .source_rows = 50, .state_rows = 51, .deletes = 1 }, NULL },
	{ "a row without a key may be the one", 100, 0,
	    { .state_rows = 10, .deletes = 1, .keyless = 1 },
	    "1 rows were rejected before their key was known" },
	{ "a row without a key, nothing to delete", 10, 0,
	    { .state_rows = 10, .keyless = 1 }, NULL },
	{ "first night", 10, 0, { .source_rows = 100 }, NULL },
};

static void
deletes_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deletes); i++) {
		struct entity en = {
			.max_delete_percent = deletes[i].max_percent,
			.min_source_rows = deletes[i].min_rows,
		};
		struct buf why = { 0 };
		print_message("  %s\n", deletes[i].label);
		bool ok = guard_deletes(&en, &deletes[i].f, &why);
		assert_int_equal(ok, deletes[i].why == NULL);
		if (deletes[i].why)
			assert_non_null(strstr(buf_str(&why), deletes[i].why));
		else
			assert_int_equal(why.len, 0);
		buf_free(&why);
	}
}

static const struct {
	const char *label;
	double max_percent;
	struct guard_facts f;
	bool ok;
} updates[] = {
	{ "off by default", 100, { .state_rows = 10, .updates = 11 }, true },
	{ "exactly the limit", 50, { .state_rows = 10, .updates = 5 }, true },
	{ "over the limit", 50, { .state_rows = 10, .updates = 6 }, false },
	{ "0 allows none", 0, { .state_rows = 1000, .updates = 1 }, false },
	{ "0 and nothing changed", 0, { .state_rows = 1000 }, true },
};

static void
updates_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(updates); i++) {
		struct entity en = {
			.max_update_percent = updates[i].max_percent,
		};
		struct buf why = { 0 };
		print_message("  %s\n", updates[i].label);
		assert_int_equal(
		    guard_updates(&en, &updates[i].f, &why), updates[i].ok);
		assert_int_equal(why.len == 0, updates[i].ok);
		buf_free(&why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletes_are_judged),
		cmocka_unit_test(updates_are_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
