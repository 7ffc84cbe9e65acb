/* The search for rows that kill: a stage that dies of certain rows is played,
 * batch by batch as extract would cut them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/poison.h"
#include <cmocka.h>

enum { BATCH = 8192, ROWS = 100000, ENOUGH = 100, BAD_MAX = 4 };

/* The first batch of an attempt that has a bad row in it that is sent; false:
 * none, the chunk goes through. group: batches in hand at once, as long as
 * nothing is suspected. */
static bool
attempt(const struct poison *p, const uint64_t *bad, size_t group,
    struct poison_death *d)
{
	uint64_t oldest[ENOUGH] = { 0 };
	size_t n = 0;
	for (uint64_t at = 0, end; at < ROWS; at = end) {
		const struct care_span *s = care_find(p->v, p->n, at);
		end = care_end(p->v, p->n, at);
		if (end > at + BATCH)
			end = at + BATCH;
		if (s && s->why)
			continue;
		size_t held = p->n ? 1 : group;
		oldest[n++ % held] = at;
		d->first = n < held ? oldest[0] : oldest[n % held];
		d->last = at;
		for (size_t i = 0; i < BAD_MAX && bad[i]; i++)
			if (at <= bad[i] && bad[i] < end)
				return true;
	}
	return false;
}

static size_t
found(const struct poison *p, const uint64_t *bad)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].why)
			continue;
		size_t j = 0;
		while (j < BAD_MAX && bad[j] != p->v[i].from)
			j++;
		assert_true(j < BAD_MAX); /* never a neighbour */
		assert_int_equal(p->v[i].to, p->v[i].from + 1);
		n++;
	}
	return n;
}

static void
test_bad_rows_are_found_and_no_others(void **state)
{
	static const struct {
		const char *label;
		uint64_t bad[BAD_MAX];
		size_t group, rows;
	} rows[] = {
		{ "in the middle", { 12345 }, 1, 1 },
		{ "the last one", { ROWS - 1 }, 1, 1 },
		{ "neighbours", { 500, 501, 502 }, 1, 3 },
		{ "in several batches", { 1, 8191, 8192, 99999 }, 1, 4 },
		{ "batches in one transaction", { 77777 }, 8, 1 },
		{ "all of it", { 5, 6, 60000, 60001 }, 8, 4 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct poison p = { 0 };
		struct poison_death d = { .batch_rows = BATCH, .why = "x" };
		size_t deaths = 0, noted = 0;
		while (attempt(&p, rows[i].bad, rows[i].group, &d)) {
			if (poison_died(&p, &d) == POISON_NOTED)
				noted++;
			assert_true(++deaths < ENOUGH);
		}
		if (found(&p, rows[i].bad) != rows[i].rows)
			fail_msg("%s", rows[i].label);
		/* Only the first death of a span teaches nothing. */
		assert_true(noted <= rows[i].rows);
		assert_true(deaths <= 6 * rows[i].rows);
		poison_free(&p);
	}
}

/* A stage that is killed from outside, twice with the same batch in hand. */
static void
test_chance_finds_nothing(void **state)
{
	(void)state;
	struct poison p = { 0 };
	struct poison_death d = {
		.first = 0, .last = 0, .batch_rows = BATCH, .why = "x"
	};
	assert_int_equal(poison_died(&p, &d), POISON_NOTED);
	assert_int_equal(poison_died(&p, &d), POISON_NARROWED);
	d.first = d.last = 50000;
	assert_int_equal(poison_died(&p, &d), POISON_NOTED);
	for (size_t i = 0; i < p.n; i++)
		assert_null(p.v[i].why);
	poison_free(&p);
}

/* A table of one row: it has to kill alone, too. */
static void
test_one_row_alone(void **state)
{
	(void)state;
	static const uint8_t key[KEY_HASH_BYTES] = "the key's hash ";
	struct poison p = { 0 };
	struct poison_death d = { .batch_rows = 1, .why = "x", .key = key };
	assert_int_equal(poison_died(&p, &d), POISON_NOTED);
	assert_int_equal(poison_died(&p, &d), POISON_NARROWED);
	assert_int_equal(poison_died(&p, &d), POISON_FOUND);
	assert_true(p.v[0].keyed);
	assert_memory_equal(p.v[0].key, key, sizeof(key));
	poison_free(&p);
	assert_int_equal(p.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_rows_are_found_and_no_others),
		cmocka_unit_test(test_chance_finds_nothing),
		cmocka_unit_test(test_one_row_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
