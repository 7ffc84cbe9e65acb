#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/cli/progress.h"

static const struct {
	const char *label;
	struct progress_facts f;
	bool bar;
	const char *line;
} lines[] = {
	{ "nothing known yet", { "orders", "plan", .reading = true }, true,
	    "orders  plan  0 rows  0 changes" },
	{ "half way", { "orders", "read", 30000, 60000, 12, 4, 2, 3000, true },
	    true,
	    "orders  [##########----------]  50 %  ETA 0:03  30000 rows  "
	    "10000 rows/s  12 changes" },
	{ "without a terminal",
	    { "orders", "read", 30000, 60000, 12, 4, 2, 3000, true }, false,
	    "orders  50 %  ETA 0:03  30000 rows  10000 rows/s  12 changes" },
	{ "more than was expected",
	    { "orders", "read", 70000, 60000, 0, 1, 0, 7000, true }, true,
	    "orders  [###################-]  99 %  70000 rows  10000 rows/s  "
	    "0 changes" },
	{ "no estimate, but chunks",
	    { "orders", "read", 10, 0, 10, 4, 1, 100, true }, true,
	    "orders  [####----------------]  24 %  10 rows  10 changes" },
	{ "neither", { "orders", "read", 10, 0, 10, 1, 0, 1000, true }, true,
	    "orders  10 rows  10 rows/s  10 changes" },
	{ "hours to go",
	    { "orders", "read", 1000, 8201000, 0, 1, 0, 1000, true }, false,
	    "orders  0 %  ETA 2:16:40  1000 rows  1000 rows/s  0 changes" },
	{ "deletes go", { "orders", "remove", 90, 90, 7, 1, 1, 900, false },
	    true,
	    "orders  [####################]  remove  90 rows  "
	    "7 changes" },
};

static void
a_line_says_how_far_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct buf out = { 0 };
		print_message("  %s\n", lines[i].label);
		progress_line(&lines[i].f, lines[i].bar, &out);
		assert_string_equal(buf_str(&out), lines[i].line);
		buf_free(&out);
	}
}

static void
rows_are_those_accounted_for(void **state)
{
	(void)state;
	const struct entity en = { .name = "orders" };
	struct run r = { .entity = &en,
		.phase = RUN_READ,
		.rows_read = 1000,
		.estimate = 900,
		.nchunks = 3,
		.done = 1,
		.started_ms = 50 };
	for (size_t i = 0; i < OUT_COUNT; i++)
		r.counts[i] = UINT64_C(1) << i;
	struct progress_facts f = progress_facts(&r, 75);
	/* What was read and is still on its way is not done. */
	assert_int_equal(f.rows, 127 - (1 << OUT_DELETED));
	assert_int_equal(f.changes,
	    (1 << OUT_INSERTED) + (1 << OUT_UPDATED) + (1 << OUT_DELETED));
	assert_int_equal(f.elapsed_ms, 25);
	assert_int_equal(f.estimate, 900);
	assert_true(f.reading);
	r.phase = RUN_SWEEP;
	assert_false(progress_facts(&r, 75).reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_how_far_it_is),
		cmocka_unit_test(rows_are_those_accounted_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
