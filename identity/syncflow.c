#include "identity/syncflow.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const excluded[] = { "created_at", "updated_at",
	"created_at_utc", "updated_at_utc", "uid", "id", "erp_key_hash",
	"erp_data_hash", "erp_rowversion" };

bool
syncflow_excluded(const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(excluded); i++)
		if (strcmp(field, excluded[i]) == 0)
			return true;
	return false;
}

void
syncflow_entity(const char *entity, struct buf *out)
{
	if (!*entity)
		return;
	buf_puts(out, entity);
	buf_putc(out, '|');
}

/* White space beyond ASCII, as UTF-8: U+0085, U+00A0, U+1680, U+2000 to
 * U+200A, U+2028, U+2029, U+202F, U+205F, U+3000. */
static const char *const spaces[] = { "\t", "\n", "\v", "\f", "\r", " ", "\x1c",
	"\x1d", "\x1e", "\x1f", "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80",
	"\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
	"\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
	"\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

/* Bytes of one white space at the start (or end) of s, or 0. */
static size_t
space_at(struct span s, bool end)
{
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		size_t n = strlen(spaces[i]);
		if (n > s.len)
			continue;
		const uint8_t *p = end ? s.data + s.len - n : s.data;
		if (memcmp(p, spaces[i], n) == 0)
			return n;
	}
	return 0;
}

static struct span
trimmed(struct span s)
{
	size_t n;
	while ((n = space_at(s, false)))
		s = (struct span){ s.data + n, s.len - n };
	while ((n = space_at(s, true)))
		s.len -= n;
	return s;
}

static void
put_float(double v, struct buf *out)
{
	if (!isfinite(v)) {
		buf_puts(out, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
		return;
	}
	size_t start = out->len;
	buf_printf(out, "%.6f", v);
	while (out->len > start && out->data[out->len - 1] == '0')
		out->len--;
	if (out->data[out->len - 1] == '.')
		out->len--;
}

static void
put_value(const struct value *v, bool data, struct buf *out)
{
	if (v->type == VT_BOOL) {
		buf_puts(out, v->b ? "True" : "False");
	} else if (data && v->type == VT_FLOAT) {
		put_float(v->f, out);
	} else if (data && v->type == VT_TEXT) {
		struct span s = trimmed(v->s);
		buf_put(out, s.data, s.len);
	} else {
		value_text(v, out);
	}
}

static void
put_pair(const struct column *c, size_t row, bool data, struct buf *out)
{
	struct value v = column_value(c, row);
	buf_puts(out, c->name);
	buf_putc(out, '=');
	put_value(&v, data, out);
}

void
syncflow_data(const struct encode_plan *p, size_t row, struct buf *scratch,
    struct buf *out)
{
	size_t start = out->len;

	(void)scratch;
	for (size_t i = 0; i < p->n; i++) {
		const struct column *c = p->fields[i].col;
		if (column_null(c, row))
			continue;
		if (out->len > start)
			buf_putc(out, '|');
		put_pair(c, row, true, out);
	}
}

static int
by_bytes(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int r = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
	return r ? r : (x->len > y->len) - (x->len < y->len);
}

void
syncflow_key(const struct encode_plan *p, size_t row, struct buf *scratch,
    struct buf *out)
{
	struct arena a = { 0 };
	struct span *pairs = arena_alloc(&a, (p->n + 1) * sizeof(*pairs));

	buf_clear(scratch);
	for (size_t i = 0; i < p->n; i++) {
		size_t start = scratch->len;
		put_pair(p->fields[i].col, row, false, scratch);
		pairs[i].len = scratch->len - start;
	}
	const uint8_t *at = scratch->data;
	for (size_t i = 0; i < p->n; i++) {
		pairs[i].data = at;
		at += pairs[i].len;
	}
	if (p->n)
		qsort(pairs, p->n, sizeof(*pairs), by_bytes);
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			buf_putc(out, '|');
		buf_put(out, pairs[i].data, pairs[i].len);
	}
	arena_free(&a);
}
