#include "proto/canon.h"
#include "proto/limits.h"
#include "proto/rowversion.h"
#include "proto/stage_impl.h"
#include <string.h>

enum { REJECTS_MAX = 512, REJECTS_BYTES_MAX = 1 << 20 };

/* What no message to the supervisor could hold is not stored. */
enum {
	ORIGINAL_BYTES_MAX = LIMIT_CONTROL_BYTES / 2,
	KEY_BYTES_MAX = LIMIT_CONTROL_BYTES / 8
};

/* The key as packed values, where all of its fields are there. */
static struct span
packed_key(struct stage *st, const struct batch *b, size_t row)
{
	const struct strings *key = &st->entity->key;
	struct buf out = { 0 };
	for (size_t i = 0; i < key->n; i++) {
		const struct column *c = batch_find(b, ROLE_FIELD, key->v[i]);
		struct value v = { .null = true };
		if (c)
			v = column_value(c, row);
		if (v.null) {
			buf_free(&out);
			return (struct span){ 0 };
		}
		canon_value(&v, &out);
	}
	struct span s = { 0 };
	if (out.len <= KEY_BYTES_MAX)
		s = (struct span){ arena_dup(
				       &st->rejects.arena, out.data, out.len),
			out.len };
	buf_free(&out);
	return s;
}

static struct span
version_of(struct arena *a, const struct batch *b, size_t row)
{
	const struct column *c = batch_find(b, ROLE_ROWVERSION, NULL);
	if (!c || column_null(c, row))
		return (struct span){ 0 };
	struct value v = column_value(c, row);
	struct buf out = { 0 };
	rowversion_encode(&v, &out);
	struct span s = { arena_dup(a, out.data, out.len), out.len };
	buf_free(&out);
	return s;
}

static struct span
hash_of(struct arena *a, const struct batch *b, size_t row)
{
	const struct column *c = batch_find(b, ROLE_BK_HASH, NULL);
	if (!c)
		return (struct span){ 0 };
	return (struct span){ arena_dup(a, c->data + 16 * row, 16), 16 };
}

static struct reject *
next_slot(struct stage_rejects *r)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		struct reject *rows =
		    arena_zalloc(&r->arena, cap * sizeof(*rows));
		if (r->n)
			memcpy(rows, r->rows, r->n * sizeof(*rows));
		r->rows = rows;
		r->cap = cap;
	}
	return &r->rows[r->n++];
}

void
stage_reject(struct stage *st, struct batch *b, size_t row, const char *layer,
    const struct err *why)
{
	struct stage_rejects *r = &st->rejects;
	struct arena *a = &r->arena;
	struct buf original = { 0 };
	batch_original(b, row, &original);
	if (original.len > ORIGINAL_BYTES_MAX)
		buf_clear(&original);
	struct reject *x = next_slot(r);
	*x = (struct reject){
		.stage = st->def->name,
		.field = arena_strdup(a, why->field),
		.layer = layer ? arena_strdup(a, layer) : "",
		.code = arena_strdup(a, why->code),
		.message = arena_strdup(a, why->msg),
		.key = packed_key(st, b, row),
		.bk_hash = hash_of(a, b, row),
		.version = version_of(a, b, row),
		.original = { arena_dup(a, original.data, original.len),
		    original.len },
	};
	buf_free(&original);
	r->chunk = b->chunk;
	r->attempt = b->attempt;
	r->seq = b->seq;
	b->left[OUT_REJECTED]++;
}

/* As many of rows[from..] as one message may hold. */
static size_t
page_end(const struct stage_rejects *r, size_t from)
{
	size_t bytes = 0, i = from;
	while (i < r->n && i - from < REJECTS_MAX) {
		bytes += r->rows[i].original.len + r->rows[i].key.len + 512;
		if (i > from && bytes > REJECTS_BYTES_MAX)
			break;
		i++;
	}
	return i;
}

int
stage_flush_rejects(struct stage *st, struct err *e)
{
	struct stage_rejects *r = &st->rejects;
	int result = 0;
	for (size_t i = 0; i < r->n && result == 0;) {
		size_t end = page_end(r, i);
		struct buf body = { 0 };
		reject_list_encode(r->rows + i, end - i, &body);
		struct message m = { .kind = MSG_REJECT,
			.run = st->run,
			.chunk = r->chunk,
			.attempt = r->attempt,
			.seq = r->seq,
			.rows = end - i,
			.body = buf_span(&body) };
		result = st->ops->report(st, &m, e);
		buf_free(&body);
		i = end;
	}
	if (r->n) {
		arena_reset(&r->arena);
		r->rows = NULL;
		r->n = r->cap = 0;
	}
	return result;
}
