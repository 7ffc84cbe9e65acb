#ifndef TESTS_UNIT_DELTA_TARGET_H
#define TESTS_UNIT_DELTA_TARGET_H
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

#endif
