#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/unseen.h"
#include "tests/unit/delta/bench.h"

enum { NIGHTS = 300, ROWS_MAX = NIGHT_IDS };

static int
hear(void *ctx, const uint8_t *bk, struct span key, struct err *e)
{
	(void)e;
	buf_put(ctx, bk, 16);
	buf_put(ctx, key.data, key.len);
	return 0;
}

static int
hear_one(void *ctx, const uint8_t *bk, struct span key, struct err *e)
{
	(void)hear(ctx, bk, key, e);
	return 1;
}

/* Some rows in a mostly rising order; each night others, with other values. */
static size_t
choose(struct world_row *rows)
{
	size_t n = 0;
	int keep = 1 + rand() % 100;
	for (int id = 1; id < ROWS_MAX; id++)
		if (rand() % 100 < keep)
			rows[n++] = (struct world_row){ id, 1 + rand() % 3, 0 };
	for (size_t i = 1; i < n; i++)
		if (rand() % 20 == 0) {
			struct world_row was = rows[i];
			rows[i] = rows[i - 1];
			rows[i - 1] = was;
		}
	return n;
}

/* The keys of a few are read where they stand, or all files are gone through:
 * both find the same. */
static void
both_ways_find_the_same(void **state)
{
	struct bench *t = *state;
	struct world_row rows[ROWS_MAX];
	uint64_t unseen, deleted, ways = 0;
	srand(17);
	for (int night = 0; night < NIGHTS; night++) {
		struct buf near = { 0 }, all = { 0 }, sample = { 0 };
		struct buf one = { 0 }, first = { 0 };
		struct err e = { 0 };
		t->rules.segment_bytes = rand() % 2 ? 0 : UINT64_MAX;
		open_night(t);
		struct part *p = &t->n.w[0].parts[0];
		size_t n = choose(rows);
		send(t, 0, 1, n, rows);
		if (rand() % 4 == 0) /* what it sends is in doubt now */
			send(t, 0, 2, n ? n - 1 : 0, rows);
		else if (rand() % 4)
			commit(t, 0, 1);
		bool located = true;
		for (size_t i = p->nlocated; i < p->table.n; i++)
			located =
			    located && !part_missing(p, table_at(&p->table, i));
		ways |= 1U << located;
		ok(unseen_walk(p, hear, &near, &e), &e);
		ok(unseen_walk(p, hear_one, &one, &e), &e);
		size_t was = p->nlocated;
		p->nlocated = 0;
		ok(unseen_walk(p, hear, &all, &e), &e);
		ok(unseen_walk(p, hear_one, &first, &e), &e);
		p->nlocated = was;
		assert_int_equal(near.len, all.len);
		if (all.len)
			assert_memory_equal(near.data, all.data, all.len);
		assert_int_equal(one.len, first.len);
		if (one.len)
			assert_memory_equal(one.data, first.data, one.len);
		ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
		if (unseen && rand() % 2) {
			ok(night_delete(&t->n, 1, unseen, &deleted, &e), &e);
			assert_int_equal(deleted, unseen);
			commit(t, CHUNK_DELETES, 1);
		}
		night_close(&t->n);
		buf_free(&near);
		buf_free(&all);
		buf_free(&one);
		buf_free(&first);
		buf_free(&sample);
	}
	assert_int_equal(ways, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(both_ways_find_the_same) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
