#ifndef LOAD_APPLY_H
#define LOAD_APPLY_H
#include "load/part.h"
#include "load/target.h"

/*
 * Many parts in one target transaction. Parts are handed on only after their
 * transaction has committed, so what is lost with a process or a connection
 * was never acknowledged. A row the target refuses is found by bisection and
 * handed on as a reject; its neighbours go in. A serialisation failure, a
 * deadlock or a lock is tried again, a bounded number of times.
 */
struct apply_sink {
	void *ctx;
	/* A row that is out; b is the whole batch. Before done. */
	void (*reject)(
	    void *ctx, struct batch *b, size_t row, const struct err *why);
	/* The rows that are in the target, perhaps none. Takes *b. */
	int (*done)(
	    void *ctx, struct batch **b, const uint64_t *counts, struct err *e);
};

enum apply_state {
	APPLY_NONE,    /* no transaction */
	APPLY_STREAM,  /* every part was put; the target may not have judged */
	APPLY_AGAIN,   /* rolled back: put all parts again */
	APPLY_ISOLATE, /* rolled back: some row is refused; find it */
};

struct apply {
	struct target_table *target; /* borrowed */
	struct apply_sink sink;
	uint64_t group_rows; /* per transaction, at most */
	struct input_facts facts;
	enum apply_state state;
	struct {
		struct arena arena;
		struct schema shape;
		struct plan *plan;
	} plans[PLAN_KINDS];
	struct part **parts; /* of the open transaction */
	size_t n, cap;
	uint64_t rows, bytes;
};

/* Makes the plan for this shape, checks the table against it and creates the
 * table where it is missing and may be: opened with TARGET_CHECK, it only says
 * whether that can be. Nothing may be in the group. */
int apply_prepare(struct apply *a, enum plan_kind kind,
    const struct schema *shape, struct err *e) MUST_CHECK;

/* Takes *b; finishes the transaction when the group is large enough. */
int apply_batch(struct apply *a, struct batch **b, struct err *e) MUST_CHECK;

/* Commits what was grouped and hands it on. */
int apply_finish(struct apply *a, struct err *e) MUST_CHECK;

/* Rolls back what was not committed and frees everything but the target. */
void apply_free(struct apply *a);

#endif
