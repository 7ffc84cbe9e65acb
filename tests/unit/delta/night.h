#ifndef TESTS_UNIT_DELTA_NIGHT_H
#define TESTS_UNIT_DELTA_NIGHT_H
#include "delta/worker.h"
#include "proto/decimal.h"
#include "tests/unit/delta/world.h"

/*
 * A worker between a source and a target that are arrays: v by id, 0 where
 * there is no row. It plays extract, load and the supervisor.
 */
enum { NIGHT_IDS = 400, NIGHT_PARTS_MAX = 8 };

struct night {
	struct worker w[NIGHT_PARTS_MAX];
	struct outlet out;
	uint32_t workers;
	int64_t *target; /* NIGHT_IDS */
	/* The next rows that load gets: kept from the target, and why. */
	bool lose;            /* load dies with them */
	unsigned refuse_1_in; /* rejected by the target, 0: never */
	struct buf refused;   /* their hashes, until the commit */
	/* What came out. */
	uint64_t counts[OUT_COUNT], sent, held, batches;
	struct buf why; /* the last reject's message */
};

static inline int
night_send(void *ctx, struct batch **b, struct err *e)
{
	struct night *n = ctx;
	const uint8_t *op = batch_find(*b, ROLE_OP, NULL)->data;
	const uint8_t *bk = batch_find(*b, ROLE_BK_HASH, NULL)->data;
	const struct column *id = batch_find(*b, ROLE_FIELD, "id");
	const struct column *v = batch_find(*b, ROLE_FIELD, "v");
	for (size_t i = 0; i < OUT_COUNT; i++)
		n->counts[i] += (*b)->left[i];
	n->batches++;
	n->sent += (*b)->nrows;
	for (size_t i = 0; i < (*b)->nrows && !n->lose; i++) {
		struct value key = column_value(id, i);
		int64_t k = key.i;
		/* A key from the state is a decimal. */
		if (key.type == VT_DECIMAL && decimal_to_i64(key.s, &k))
			return err_bug(e, "not a key of these tests");
		if (n->refuse_1_in && rand() % (int)n->refuse_1_in == 0) {
			buf_put(&n->refused, bk + 16 * i, 16);
			n->counts[OUT_REJECTED]++;
			continue;
		}
		n->target[k] = op[i] == OP_DELETE ? 0 : column_i64(v, i);
		n->counts[op[i] == OP_DELETE   ? OUT_DELETED
			  : op[i] == OP_INSERT ? OUT_INSERTED
					       : OUT_UPDATED]++;
	}
	batch_free(b);
	return 0;
}

static inline int
night_ack(void *ctx, const struct batch *b, const uint64_t *counts,
    uint64_t held, struct err *e)
{
	struct night *n = ctx;
	(void)e;
	for (size_t i = 0; i < OUT_COUNT; i++)
		n->counts[i] += b->left[i] + (counts ? counts[i] : 0);
	n->held += held;
	return 0;
}

static inline void
night_reject(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	struct night *n = ctx;
	(void)row;
	b->left[OUT_REJECTED]++;
	buf_clear(&n->why);
	buf_puts(&n->why, why->msg);
}

static inline int
night_open(
    struct night *n, const struct rules *rules, uint32_t workers, struct err *e)
{
	n->out = (struct outlet){ n, night_send, night_ack, night_reject };
	n->workers = workers;
	for (uint32_t i = 0; i < workers; i++) {
		n->w[i].out = &n->out;
		if (worker_open(&n->w[i], rules, i, workers, e))
			return -1;
	}
	return 0;
}

/* Also what a crash does: nothing is written. */
static inline void
night_close(struct night *n)
{
	for (uint32_t i = 0; i < n->workers; i++)
		worker_close(&n->w[i]);
	buf_free(&n->refused);
	buf_free(&n->why);
	memset(n->counts, 0, sizeof(n->counts));
	n->sent = n->held = n->batches = 0;
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
