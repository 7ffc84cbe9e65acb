#ifndef TESTS_FUZZ_EXTRACT_NOWHERE_H
#define TESTS_FUZZ_EXTRACT_NOWHERE_H
#include "extract/emit.h"

/* Where rows that are made of rubbish go. */
static inline int
nowhere_batch(void *ctx, struct batch **b, struct err *e)
{
	(void)ctx;
	(void)e;
	batch_free(b);
	return 0;
}

static inline int
nowhere_row(void *ctx, struct batch **b, const struct err *why, struct err *e)
{
	(void)why;
	return nowhere_batch(ctx, b, e);
}

static const struct emit_sink nowhere = { nowhere_batch, nowhere_row, NULL };

#endif
