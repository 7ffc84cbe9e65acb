#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/worker.h"
#include "tests/unit/delta/world.h"

/*
 * A commit copies the records of an intent file into the journal, or takes over
 * the file. It leaves the same records either way, also where a refused hash
 * asks it to look at each.
 */
enum { COPIED, LOOKED_AT, SEGMENT, WAYS };
enum { IDS = 20000, NIGHTS = 4, BATCH = 3000 };

static void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

static int
sent(void *ctx, struct batch **b, struct err *e)
{
	(void)ctx;
	(void)e;
	batch_free(b);
	return 0;
}

static int
acked(void *ctx, const struct batch *b, const uint64_t *counts, uint64_t held,
    struct err *e)
{
	(void)ctx;
	(void)b;
	(void)counts;
	(void)held;
	(void)e;
	return 0;
}

static void
rejected(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	(void)ctx;
	(void)b;
	(void)row;
	fail_msg("rejected: %s", why->msg);
}

/* One night of the same random rows for every store: batches of all sizes. */
static void
run(struct worker *w, int night, bool look)
{
	static const size_t sizes[] = { BATCH, 5, 1200, 1, 700 };
	struct world_row *rows = mem_alloc(BATCH * sizeof(*rows));
	uint8_t nobody[16];
	struct err e = { 0 };
	size_t turn = 0;

	srand((unsigned)night);
	for (int64_t id = 0; id < IDS;) {
		size_t want = sizes[turn++ % ARRAY_LEN(sizes)], n = 0;
		for (; n < want && id < IDS; id++)
			if (rand() % 10 < 6 + night)
				rows[n++] = (struct world_row){ id, rand() % 2,
					id % 3 };
		struct batch *b = world_batch(rows, n, true);
		b->run = w->rules.run;
		ok(worker_batch(w, &b, &e), &e);
	}
	world_bk(-1, nobody);
	if (look)
		ok(worker_except(w, 0, 1, (struct span){ nobody, 16 }, &e), &e);
	ok(worker_commit(w, 0, 1, &e), &e);
	free(rows);
}

static int
gather(void *ctx, const struct record *r, size_t n, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < n; i++)
		record_put(ctx, &r[i]);
	return 0;
}

static void
open_worker(struct worker *w, struct rules *rules, uint64_t number)
{
	static const struct outlet out = { NULL, sent, acked, rejected };
	struct err e = { 0 };
	rules->run = number;
	*w = (struct worker){ .out = &out };
	ok(worker_open(w, rules, 0, 1, &e), &e);
	ok(worker_read(w, &e), &e);
}

static void
blobs_and_files_say_what_records_say(void **state)
{
	struct entity en = world_entity();
	char copied[64], looked_at[64], segment[64];
	char *stores[WAYS] = { copied, looked_at, segment };
	struct rules rules[WAYS];
	struct worker w[WAYS];
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < WAYS; i++)
		rules[i] = (struct rules){ .en = &en,
			.store_dir = world_store(stores[i]),
			.strategy = STRATEGY_ROWVERSION,
			.parts = 1,
			.memory = 1 << 30,
			.segment_bytes = i == SEGMENT ? 0 : UINT64_MAX,
			.write = true };
	for (int night = 0; night < NIGHTS; night++) {
		struct buf all[WAYS] = { 0 };
		for (int i = 0; i < WAYS; i++) {
			open_worker(&w[i], &rules[i], (uint64_t)night + 1);
			run(&w[i], night, i == LOOKED_AT);
			ok(state_scan(w[i].parts[0].state, gather, &all[i], &e),
			    &e);
		}
		for (int i = 0; i < WAYS; i++) {
			assert_true(all[0].len > 0 && all[0].len == all[i].len);
			assert_memory_equal(
			    all[0].data, all[i].data, all[0].len);
			assert_true(worker_known(&w[0]) == worker_known(&w[i]));
			assert_true(state_entries(w[0].parts[0].state) ==
				    state_entries(w[i].parts[0].state));
		}
		for (int i = 0; i < WAYS; i++) {
			worker_close(&w[i]);
			buf_free(&all[i]);
		}
	}
	for (int i = 0; i < WAYS; i++)
		world_remove(stores[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blobs_and_files_say_what_records_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
