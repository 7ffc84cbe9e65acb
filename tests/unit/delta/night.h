#ifndef TESTS_UNIT_DELTA_NIGHT_H
#define TESTS_UNIT_DELTA_NIGHT_H
#include "tests/unit/delta/target.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The steps of a run, over all workers of a night. */
static inline int
night_open(
    struct night *n, const struct rules *rules, uint32_t workers, struct err *e)
{
	n->out = (struct outlet){ n, night_send, night_ack, night_reject };
	n->workers = workers;
	for (uint32_t i = 0; i < workers; i++) {
		struct worker *w = &n->w[i];
		uint64_t entries;
		w->out = &n->out;
		if (worker_open(w, rules, i, workers, e))
			return -1;
		int foreseen = worker_foresee(w, &entries, e);
		if (foreseen < 0 || worker_read(w, e))
			return -1;
		if (foreseen)
			assert_int_equal(entries, worker_known(w));
	}
	return 0;
}

/* The rows of one batch, each partition's to the worker that owns it. */
static inline int
night_rows(struct night *n, const struct world_row *rows, size_t count,
    uint32_t chunk, uint32_t attempt, struct err *e)
{
	uint32_t parts = n->w[0].rules.parts;
	struct world_row *some = mem_alloc(count * sizeof(*some) + 1);
	int r = 0;
	for (uint32_t p = 0; p < parts && r == 0; p++) {
		size_t k = 0;
		for (size_t i = 0; i < count; i++) {
			uint8_t bk[16];
			world_bk(rows[i].id, bk);
			if ((bk[0] * parts) >> 8 == p)
				some[k++] = rows[i];
		}
		if (!k)
			continue;
		struct batch *b = world_batch(some, k, true);
		b->run = n->w[0].rules.run;
		b->chunk = chunk;
		b->attempt = attempt;
		b->part = p;
		r = worker_batch(&n->w[p % n->workers], &b, e);
	}
	free(some);
	return r;
}

static inline int
night_commit(struct night *n, uint32_t chunk, uint32_t attempt, struct err *e)
{
	for (uint32_t i = 0; i < n->workers; i++)
		if (worker_except(
			&n->w[i], chunk, attempt, buf_span(&n->refused), e) ||
		    worker_commit(&n->w[i], chunk, attempt, e))
			return -1;
	buf_clear(&n->refused);
	return 0;
}

static inline int
night_join(struct night *n, struct err *e)
{
	for (uint32_t i = 0; i < n->workers; i++)
		if (worker_join(&n->w[i], e))
			return -1;
	return 0;
}

static inline int
night_sweep(
    struct night *n, uint64_t *unseen, struct buf *sample, struct err *e)
{
	*unseen = 0;
	for (uint32_t i = 0; i < n->workers; i++) {
		uint64_t k;
		if (worker_sweep(&n->w[i], &k, sample, e))
			return -1;
		*unseen += k;
	}
	return 0;
}

static inline int
night_delete(struct night *n, uint32_t attempt, uint64_t max, uint64_t *rows,
    struct err *e)
{
	*rows = 0;
	for (uint32_t i = 0; i < n->workers; i++) {
		struct worker_deletes d = { .attempt = attempt,
			.max = max - *rows };
		if (worker_delete(&n->w[i], &d, e))
			return -1;
		*rows += d.rows;
	}
	return 0;
}

#endif
