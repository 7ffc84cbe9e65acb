/* When a stage grows and shrinks: looks at its queue in, decisions out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/attr.h"
#include "supervisor/scale.h"
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

/*
 * One letter a look: C crowded, i idle and empty, b busy and empty, w one of
 * four waits. Below it what was decided: + one more, - one less, . nothing.
 * Decisions take effect at once.
 */
static const struct row {
	const char *label;
	struct scale_rule rule;
	unsigned workers;
	const char *looks, *decided;
} rows[] = {
	{ "it takes three", { 1, 4, 3, 5 }, 1, "CCCb", "..+." },
	{ "one after the other, to the top", { 1, 3, 2, 5 }, 1, "CCCCCCCC",
	    ".+.+...." },
	{ "a look that does not agree begins anew", { 1, 4, 3, 5 }, 1,
	    "CCbCCiCCC", "........+" },
	{ "down takes longer", { 1, 4, 3, 5 }, 3, "iiiiiiiiiiii",
	    "....-....-.." },
	{ "never below the least", { 2, 4, 1, 2 }, 3, "iiiiii", ".-...." },
	{ "up and down by turns: nothing", { 1, 4, 3, 5 }, 2,
	    "CCiiCCiiiiCCiiii", "................" },
	{ "empty but busy is not too many", { 1, 4, 3, 2 }, 2, "bbbbbb",
	    "......" },
	{ "one of four that waits is a hiccup", { 1, 4, 2, 2 }, 2, "wwwwww",
	    "......" },
	{ "nor does it let one go", { 1, 4, 2, 3 }, 2, "iiwiiwiiw",
	    "........." },
	{ "a plain number stays", { 2, 2, 1, 1 }, 2, "CCCiii", "......" },
	{ "both counts begin anew after a change", { 1, 4, 2, 2 }, 1, "CCCiCC",
	    ".+...+" },
};

static struct scale_sample
sample(char look, unsigned workers)
{
	struct scale_sample x = { .workers = workers, .feeders = 4 };
	if (look == 'C')
		x.depth = 3;
	else if (look == 'w')
		x.depth = 1;
	else if (look == 'i')
		x.idle = 1;
	return x;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct scale s = { 0 };
		unsigned workers = r->workers;
		assert_int_equal(strlen(r->looks), strlen(r->decided));
		for (size_t j = 0; r->looks[j]; j++) {
			struct scale_sample x = sample(r->looks[j], workers);
			enum scale_step d = scale_decide(&s, &r->rule, &x);
			if ("-.+"[d + 1] != r->decided[j])
				fail_msg("%s: look %zu: %d", r->label, j, d);
			workers += (unsigned)d;
			assert_in_range(workers, r->rule.min, r->rule.max);
		}
	}
}

/* Whatever is seen, the counts of two changes in opposite directions are a
 * whole row of looks apart. */
static void
test_no_flapping(void **state)
{
	const struct scale_rule rule = { 1, 8, 3, 7 };
	struct scale s = { 0 };
	unsigned workers = 4, since = 0, seed = 1;
	int last = 0;
	(void)state;
	for (int i = 0; i < 100000; i++, since++) {
		seed = seed * 1103515245 + 12345;
		struct scale_sample x =
		    sample("CCCCiiiiiibw"[(seed >> 16) % 12], workers);
		enum scale_step d = scale_decide(&s, &rule, &x);
		if (d == SCALE_STAY)
			continue;
		assert_true(since >= (d > 0 ? 3u : 7u) - (last == 0));
		workers += (unsigned)d;
		last = d;
		since = 0;
	}
	assert_int_not_equal(last, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_flapping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
