#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/bench.h"

/* The running count of keys that were not seen, against looking at every
 * entry, through nights of random reads, retries, refusals and deletes. */
enum { IDS = 300, CHUNKS = 4, TURNS = 60 };

static void
check(struct bench *t)
{
	struct part *p = &t->n.w[0].parts[0];
	uint64_t n = 0;
	for (size_t i = 0; i < p->table.n; i++)
		n += part_missing(p, table_at(&p->table, i));
	assert_true(part_unseen(p) == n);
}

/* Some rows of a chunk's own keys, now and then one of another chunk's. */
static void
read_some(struct bench *t, uint32_t chunk, uint32_t attempt)
{
	struct world_row rows[IDS];
	size_t n = 0;
	for (int64_t id = chunk; id < IDS; id += CHUNKS)
		if (rand() % 3)
			rows[n++] = (struct world_row){ id, 1 + rand() % 3, 0 };
	if (rand() % 4 == 0)
		rows[n++] = (struct world_row){ rand() % IDS, 9, 0 };
	send(t, chunk, attempt, n, rows);
	check(t);
}

static void
spare_one(struct bench *t)
{
	uint8_t bk[16];
	struct err e = { 0 };
	world_bk(rand() % IDS, bk);
	ok(worker_except(
	       &t->n.w[0], CHUNK_DELETES, 1, (struct span){ bk, 16 }, &e),
	    &e);
	check(t);
}

static void
one_night(struct bench *t, unsigned kind)
{
	uint64_t unseen, rows;
	struct buf sample = { 0 };
	struct err e = { 0 };

	open_night(t);
	check(t);
	t->n.refuse_1_in = kind & 1 ? 7 : 0;
	for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
		uint32_t attempt = 1;
		read_some(t, chunk, attempt);
		if (kind & 2 && rand() % 2) {
			ok(worker_fence(&t->n.w[0], chunk, ++attempt, &e), &e);
			check(t);
			read_some(t, chunk, attempt);
		}
		if (rand() % 8)
			commit(t, chunk, attempt);
		check(t);
	}
	if (kind & 4)
		spare_one(t);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	check(t);
	if (kind & 8) {
		ok(night_delete(&t->n, 1, unseen, &rows, &e), &e);
		commit(t, CHUNK_DELETES, 1);
		check(t);
	}
	buf_free(&sample);
	night_close(&t->n);
}

static void
the_running_count_is_that_of_a_look(void **state)
{
	struct bench *t = *state;
	srand(5);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		t->rules.segment_bytes = turn % 3 ? UINT64_MAX : 0;
		one_night(t, turn % 16);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_running_count_is_that_of_a_look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
