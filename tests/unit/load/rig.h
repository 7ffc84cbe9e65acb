#ifndef TESTS_UNIT_LOAD_RIG_H
#define TESTS_UNIT_LOAD_RIG_H
#include "load/apply.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * What the tests of load share: batches of changes written as text, and an
 * apply whose sink remembers what became of each row.
 */
struct rig_column {
	const char *name;
	enum value_type type;
	const char *type_name;
};

static inline const struct target_from *
rig_from(void)
{
	static const struct target_from from = { .store_dir = "/store",
		.run = 7 };
	return &from;
}

static inline void
rig_cell(struct column_builder *cb, const char *text)
{
	struct value v = { .type = cb->type, .null = !text };
	if (!text)
		text = "";
	if (cb->type == VT_BOOL)
		v.b = text[0] == 't';
	else if (cb->type == VT_FLOAT)
		v.f = strtod(text, NULL);
	else if (cb->type == VT_UUID)
		memcpy(v.uuid, text, v.null ? 0 : 16);
	else if (value_type_width(cb->type))
		v.i = strtoll(text, NULL, 10);
	else
		v.s = (struct span){ (const uint8_t *)text, strlen(text) };
	column_builder_value(cb, &v);
}

static inline void
rig_fixed(struct batch *b, enum column_role role, size_t width)
{
	uint8_t *data = arena_alloc(&b->arena, b->nrows * width + 1);
	for (size_t i = 0; i < b->nrows * width; i++)
		data[i] = (uint8_t)(0xa0 + role + i / width);
	struct column c = { .name = "",
		.role = role,
		.type = VT_BYTES,
		.data = data,
		.data_bytes = b->nrows * width };
	batch_add_column(b, &c);
}

/* ops: one of I, U, D per row; cells: row by row, NULL for NULL. */
static inline struct batch *
rig_batch(const struct rig_column *cols, size_t ncols, const char *ops,
    const char *const *cells)
{
	struct batch *b = batch_new();
	b->entity = "things";
	b->nrows = strlen(ops);
	for (size_t c = 0; c < ncols; c++) {
		struct column_builder cb;
		struct column col = { .name = cols[c].name,
			.type_name = cols[c].type_name };
		column_builder_init(&cb, &b->arena, cols[c].type, b->nrows);
		for (size_t r = 0; r < b->nrows; r++)
			rig_cell(&cb, cells[r * ncols + c]);
		column_builder_finish(&cb, &col);
		batch_add_column(b, &col);
	}
	rig_fixed(b, ROLE_BK_HASH, 16);
	rig_fixed(b, ROLE_DATA_HASH, 32);
	uint8_t *op = arena_alloc(&b->arena, b->nrows + 1);
	for (size_t r = 0; r < b->nrows; r++)
		op[r] = ops[r] == 'I'   ? OP_INSERT
			: ops[r] == 'U' ? OP_UPDATE
					: OP_DELETE;
	batch_add_column(b, &(struct column){ .name = "",
				.role = ROLE_OP,
				.type = VT_BYTES,
				.data = op,
				.data_bytes = b->nrows });
	return b;
}

enum { RIG_REJECTS = 64 };

struct rig {
	struct target_table *target;
	struct apply apply;
	uint64_t counts[OUT_COUNT];
	size_t done, nrejects;
	struct {
		size_t row;
		struct err why;
	} rejects[RIG_REJECTS];
};

static inline void
rig_reject(void *ctx, struct batch *b, size_t row, const struct err *why)
{
	struct rig *r = ctx;
	assert_true(r->nrejects < RIG_REJECTS);
	r->rejects[r->nrejects].row = row;
	r->rejects[r->nrejects++].why = *why;
	b->left[OUT_REJECTED]++;
}

static inline int
rig_done(void *ctx, struct batch **b, const uint64_t *counts, struct err *e)
{
	struct rig *r = ctx;
	(void)e;
	r->done++;
	for (size_t i = 0; i < OUT_COUNT; i++)
		r->counts[i] += counts[i] + (*b)->left[i];
	batch_free(b);
	return 0;
}

static inline void
rig_ok(int rc, const struct err *e)
{
	if (rc != 0)
		fail_msg("%s: %s", e->code, e->msg);
}

static inline void
rig_open(struct rig *r, const struct entity *en)
{
	struct err e = { 0 };
	*r = (struct rig){ 0 };
	rig_ok(target_open(en, TARGET_WRITE, rig_from(), &r->target, &e), &e);
	r->apply = (struct apply){ .target = r->target,
		.sink = { r, rig_reject, rig_done },
		.group_rows = 1000,
		.facts = { .run = 7 } };
}

static inline void
rig_close(struct rig *r)
{
	apply_free(&r->apply);
	target_close(&r->target);
}

static inline void
rig_put(struct rig *r, struct batch *b)
{
	struct err e = { 0 };
	int rc = apply_batch(&r->apply, &b, &e);
	batch_free(&b);
	rig_ok(rc, &e);
}

static inline void
rig_finish(struct rig *r)
{
	struct err e = { 0 };
	rig_ok(apply_finish(&r->apply, &e), &e);
}

/* One batch in a transaction of its own. */
static inline void
rig_apply(struct rig *r, struct batch *b)
{
	rig_put(r, b);
	rig_finish(r);
}

static inline void
rig_expect(const struct rig *r, uint64_t inserted, uint64_t updated,
    uint64_t deleted, uint64_t rejected)
{
	assert_int_equal(r->counts[OUT_INSERTED], inserted);
	assert_int_equal(r->counts[OUT_UPDATED], updated);
	assert_int_equal(r->counts[OUT_DELETED], deleted);
	assert_int_equal(r->counts[OUT_REJECTED], rejected);
	assert_int_equal(r->nrejects, rejected);
}

#endif
