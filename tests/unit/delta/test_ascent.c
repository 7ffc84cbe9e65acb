#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/ascent.h"
#include "delta/worker.h"
#include "tests/unit/delta/world.h"

static bool
goes_on(struct ascent *a, const char *key)
{
	const struct buf *last;
	buf_clear(&a->next);
	buf_puts(&a->next, key);
	bool on = ascent_goes_on(a, &last);
	if (on) {
		assert_int_equal(last->len, strlen(key));
		assert_memory_equal(last->data, key, last->len);
	}
	return on;
}

static bool
number_goes_on(struct ascent *a, unsigned n)
{
	char key[16];
	snprintf(key, sizeof(key), "%09u", n);
	return goes_on(a, key);
}

static void
keys_that_ascend_are_different(void **state)
{
	static const struct {
		const char *label, *keys[6];
		size_t good; /* so many are known to be different */
	} rows[] = {
		{ "by bytes", { "a", "b", "bz" }, 3 },
		{ "longer comes later", { "9", "10", "99", "100" }, 4 },
		{ "the same again", { "a", "b", "b", "c" }, 2 },
		{ "back", { "b", "a", "c" }, 3 },
		{ "shorter", { "aa", "b", "cc" }, 3 },
		{ "back among others", { "a", "d", "b", "c", "e" }, 5 },
		{ "the same further back", { "a", "d", "b", "b", "e" }, 3 },
		{ "the first again", { "a", "d", "b", "a", "e" }, 3 },
		{ "no bytes at all", { "", "a" }, 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ascent a = { 0 };
		size_t good = 0;
		for (size_t k = 0; rows[i].keys[k]; k++)
			good += goes_on(&a, rows[i].keys[k]);
		if (good != rows[i].good)
			fail_msg("%s: %zu", rows[i].label, good);
		ascent_free(&a);
	}
}

/* Never is a key said to be new that came before, and none is missed as long as
 * they are no further apart than what is remembered. */
static void
keys_in_some_disorder(void **state)
{
	enum { WORLDS = 200, KEYS = 3000, APART_MAX = 2 * ASCENT_HIGHEST };
	static uint8_t came[KEYS + APART_MAX];
	(void)state;
	srand(11);
	for (size_t world = 0; world < WORLDS; world++) {
		struct ascent a = { 0 };
		size_t apart = 1 + (size_t)rand() % APART_MAX, n;
		bool twice = false;
		memset(came, 0, sizeof(came));
		for (n = 0; n < KEYS && !twice; n++) {
			size_t key = n + (size_t)rand() % apart;
			/* Mostly the lowest that did not come yet. */
			while (rand() % 100 && came[key] && key + 1 < KEYS)
				key++;
			twice = came[key];
			came[key] = 1;
			bool on = number_goes_on(&a, (unsigned)key);
			if (twice)
				assert_false(on);
			if (!on)
				break;
		}
		if (apart <= ASCENT_HIGHEST / 2 && !twice)
			assert_int_equal(n, KEYS);
		ascent_free(&a);
	}
}

/* A page's rows, the last of which was put where there was room before. */
static void
rows_of_earlier_pages(void **state)
{
	struct ascent a = { 0 };
	(void)state;
	for (unsigned page = 0; page < 100; page++) {
		assert_true(number_goes_on(&a, 100 * page + 199));
		for (unsigned i = 100; i < 199; i++)
			assert_true(number_goes_on(&a, 100 * page + i));
	}
	/* Below all that is remembered nothing is known. */
	assert_false(number_goes_on(&a, 5));
	assert_true(a.over);
	ascent_free(&a);
}

/* --- a first night with and without -------------------------------------- */

enum { NIGHTS = 60, CHUNKS = 4, BATCH = 40 };

struct heard {
	struct buf sent; /* key and op of every change, in order */
	uint64_t rejected, counts[OUT_COUNT];
};

static int
hear_send(void *ctx, struct batch **b, struct err *e)
{
	const struct column *op = batch_find(*b, ROLE_OP, NULL);
	const struct column *bk = batch_find(*b, ROLE_BK_HASH, NULL);
	struct heard *h = ctx;
	(void)e;
	buf_put(&h->sent, op->data, (*b)->nrows);
	buf_put(&h->sent, bk->data, 16 * (*b)->nrows);
	batch_free(b);
	return 0;
}

static int
hear_ack(void *ctx, const struct batch *b, const uint64_t *counts,
    uint64_t held, struct err *e)
{
	struct heard *h = ctx;
	(void)held;
	(void)e;
	for (size_t i = 0; i < OUT_COUNT; i++)
		h->counts[i] += b->left[i] + (counts ? counts[i] : 0);
	return 0;
}

static void
hear_reject(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	struct heard *h = ctx;
	(void)b;
	(void)row;
	assert_string_equal(why->code, "duplicate_business_key");
	h->rejected++;
}

static void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

/* Ids that ascend, and now and then do not. */
static void
send(struct worker *w, uint32_t chunk, uint32_t attempt, int disorder,
    bool keys_only)
{
	struct world_row rows[BATCH];
	struct err e = { 0 };
	int64_t id = 1 + chunk * 1000;

	for (size_t i = 0; i < BATCH; i++) {
		id += 1 + rand() % 3;
		if (disorder && rand() % disorder == 0)
			id -= rand() % 6;
		rows[i] = (struct world_row){ id, rand() % 9, 0 };
	}
	struct batch *b = world_batch(rows, BATCH, false);
	b->chunk = chunk;
	b->attempt = attempt;
	b->keys_only = keys_only;
	ok(worker_batch(w, &b, &e), &e);
}

static int
gather(void *ctx, const struct record *r, size_t n, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < n; i++)
		record_put(ctx, &r[i]);
	return 0;
}

struct first_outcome {
	struct heard heard;
	struct buf state;
	uint64_t known, unseen;
};

static void
first_night(const struct rules *rules, bool plain, unsigned seed,
    struct first_outcome *out)
{
	struct outlet to = { &out->heard, hear_send, hear_ack, hear_reject };
	struct worker w = { .out = &to };
	struct buf sample = { 0 };
	struct err e = { 0 };

	srand(seed);
	ok(worker_open(&w, rules, 0, 1, &e), &e);
	ok(worker_read(&w, &e), &e);
	if (plain)
		w.parts[0].ascent.over = true;
	int disorder = seed % 3 ? 0 : 1 + rand() % 200;
	for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
		uint32_t attempt = 1;
		send(&w, chunk, attempt, disorder, false);
		if (rand() % 8 == 0)
			send(&w, chunk, ++attempt, disorder, false);
		if (rand() % 8 == 0)
			send(&w, chunk, attempt, disorder, true);
		if (rand() % 8)
			ok(worker_commit(&w, chunk, attempt, &e), &e);
	}
	ok(worker_sweep(&w, &out->unseen, &sample, &e), &e);
	out->known = worker_known(&w);
	ok(state_scan(w.parts[0].state, gather, &out->state, &e), &e);
	worker_close(&w);
	buf_free(&sample);
}

static void
expect_same(const struct buf *a, const struct buf *b)
{
	assert_int_equal(a->len, b->len);
	if (a->len)
		assert_memory_equal(a->data, b->data, a->len);
}

static void
nothing_but_the_index_is_spared(void **state)
{
	struct entity en = world_entity();
	(void)state;
	for (unsigned seed = 0; seed < NIGHTS; seed++) {
		struct first_outcome x[2] = { 0 };
		char store[2][64];
		for (int plain = 0; plain < 2; plain++) {
			struct rules rules = { .en = &en,
				.store_dir = world_store(store[plain]),
				.run = 1,
				.strategy = STRATEGY_HASH,
				.parts = 1,
				.memory = seed % 5 ? 1 << 30 : 6000,
				.segment_bytes = seed % 2 ? 0 : UINT64_MAX,
				.write = true };
			first_night(&rules, plain, seed, &x[plain]);
			world_remove(store[plain]);
		}
		expect_same(&x[0].heard.sent, &x[1].heard.sent);
		expect_same(&x[0].state, &x[1].state);
		assert_int_equal(x[0].heard.rejected, x[1].heard.rejected);
		assert_memory_equal(x[0].heard.counts, x[1].heard.counts,
		    sizeof(x[0].heard.counts));
		assert_int_equal(x[0].known, x[1].known);
		assert_int_equal(x[0].unseen, x[1].unseen);
		for (int plain = 0; plain < 2; plain++) {
			buf_free(&x[plain].heard.sent);
			buf_free(&x[plain].state);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_ascend_are_different),
		cmocka_unit_test(keys_in_some_disorder),
		cmocka_unit_test(rows_of_earlier_pages),
		cmocka_unit_test(nothing_but_the_index_is_spared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
