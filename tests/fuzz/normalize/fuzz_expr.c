/* An expression somebody configured, over a row of hostile values: it is
 * refused or it ends. */
#include "normalize/expr.h"
#include "proto/arena.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count(void *context, size_t row, const struct value *v, const char *why)
{
	size_t *next = context;
	if (row != (*next)++ || !v == !why)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct expr_column cols[] = { { "i", VT_INT },
		{ "t", VT_TEXT } };
	static const int64_t ints[] = { INT64_MIN, 7 };
	static const uint32_t offs[] = { 0, 3, 5 };
	const struct column i = { .type = VT_INT,
		.data = (const uint8_t *)ints,
		.data_bytes = sizeof(ints) };
	const struct column t = { .type = VT_TEXT,
		.data = (const uint8_t *)"a\0\xff%_",
		.offs = (const uint8_t *)offs,
		.data_bytes = 5 };
	const struct column *in[] = { &i, &t };
	struct expr_db *db = NULL;
	struct expr *x = NULL;
	struct err e = { 0 };
	if (size > 200)
		return 0;
	char *text = mem_alloc(size + 1);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (expr_db_open(&db, &e) < 0)
		abort();
	if (expr_new(db, text, cols, 2, &x, &e) == 0) {
		size_t next = 0;
		struct expr_input input = { in, 2, NULL };
		expr_run(x, &input, count, &next);
		if (next != 2)
			abort();
	}
	expr_free(&x);
	expr_db_close(&db);
	free(text);
	return 0;
}
