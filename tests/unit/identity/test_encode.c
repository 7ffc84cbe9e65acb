#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/encode.h"
#include "proto/canon.h"
#include "proto/decimal.h"
#include "tests/unit/identity/rows.h"

/* The column encoder against the plain one, canon_value, on random rows. */
enum { ROWS = 200, COLS = 20, ROUNDS = 60 };

static int64_t
random_i64(void)
{
	static const int64_t edges[] = { 0, 1, -1, 9, 10, 99, 100, 9999, 10000,
		INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };
	if (rand() % 3 == 0)
		return edges[(size_t)rand() % ARRAY_LEN(edges)];
	return (int64_t)((uint64_t)rand() << 40 ^ (uint64_t)rand() << 13) >>
	       rand() % 63;
}

static struct value
random_bytes(struct arena *a, enum value_type type)
{
	static const size_t sizes[] = { 0, 1, 5, 15, 16, 31, 32, 33, 127, 128,
		300, 20000 };
	size_t n = sizes[(size_t)rand() % (rand() % 50 ? 10 : 12)];
	uint8_t *p = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + rand() % 26);
	return (struct value){ .type = type, .s = { p, n } };
}

static struct value
random_value(struct arena *a, enum value_type type)
{
	struct value v = { .type = type };
	char *number;
	switch (type) {
	case VT_BOOL:
		v.b = rand() % 2;
		return v;
	case VT_FLOAT:
		v.f = rand() % 4 ? (double)random_i64() / 1000 : 1e300;
		return v;
	case VT_DATE:
		v.i = (int32_t)random_i64();
		return v;
	case VT_INT:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		v.i = random_i64();
		return v;
	case VT_UUID:
		for (size_t i = 0; i < 16; i++)
			v.uuid[i] = (uint8_t)rand();
		return v;
	case VT_DECIMAL:
		number = arena_alloc(a, DECIMAL_I64_MAX);
		v.s.len = decimal_from_i64(random_i64(), number);
		v.s.data = (const uint8_t *)number;
		return v;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return random_bytes(a, type);
}

/* Unique, of every length around the one-store limit and past 127. */
static void
random_name(char *out, size_t i)
{
	size_t n = rand() % 12 ? (size_t)(rand() % 24) : 200;
	size_t k = 0;
	out[k++] = (char)(rand() % 2 ? 'a' + rand() % 26 : 0xc3);
	out[k++] = (char)('A' + i);
	while (k < n)
		out[k++] = (char)('a' + rand() % 26);
	out[k] = '\0';
}

static void
fill(struct batch *b)
{
	struct value values[ROWS];
	char name[256];
	size_t ncols = 1 + (size_t)rand() % COLS;
	for (size_t c = 0; c < ncols; c++) {
		enum value_type type = (enum value_type)(rand() % VT_COUNT);
		for (size_t i = 0; i < ROWS; i++) {
			values[i] = random_value(&b->arena, type);
			values[i].null = rand() % 5 == 0;
		}
		random_name(name, c);
		rows_add(b, name, type, values, ROWS);
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct column *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

static void
plain(const struct column **cols, size_t n, size_t row, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		struct value v = column_value(cols[i], row);
		if (v.null)
			continue;
		buf_put_uleb(out, strlen(cols[i]->name));
		buf_puts(out, cols[i]->name);
		canon_value(&v, out);
	}
}

static void
columns_encode_like_values(void **state)
{
	struct buf fast = { 0 }, slow = { 0 };
	(void)state;
	srand(11);
	for (int round = 0; round < ROUNDS; round++) {
		struct batch *b = batch_new();
		const struct column *cols[COLS];
		struct encode_plan plan;
		fill(b);
		for (size_t i = 0; i < b->ncols; i++)
			cols[i] = &b->cols[i];
		encode_plan_init(&plan, &b->arena, cols, b->ncols);
		qsort(cols, b->ncols, sizeof(*cols), by_name);
		/* Without a reset: rows also follow each other. */
		buf_free(&fast);
		buf_clear(&slow);
		for (size_t i = 0; i < ROWS; i++) {
			encode_row(&plan, i, &fast);
			plain(cols, b->ncols, i, &slow);
			assert_int_equal(fast.len, slow.len);
		}
		assert_memory_equal(fast.data, slow.data, slow.len);
		batch_free(&b);
	}
	buf_free(&fast);
	buf_free(&slow);
}

static void
a_head_of_any_length_stands_before_every_row(void **state)
{
	struct buf bare = { 0 }, headed = { 0 };
	uint8_t head[300];
	(void)state;
	srand(12);
	for (size_t i = 0; i < sizeof(head); i++)
		head[i] = (uint8_t)rand();
	for (size_t len = 0; len <= sizeof(head); len += 1 + len / 20) {
		struct batch *b = batch_new();
		const struct column *cols[COLS];
		struct encode_plan plan, with;
		fill(b);
		for (size_t i = 0; i < b->ncols; i++)
			cols[i] = &b->cols[i];
		encode_plan_init(&plan, &b->arena, cols, b->ncols);
		encode_plan_init(&with, &b->arena, cols, b->ncols);
		encode_plan_head(&with, &b->arena, (struct span){ head, len });
		for (size_t i = 0; i < ROWS; i++) {
			buf_free(&headed);
			buf_clear(&bare);
			encode_row(&plan, i, &bare);
			encode_row(&with, i, &headed);
			assert_int_equal(headed.len, len + bare.len);
			assert_memory_equal(headed.data, head, len);
			if (bare.len)
				assert_memory_equal(
				    headed.data + len, bare.data, bare.len);
		}
		batch_free(&b);
	}
	buf_free(&bare);
	buf_free(&headed);
}

static void
no_column_is_no_byte(void **state)
{
	struct arena a = { 0 };
	struct encode_plan plan;
	struct buf out = { 0 };
	(void)state;
	encode_plan_init(&plan, &a, NULL, 0);
	encode_row(&plan, 0, &out);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_encode_like_values),
		cmocka_unit_test(a_head_of_any_length_stands_before_every_row),
		cmocka_unit_test(no_column_is_no_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
