#ifndef TESTS_STORE_NIGHT_H
#define TESTS_STORE_NIGHT_H
/* A run of a night, its chunks, and how they come and go. */
#include "proto/store_chunk.h"
#include "proto/store_run.h"
#include "tests/unit/proto/store_fixture.h"
#include "tests/unit/proto/store_raw.h"

static inline uint64_t
fixture_run(struct fixture *f, const char *entity)
{
	struct store_run r = { .entity = entity,
		.strategy = STRATEGY_HASH,
		.reason = "no rowversion",
		.pid = 4711,
		.host = "here" };
	OK(f, store_run_create(f->s, &r, &f->e));
	OK(f, store_run_move(f->s, r.id, STORE_RUN_RUNNING, NULL, &f->e));
	return r.id;
}

static inline void
fixture_end_run(struct fixture *f, uint64_t run)
{
	OK(f, store_run_move(f->s, run, STORE_RUN_FINISHING, NULL, &f->e));
	OK(f, store_run_move(f->s, run, STORE_RUN_COMPLETED, NULL, &f->e));
}

static inline void
fixture_chunk(struct fixture *f, uint64_t run, uint32_t chunk)
{
	struct store_chunk c = { .run = run,
		.chunk = chunk,
		.range = SPAN("a..b"),
		.estimate = 100 };
	OK(f, store_chunk_add(f->s, &c, &f->e));
}

/* Assigns a planned chunk; the attempt. */
static inline uint32_t
fixture_assign(struct fixture *f, uint64_t run, uint32_t chunk)
{
	struct store_chunk c = { .run = run, .chunk = chunk };
	OK(f, store_chunk_assign(f->s, &c, &f->e));
	return c.attempt;
}

static inline void
fixture_finish(
    struct fixture *f, uint64_t run, uint32_t chunk, uint32_t attempt)
{
	struct store_chunk c = { .run = run,
		.chunk = chunk,
		.attempt = attempt,
		.rows = 100,
		.batches = 2,
		.bytes = 1000,
		.version = SPAN("\1\7"),
		.counts = { [OUT_INSERTED] = 60,
		    [OUT_UNCHANGED] = 38,
		    [OUT_REJECTED] = 2 } };
	OK(f, store_chunk_read(f->s, &c, &f->e));
	OK(f, store_chunk_done(f->s, &c, &f->e));
}

#endif
