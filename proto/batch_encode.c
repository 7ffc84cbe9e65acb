#include "proto/batch.h"
#include "proto/pack.h"
#include <string.h>

/* The wire form is described in proto/README.md; batch_decode.c mirrors it. */
static void
put_column(const struct column *c, size_t nrows, struct buf *out)
{
	size_t pairs = 4 + (c->type_name != NULL) + (c->origin != NULL) +
		       (c->nulls != NULL) + (c->offs != NULL);
	pack_map(out, pairs);
	pack_str(out, "name");
	pack_str(out, c->name);
	pack_str(out, "role");
	pack_uint(out, c->role);
	pack_str(out, "type");
	pack_uint(out, c->type);
	if (c->type_name) {
		pack_str(out, "tname");
		pack_str(out, c->type_name);
	}
	if (c->origin) {
		pack_str(out, "origin");
		pack_str(out, c->origin);
	}
	if (c->nulls) {
		pack_str(out, "nulls");
		pack_bin(out, c->nulls, (nrows + 7) / 8);
	}
	if (c->offs) {
		pack_str(out, "offs");
		pack_bin(out, c->offs, 4 * (nrows + 1));
	}
	pack_str(out, "data");
	pack_bin(out, c->data, c->data_bytes);
}

/* What keys, numbers and the heads of texts and bins take at most. */
enum { HEADER_MAX = 512, COLUMN_MAX = 192 };

static size_t
text_bytes(const char *s)
{
	return s ? strlen(s) : 0;
}

size_t
batch_frame_max(const struct batch *b)
{
	size_t n = HEADER_MAX + text_bytes(b->entity);

	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		n += COLUMN_MAX + text_bytes(c->name) +
		     text_bytes(c->type_name) + text_bytes(c->origin) +
		     c->data_bytes;
		n += c->nulls ? (b->nrows + 7) / 8 : 0;
		n += c->offs ? 4 * (b->nrows + 1) : 0;
	}
	return n;
}

void
batch_encode(const struct batch *b, struct buf *out)
{
	buf_reserve(out, batch_frame_max(b));
	pack_map(out, 11);
	pack_str(out, "batch");
	pack_uint(out, 1);
	pack_str(out, "entity");
	pack_str(out, b->entity ? b->entity : "");
	pack_str(out, "run");
	pack_uint(out, b->run);
	pack_str(out, "chunk");
	pack_uint(out, b->chunk);
	pack_str(out, "attempt");
	pack_uint(out, b->attempt);
	pack_str(out, "seq");
	pack_uint(out, b->seq);
	pack_str(out, "part");
	pack_uint(out, b->part);
	pack_str(out, "keys_only");
	pack_bool(out, b->keys_only);
	pack_str(out, "left");
	pack_array(out, OUT_COUNT);
	for (size_t i = 0; i < OUT_COUNT; i++)
		pack_uint(out, b->left[i]);
	pack_str(out, "rows");
	pack_uint(out, b->nrows);
	pack_str(out, "cols");
	pack_array(out, b->ncols);
	for (size_t i = 0; i < b->ncols; i++)
		put_column(&b->cols[i], b->nrows, out);
}
