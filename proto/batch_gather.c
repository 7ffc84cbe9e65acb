#include "proto/batch.h"
#include <string.h>

static void
gather_nulls(struct batch *to, struct column *c, const uint32_t *rows, size_t n)
{
	if (!c->nulls)
		return;
	struct column from = *c;
	uint8_t *nulls = arena_zalloc(&to->arena, (n + 7) / 8);
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (!column_null(&from, rows[i]))
			continue;
		nulls[i >> 3] |= (uint8_t)(1u << (i & 7));
		any = true;
	}
	c->nulls = any ? nulls : NULL;
}

static void
gather_fixed(struct batch *to, struct column *c, const uint32_t *rows, size_t n,
    size_t width)
{
	uint8_t *data = arena_alloc(&to->arena, n * width);
	for (size_t i = 0; i < n; i++)
		memcpy(data + i * width, c->data + rows[i] * width, width);
	c->data = data;
	c->data_bytes = n * width;
}

static void
gather_variable(
    struct batch *to, struct column *c, const uint32_t *rows, size_t n)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += column_bytes(c, rows[i]).len;
	uint8_t *data = arena_alloc(&to->arena, total);
	uint8_t *offs = arena_alloc(&to->arena, 4 * (n + 1));
	uint32_t at = 0;
	memcpy(offs, &at, 4);
	for (size_t i = 0; i < n; i++) {
		struct span s = column_bytes(c, rows[i]);
		if (s.len)
			memcpy(data + at, s.data, s.len);
		at += (uint32_t)s.len;
		memcpy(offs + 4 * (i + 1), &at, 4);
	}
	c->data = data;
	c->offs = offs;
	c->data_bytes = total;
}

static const char *
dup_name(struct batch *b, const char *s)
{
	return s ? arena_strdup(&b->arena, s) : NULL;
}

struct batch *
batch_gather(const struct batch *b, const uint32_t *rows, size_t n)
{
	struct batch *to = batch_like(b);
	to->nrows = n;
	to->ncols = b->ncols;
	to->cols = arena_dup(&to->arena, b->cols, b->ncols * sizeof(*b->cols));
	for (size_t i = 0; i < to->ncols; i++) {
		struct column *c = &to->cols[i];
		c->name = dup_name(to, c->name);
		c->type_name = dup_name(to, c->type_name);
		c->origin = dup_name(to, c->origin);
		size_t width = column_width(c);
		gather_nulls(to, c, rows, n);
		if (width)
			gather_fixed(to, c, rows, n, width);
		else
			gather_variable(to, c, rows, n);
	}
	return to;
}
