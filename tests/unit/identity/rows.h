#ifndef TESTS_UNIT_IDENTITY_ROWS_H
#define TESTS_UNIT_IDENTITY_ROWS_H
#include "proto/batch.h"
#include "proto/buf.h"
#include <stdlib.h>
#include <string.h>

/* What the tests of identity share: columns from values, bytes as hex. */
static inline void
rows_add(struct batch *b, const char *name, enum value_type type,
    const struct value *values, size_t n)
{
	struct column_builder cb;
	struct column c = { .name = arena_strdup(&b->arena, name) };
	column_builder_init(&cb, &b->arena, type, n);
	for (size_t i = 0; i < n; i++)
		column_builder_value(&cb, &values[i]);
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
	b->nrows = n;
}

static inline struct value
rows_text(enum value_type type, const char *s)
{
	return (struct value){ .type = type,
		.s = { (const uint8_t *)s, strlen(s) } };
}

static inline const char *
rows_hex(struct buf *out, const void *p, size_t n)
{
	const uint8_t *bytes = p;
	buf_clear(out);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%02x", bytes[i]);
	return buf_str(out);
}

#endif
