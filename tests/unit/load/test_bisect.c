#include "load/bisect.h"
#include "tests/unit/load/rig.h"

/* A target of up to 4096 rows that refuses those marked bad. */
struct world {
	bool bad[4096], applied[4096], refused[4096];
	size_t tries;
	enum err_class failure;
};

static int
try(void *ctx, const uint32_t *rows, size_t n, struct err *e)
{
	struct world *w = ctx;
	w->tries++;
	if (w->failure)
		return err_retry(e, "08006", "gone");
	for (size_t i = 0; i < n; i++)
		if (w->bad[rows[i]])
			return err_data(e, "23514", "row %u", rows[i]);
	for (size_t i = 0; i < n; i++) {
		assert_false(w->applied[rows[i]]);
		w->applied[rows[i]] = true;
	}
	return 0;
}

static void
refuse(void *ctx, uint32_t row, const struct err *why)
{
	struct world *w = ctx;
	char text[32];
	snprintf(text, sizeof(text), "row %u", row);
	assert_string_equal(why->msg, text);
	w->refused[row] = true;
}

static void
run(struct world *w, size_t n)
{
	uint32_t rows[4096] = { 0 };
	struct err e = { 0 };
	for (size_t i = 0; i < n; i++)
		rows[i] = (uint32_t)i;
	const struct bisect b = { .try = try, .refuse = refuse, .ctx = w };
	assert_int_equal(bisect_rows(&b, rows, n, &e), 0);
	assert_int_equal(e.cls, ERR_NONE);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(w->applied[i], !w->bad[i]);
		assert_int_equal(w->refused[i], w->bad[i]);
	}
}

static void
finds_every_bad_row(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 9; n++)
		for (unsigned mask = 0; mask < 1u << n; mask++) {
			struct world w = { 0 };
			for (size_t i = 0; i < n; i++)
				w.bad[i] = mask >> i & 1;
			run(&w, n);
		}
}

static void
costs_a_logarithm(void **state)
{
	(void)state;
	for (size_t at = 0; at < 4096; at += 365) {
		struct world w = { 0 };
		w.bad[at] = true;
		run(&w, 4096);
		assert_true(w.tries <= 1 + 2 * 12);
	}
	struct world w = { 0 };
	for (size_t i = 0; i < 8; i++)
		w.bad[i * 512 + 100] = true;
	run(&w, 4096);
	assert_true(w.tries <= 8 * 2 * 12);
}

static void
stops_when_the_target_is_gone(void **state)
{
	(void)state;
	struct world w = { .failure = ERR_RETRY };
	uint32_t rows[] = { 0, 1, 2, 3 };
	struct err e = { 0 };
	const struct bisect b = { .try = try, .refuse = refuse, .ctx = &w };
	assert_int_equal(bisect_rows(&b, rows, 4, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_int_equal(w.tries, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_bad_row),
		cmocka_unit_test(costs_a_logarithm),
		cmocka_unit_test(stops_when_the_target_is_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
