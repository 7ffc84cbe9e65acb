#include "delta/rows.h"
#include "proto/canon.h"
#include "proto/rowversion.h"

enum { VALUE_TEXT_MAX = 100 };

static int
missing(const struct batch *b, const char *what, struct err *e)
{
	return err_bug(e, "a batch of %s comes without %s",
	    b->entity ? b->entity : "", what);
}

static uint64_t *
marks(struct batch *b)
{
	const struct column *version = batch_find(b, ROLE_ROWVERSION, NULL);
	struct buf tmp = { 0 };

	if (!version)
		return NULL;
	uint64_t *out = arena_alloc(&b->arena, (b->nrows + 1) * sizeof(*out));
	for (size_t i = 0; i < b->nrows; i++) {
		struct value v = column_value(version, i);
		buf_clear(&tmp);
		rowversion_encode(&v, &tmp);
		out[i] = rowversion_mark(buf_span(&tmp));
	}
	buf_free(&tmp);
	return out;
}

int
rows_open(
    struct rows *r, struct batch *b, const struct strings *key, struct err *e)
{
	const struct column *bk = batch_find(b, ROLE_BK_HASH, NULL);
	const struct column *dh = batch_find(b, ROLE_DATA_HASH, NULL);

	*r = (struct rows){ .nkey = key->n };
	if (!bk)
		return missing(b, "its key hashes", e);
	r->bk = bk->data;
	r->dh = dh ? dh->data : NULL;
	r->marks = marks(b);
	r->key = arena_alloc(&b->arena, (key->n + 1) * sizeof(*r->key));
	for (size_t i = 0; i < key->n; i++) {
		r->key[i] = batch_find(b, ROLE_FIELD, key->v[i]);
		if (!r->key[i])
			return missing(b, key->v[i], e);
	}
	return 0;
}

void
rows_key(const struct rows *r, size_t row, struct buf *out)
{
	for (size_t i = 0; i < r->nkey; i++) {
		struct value v = column_value(r->key[i], row);
		canon_value(&v, out);
	}
}

struct record
rows_record(
    const struct rows *r, size_t row, enum record_op op, struct buf *tmp)
{
	buf_clear(tmp);
	rows_key(r, row, tmp);
	return (struct record){ .op = op,
		.bk = r->bk + 16 * row,
		.dh = r->dh ? r->dh + 32 * row : NULL,
		.mark = r->marks ? r->marks[row] : 0,
		.key = buf_span(tmp) };
}

/* Cuts the text after `from` at a character, not inside one. */
static void
cut(struct buf *out, size_t from)
{
	if (out->len - from <= VALUE_TEXT_MAX)
		return;
	out->len = from + VALUE_TEXT_MAX;
	while (out->len > from && (out->data[out->len] & 0xc0) == 0x80)
		out->len--;
	buf_puts(out, "…");
}

void
rows_key_text(const struct strings *key, struct span packed, struct buf *out)
{
	struct arena a = { 0 };
	struct value *v = arena_alloc(&a, (key->n + 1) * sizeof(*v));
	struct err e = { 0 };

	if (canon_unpack(packed, v, key->n, &e)) {
		buf_puts(out, "(a key that does not read back)");
		arena_free(&a);
		return;
	}
	for (size_t i = 0; i < key->n; i++) {
		buf_printf(out, "%s%s=", i ? ", " : "", key->v[i]);
		size_t from = out->len;
		value_text(&v[i], out);
		cut(out, from);
	}
	arena_free(&a);
}
