#include "proto/batch.h"
#include "proto/reject.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
add_text(struct batch *b, const char *name, const char *const *v, size_t n)
{
	struct column_builder cb;
	struct column c = { .name = name, .origin = name };
	column_builder_init(&cb, &b->arena, VT_TEXT, n);
	for (size_t i = 0; i < n; i++) {
		if (v[i])
			column_builder_bytes(&cb, v[i], strlen(v[i]));
		else
			column_builder_null(&cb);
	}
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
}

static void
add_int(struct batch *b, const char *name, size_t n)
{
	struct column_builder cb;
	struct column c = { .name = name, .role = ROLE_ORIGIN };
	column_builder_init(&cb, &b->arena, VT_INT, 0);
	for (size_t i = 0; i < n; i++)
		column_builder_fixed(&cb, &(int64_t){ (int64_t)i - 2 });
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
}

static const char *const texts[] = { "a", NULL, "", "long enough", "z" };

static struct batch *
sample(void)
{
	struct batch *b = batch_new();
	b->entity = arena_strdup(&b->arena, "orders");
	b->run = 7;
	b->chunk = 3;
	b->attempt = 2;
	b->seq = 9;
	b->part = 1;
	b->left[OUT_REJECTED] = 4;
	b->nrows = ARRAY_LEN(texts);
	add_text(b, "t", texts, b->nrows);
	add_int(b, "n", b->nrows);
	struct column op = { .name = "op", .role = ROLE_OP };
	op.data = memset(arena_alloc(&b->arena, b->nrows), OP_UPDATE, b->nrows);
	op.data_bytes = b->nrows;
	batch_add_column(b, &op);
	return b;
}

static struct batch *
decode(const struct buf *frame, int want)
{
	struct buf copy = { 0 };
	struct batch *b = NULL;
	struct err e = { 0 };
	buf_put(&copy, frame->data, frame->len);
	int r = batch_decode(&copy, &b, &e);
	assert_int_equal(r, want);
	if (want < 0) {
		assert_string_equal(e.code, "bad_batch");
		assert_null(b);
	}
	buf_free(&copy);
	return b;
}

static void
test_round_trip(void **state)
{
	(void)state;
	struct batch *b = sample();
	struct buf frame = { 0 }, again = { 0 };
	batch_encode(b, &frame);
	struct batch *d = decode(&frame, 0);
	assert_string_equal(d->entity, "orders");
	assert_int_equal(d->attempt, 2);
	assert_int_equal(d->left[OUT_REJECTED], 4);
	const struct column *t = batch_find(d, ROLE_FIELD, "t");
	for (size_t i = 0; i < d->nrows; i++) {
		assert_int_equal(column_null(t, i), texts[i] == NULL);
		struct span s = column_bytes(t, i);
		assert_int_equal(s.len, texts[i] ? strlen(texts[i]) : 0);
		if (s.len)
			assert_memory_equal(s.data, texts[i], s.len);
		assert_int_equal(column_i64(batch_find(d, ROLE_ORIGIN, "n"), i),
		    (int64_t)i - 2);
	}
	batch_encode(d, &again);
	assert_int_equal(again.len, frame.len);
	assert_memory_equal(again.data, frame.data, frame.len);
	batch_free(&d);
	batch_free(&b);
	buf_free(&frame);
	buf_free(&again);
}

/* Every byte cut off, and bytes added, must be refused. */
static void
test_torn_frames(void **state)
{
	(void)state;
	struct batch *b = sample();
	struct buf frame = { 0 };
	batch_encode(b, &frame);
	size_t whole = frame.len;
	for (size_t n = 0; n < whole; n++) {
		frame.len = n;
		decode(&frame, -1);
	}
	frame.len = whole;
	buf_putc(&frame, 0xc0);
	decode(&frame, -1);
	batch_free(&b);
	buf_free(&frame);
}

static void
test_lies(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t column;
		uint32_t offset_at, value;
	} rows[] = {
		{ "offsets fall", 0, 3, 0 },
		{ "offset beyond the data", 0, 5, 1000 },
		{ "first offset not zero", 0, 0, 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct batch *b = sample();
		struct column *c = &b->cols[rows[i].column];
		uint8_t *offs =
		    arena_dup(&b->arena, c->offs, 4 * (b->nrows + 1));
		memcpy(offs + 4 * rows[i].offset_at, &rows[i].value, 4);
		c->offs = offs;
		struct buf frame = { 0 };
		batch_encode(b, &frame);
		print_message("%s\n", rows[i].name);
		decode(&frame, -1);
		buf_free(&frame);
		batch_free(&b);
	}
	struct batch *b = sample();
	b->nrows = 4; /* one row fewer than the columns hold */
	struct buf frame = { 0 };
	batch_encode(b, &frame);
	decode(&frame, -1);
	buf_free(&frame);
	batch_free(&b);
}

static void
test_gather(void **state)
{
	(void)state;
	struct batch *b = sample();
	static const uint32_t rows[] = { 4, 1, 3 };
	struct batch *g = batch_gather(b, rows, ARRAY_LEN(rows));
	batch_free(&b); /* nothing of g may point into b */
	assert_int_equal(g->nrows, 3);
	assert_int_equal(g->left[OUT_REJECTED], 0);
	assert_int_equal(g->chunk, 3);
	const struct column *t = batch_find(g, ROLE_FIELD, "t");
	assert_memory_equal(column_bytes(t, 0).data, "z", 1);
	assert_true(column_null(t, 1));
	assert_int_equal(column_bytes(t, 2).len, strlen("long enough"));
	assert_int_equal(column_i64(batch_find(g, ROLE_ORIGIN, NULL), 2), 1);
	struct buf frame = { 0 };
	batch_encode(g, &frame);
	batch_free(&g);
	g = decode(&frame, 0);
	batch_free(&g);
	buf_free(&frame);
}

static void
test_original(void **state)
{
	(void)state;
	struct batch *b = sample();
	struct buf out = { 0 };
	struct arena a = { 0 };
	struct row_value *v;
	size_t n;
	struct err e = { 0 };
	batch_original(b, 3, &out);
	assert_int_equal(row_decode(buf_span(&out), &a, &v, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_string_equal(v[0].name, "t");
	assert_memory_equal(v[0].value.s.data, "long enough", 11);
	assert_string_equal(v[1].name, "n");
	assert_int_equal(v[1].value.i, 1);
	arena_free(&a);
	buf_free(&out);
	batch_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_torn_frames),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_gather),
		cmocka_unit_test(test_original),
	};
	return cmocka_run_group_tests_name("proto/batch", tests, NULL, NULL);
}
