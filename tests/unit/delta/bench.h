#ifndef TESTS_UNIT_DELTA_BENCH_H
#define TESTS_UNIT_DELTA_BENCH_H
#include "tests/unit/delta/night.h"

/* One worker, one partition; each test opens the nights it needs. */
struct bench {
	char store[64];
	struct entity en;
	struct rules rules;
	int64_t target[NIGHT_IDS];
	struct night n;
};

static inline void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

static inline void
open_night(struct bench *t)
{
	struct err e = { 0 };
	t->rules.run++;
	t->n.target = t->target;
	ok(night_open(&t->n, &t->rules, 1, &e), &e);
}

static inline void
send(struct bench *t, uint32_t chunk, uint32_t attempt, size_t n,
    const struct world_row *rows)
{
	struct err e = { 0 };
	ok(night_rows(&t->n, rows, n, chunk, attempt, &e), &e);
}
#define SEND(t, chunk, attempt, ...)                                           \
	send(t, chunk, attempt,                                                \
	    sizeof((struct world_row[]){ __VA_ARGS__ }) /                      \
		sizeof(struct world_row),                                      \
	    (struct world_row[]){ __VA_ARGS__ })

static inline void
commit(struct bench *t, uint32_t chunk, uint32_t attempt)
{
	struct err e = { 0 };
	ok(night_commit(&t->n, chunk, attempt, &e), &e);
}

static inline uint64_t
known(struct bench *t)
{
	return worker_known(&t->n.w[0]);
}

/* Rows 1, 2 and 3 with v = 10, 20 and 30, versions 5, 6 and 7. */
static inline void
first_night(struct bench *t)
{
	open_night(t);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 20, 6 }, { 3, 30, 7 });
	assert_int_equal(t->n.counts[OUT_INSERTED], 3);
	assert_int_equal(known(t), 0);
	commit(t, 0, 1);
	assert_int_equal(known(t), 3);
	night_close(&t->n);
}

static inline int
setup(void **state)
{
	struct bench *t = mem_zalloc(sizeof(*t));
	t->en = world_entity();
	t->rules = (struct rules){ .en = &t->en,
		.store_dir = world_store(t->store),
		.strategy = STRATEGY_HASH,
		.parts = 1,
		.memory = 1 << 30,
		.segment_bytes = UINT64_MAX,
		.write = true };
	*state = t;
	return 0;
}

static inline int
teardown(void **state)
{
	struct bench *t = *state;
	night_close(&t->n);
	world_remove(t->store);
	free(t);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
