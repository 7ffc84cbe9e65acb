#ifndef LOAD_INPUT_H
#define LOAD_INPUT_H
#include "load/plan.h"
#include "proto/column.h"

/* The values of one plan column for one batch. */
struct input {
	struct column col;
	bool constant; /* one value, at row 0, for every row */
};

static inline size_t
input_row(const struct input *in, size_t row)
{
	return in->constant ? 0 : row;
}

/* What is the same for all rows of a transaction. */
struct input_facts {
	int64_t now_micros;
	uint64_t run;
};

/* The values of p's columns in b: p->n inputs in a, which view b. b must fit
 * the plan. */
struct input *input_bind(const struct plan *p, const struct batch *b,
    const struct input_facts *f, struct arena *a);

/*
 * Rows of one batch for the target, in the order given. refuse takes a row
 * that cannot go in and whose neighbours can; doomed says that the row broke
 * the whole transaction and must not be tried again.
 */
struct slice {
	const struct plan *plan;
	const struct input *in;
	const uint32_t *rows; /* NULL: 0 … n-1 */
	size_t n;
	bool inserts; /* all of them are OP_INSERT */
	void (*refuse)(
	    void *ctx, uint32_t row, const struct err *why, bool doomed);
	void *ctx;
};

static inline uint32_t
slice_row(const struct slice *s, size_t i)
{
	return s->rows ? s->rows[i] : (uint32_t)i;
}

#endif
