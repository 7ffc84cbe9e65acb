#include "delta/rows.h"
#include "proto/canon.h"
#include "proto/decimal.h"
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

/* As canon_value of column_value, without the way through a struct value for
 * what most keys are made of. */
static void
put_field(const struct column *c, size_t row, struct buf *out)
{
	if (c->type == VT_INT && !c->nulls) {
		buf_reserve(out, 2 + DECIMAL_I64_MAX);
		uint8_t *at = out->data + out->len;
		at[0] = (uint8_t)canon_tag(VT_INT);
		at[1] = (uint8_t)decimal_from_i64(
		    column_i64(c, row), (char *)at + 2);
		out->len += 2 + (size_t)at[1];
		return;
	}
	if (c->type == VT_TEXT && !c->nulls) {
		struct span s = column_bytes(c, row);
		buf_putc(out, (uint8_t)canon_tag(VT_TEXT));
		buf_put_uleb(out, s.len);
		buf_put(out, s.data, s.len);
		return;
	}
	struct value v = column_value(c, row);
	canon_value(&v, out);
}

void
rows_key(const struct rows *r, size_t row, struct buf *out)
{
	for (size_t i = 0; i < r->nkey; i++)
		put_field(r->key[i], row, out);
}

/* Without its key. */
static struct record
bare(const struct rows *r, size_t row, enum record_op op)
{
	return (struct record){ .op = op,
		.bk = r->bk + 16 * row,
		.dh = r->dh ? r->dh + 32 * row : NULL,
		.mark = r->marks ? r->marks[row] : 0 };
}

void
rows_put(const struct rows *r, size_t row, enum record_op op,
    const struct buf *key, struct blob *to)
{
	struct record rec = bare(r, row, op);
	size_t key_at = blob_begin(to, &rec);
	if (key)
		buf_put(&to->bytes, key->data, key->len);
	else
		rows_key(r, row, &to->bytes);
	blob_end(to, key_at);
}

struct record
rows_record(
    const struct rows *r, size_t row, enum record_op op, struct buf *tmp)
{
	buf_clear(tmp);
	rows_key(r, row, tmp);
	struct record rec = bare(r, row, op);
	rec.key = buf_span(tmp);
	return rec;
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
