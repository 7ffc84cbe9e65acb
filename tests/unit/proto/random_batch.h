#ifndef TESTS_UNIT_PROTO_RANDOM_BATCH_H
#define TESTS_UNIT_PROTO_RANDOM_BATCH_H
#include "proto/share.h"
#include "tests/unit/identity/rows.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Batches of texts, of one row or of thousands. */
enum { ROWS_MAX = 9000, COLS_MAX = 12 };

static inline struct batch *
random_batch(void)
{
	static struct value values[ROWS_MAX];
	static const size_t sizes[] = { 1, 50, 3000, ROWS_MAX };
	struct batch *b = batch_new();
	size_t ncols = 1 + (size_t)rand() % COLS_MAX;
	char name[16];

	b->entity = "orders";
	b->nrows = sizes[(size_t)rand() % ARRAY_LEN(sizes)];
	for (size_t c = 0; c < ncols; c++) {
		for (size_t i = 0; i < b->nrows; i++) {
			size_t n = (size_t)rand() % 24;
			uint8_t *p = arena_alloc(&b->arena, n + 1);
			memset(p, 'a' + rand() % 26, n);
			values[i] = (struct value){ .type = VT_TEXT,
				.null = rand() % 9 == 0,
				.s = { p, n } };
		}
		snprintf(name, sizeof(name), "c%zu", c);
		rows_add(b, arena_strdup(&b->arena, name), VT_TEXT, values,
		    b->nrows);
	}
	return b;
}

static inline struct batch *
large_batch(void)
{
	struct batch *b = random_batch();

	while (batch_frame_max(b) < SHARE_WAIT_BYTES ||
	       batch_frame_max(b) > SHARE_SLOT_BYTES) {
		batch_free(&b);
		b = random_batch();
	}
	return b;
}

#endif
