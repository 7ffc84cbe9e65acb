/* From run to run, as delta dies of one row after the other: the rows are found
 * although the source moves, and no neighbour is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/suspects.h"
#include <cmocka.h>

enum { CHUNKS = 3, ROWS = 20000, BATCH = 512, ENOUGH = 200 };

static void
key_of(uint64_t id, uint8_t key[KEY_HASH_BYTES])
{
	memset(key, 0, KEY_HASH_BYTES);
	memcpy(key, &id, sizeof(id));
}

static bool
held_back(const struct suspects *s, uint64_t id)
{
	uint8_t key[KEY_HASH_BYTES];
	key_of(id, key);
	for (size_t i = 0; i < s->nkeys; i++)
		if (memcmp(s->keys[i].key, key, sizeof(key)) == 0)
			return true;
	return false;
}

/* The first row of the chunk is `first`. True: delta died of the bad one. */
static bool
dies(struct suspects *s, struct chunk *c, uint64_t first, uint64_t bad)
{
	uint8_t key[KEY_HASH_BYTES];
	key_of(bad, key);
	for (uint64_t at = 0, end; at < ROWS; at = end) {
		end = care_end(c->poison.v, c->poison.n, at);
		if (end > at + BATCH)
			end = at + BATCH;
		if (bad < first + at || bad >= first + end)
			continue;
		const struct poison_death d = { .first = at,
			.last = at,
			.batch_rows = BATCH,
			.key = end == at + 1 ? key : NULL,
			.why = "it died" };
		if (poison_died(&c->poison, &d) == POISON_FOUND) {
			assert_int_equal(end, at + 1);
			assert_true(suspects_found(s, key, d.why));
		}
		return true;
	}
	return false;
}

/* One run; moved: rows that were put in front since the first one. */
static bool
run(struct suspects *s, uint64_t moved, const uint64_t *bad)
{
	struct chunk chunks[CHUNKS] = { 0 };
	bool died = false;
	suspects_lead(s, chunks, CHUNKS);
	for (uint64_t i = 0; i < CHUNKS && !died; i++)
		for (const uint64_t *b = bad; *b && !died; b++)
			died = !held_back(s, *b) &&
			       dies(s, &chunks[i], 1001 + i * ROWS - moved, *b);
	suspects_keep(s, chunks, CHUNKS);
	for (size_t i = 0; i < CHUNKS; i++)
		assert_int_equal(chunks[i].poison.n, 0);
	return died;
}

static void
bad_rows_are_found_while_the_source_moves(void **state)
{
	static const uint64_t bad[][4] = { { 1500 }, { 1500, 1501 },
		{ 1500, 30000, 59000 }, { 21000, 21001, 21002 } };
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(bad); k++)
		for (uint64_t step = 0; step < 3; step++) {
			struct suspects s = { 0 };
			size_t runs = 0, want = 0;
			while (run(&s, step * runs, bad[k]))
				assert_true(++runs < ENOUGH);
			while (want < 4 && bad[k][want])
				want++;
			assert_int_equal(s.nkeys, want);
			for (size_t i = 0; i < want; i++)
				assert_true(held_back(&s, bad[k][i]));
			struct arena a = { 0 };
			struct err e = { 0 };
			struct care_key *v;
			size_t n;
			assert_int_equal(care_keys_decode(buf_span(&s.encoded),
					     &a, &v, &n, &e),
			    0);
			assert_int_equal(n, want);
			arena_free(&a);
			suspects_free(&s);
		}
}

/* Chunks that are cut anew are other chunks. */
static void
another_plan_begins_anew(void **state)
{
	struct suspects s = { 0 };
	struct chunk chunks[CHUNKS + 1] = { 0 };
	const struct poison_death d = { .batch_rows = BATCH, .why = "" };
	(void)state;
	suspects_lead(&s, chunks, CHUNKS);
	poison_died(&chunks[1].poison, &d);
	suspects_keep(&s, chunks, CHUNKS);
	suspects_lead(&s, chunks, CHUNKS + 1);
	for (size_t i = 0; i <= CHUNKS; i++)
		assert_int_equal(chunks[i].poison.n, 0);
	suspects_lead(&s, chunks, CHUNKS);
	assert_int_equal(chunks[1].poison.n, 0);
	suspects_free(&s);
}

/* A run that ended before it had a plan takes nothing away. */
static void
a_run_that_did_not_begin_changes_nothing(void **state)
{
	struct suspects s = { 0 };
	struct chunk chunks[CHUNKS] = { 0 };
	const struct poison_death d = { .batch_rows = BATCH, .why = "" };
	(void)state;
	suspects_lead(&s, chunks, CHUNKS);
	poison_died(&chunks[1].poison, &d);
	suspects_keep(&s, chunks, CHUNKS);
	suspects_keep(&s, NULL, 0);
	suspects_lead(&s, chunks, CHUNKS);
	assert_int_equal(chunks[1].poison.n, 1);
	suspects_keep(&s, chunks, CHUNKS);
	suspects_free(&s);
}

static void
there_is_an_end_to_keys(void **state)
{
	struct suspects s = { 0 };
	uint8_t key[KEY_HASH_BYTES];
	(void)state;
	for (uint64_t i = 0; i <= CARE_KEYS; i++) {
		key_of(i, key);
		assert_int_equal(
		    suspects_found(&s, key, "it died"), i < CARE_KEYS);
	}
	suspects_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_rows_are_found_while_the_source_moves),
		cmocka_unit_test(another_plan_begins_anew),
		cmocka_unit_test(a_run_that_did_not_begin_changes_nothing),
		cmocka_unit_test(there_is_an_end_to_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
