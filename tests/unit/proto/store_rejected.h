#ifndef TESTS_STORE_REJECTED_H
#define TESTS_STORE_REJECTED_H
/* Rejected rows, named by letters. */
#include "proto/store_reject.h"
#include "tests/unit/proto/store_night.h"

/* A rejected row; key and hash by its letter, or unknown yet. */
static inline struct store_reject
rejected_row(uint64_t run, uint32_t chunk, uint32_t attempt, char letter)
{
	static uint8_t letters[256][16];
	for (size_t i = 0; i < 16; i++)
		letters[(uint8_t)letter][i] = (uint8_t)letter;
	struct span s = { letters[(uint8_t)letter], 16 };
	return (struct store_reject){
		.entity = "parts",
		.run = run,
		.chunk = chunk,
		.attempt = attempt,
		.what = { .stage = "load",
		    .field = "qty",
		    .layer = "",
		    .code = "23514",
		    .message = "check failed",
		    .key = { s.data, 3 },
		    .bk_hash = s,
		    .version = { s.data, 1 },
		    .original = { s.data, 5 } },
		.key_text = "A-1",
	};
}

static inline uint64_t
rejected_add(struct fixture *f, struct store_reject r)
{
	OK(f, store_reject_add(f->s, &r, &f->e));
	return r.id;
}

static inline uint64_t
rejected_count(struct fixture *f, struct store_reject_filter filter)
{
	uint64_t n;
	OK(f, store_reject_count(f->s, &filter, &n, &f->e));
	return n;
}

static inline struct store_reject
rejected_get(struct fixture *f, uint64_t id)
{
	struct store_reject r;
	RETURNS(f, 1, store_reject_get(f->s, id, &f->a, &r, &f->e));
	return r;
}

/* A run that is over, of one chunk in which these rows were rejected. */
static inline uint64_t
rejected_night(struct fixture *f, const char *letters)
{
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	uint32_t attempt = fixture_assign(f, run, 0);
	for (; *letters; letters++)
		rejected_add(f, rejected_row(run, 0, attempt, *letters));
	fixture_finish(f, run, 0, attempt);
	fixture_end_run(f, run);
	return run;
}

#endif
