#include "delta/sweep.h"
#include "delta/rows.h"
#include "delta/unseen.h"
#include "proto/canon.h"
#include <string.h>

/* --- the sample ---------------------------------------------------------- */

struct sample {
	const struct strings *names;
	size_t *left;
	struct buf *out;
};

static int
sample_key(void *ctx, const uint8_t *bk, struct span key, struct err *e)
{
	struct sample *s = ctx;
	(void)bk;
	(void)e;
	if (!*s->left)
		return 1;
	rows_key_text(s->names, key, s->out);
	buf_putc(s->out, '\n');
	return --*s->left == 0;
}

int
sweep_sample(struct part *p, size_t *max, struct buf *out, struct err *e)
{
	struct sample s = { &p->rules->en->key, max, out };
	return *max ? unseen_walk(p, sample_key, &s, e) : 0;
}

/* --- the deletes --------------------------------------------------------- */

/* One batch of deletes being built: its rows have keys of one set of types. */
struct builder {
	struct part *part;
	struct sweep_deletes *d;
	struct batch *b;
	struct column_builder *keys;
	struct buf bk;
	struct value *values; /* of one key; in arena */
	struct arena arena;
	struct blob intents;
};

static void
begin_batch(struct builder *w)
{
	const struct rules *rules = w->part->rules;
	const struct strings *key = &rules->en->key;

	w->b = batch_new();
	w->b->entity = arena_strdup(&w->b->arena, rules->en->name);
	w->b->run = rules->run;
	w->b->chunk = CHUNK_DELETES;
	w->b->attempt = w->d->attempt;
	w->b->seq = w->d->seq++;
	w->b->part = w->part->place.part;
	w->keys = arena_alloc(&w->b->arena, key->n * sizeof(*w->keys) + 1);
	for (size_t i = 0; i < key->n; i++)
		column_builder_init(&w->keys[i], &w->b->arena,
		    w->values[i].type, w->d->batch_rows);
	buf_clear(&w->bk);
	blob_clear(&w->intents);
}

static void
add_key_columns(struct builder *w)
{
	const struct strings *key = &w->part->rules->en->key;

	for (size_t i = 0; i < key->n; i++) {
		struct column c = { .name = key->v[i], .role = ROLE_FIELD };
		column_builder_finish(&w->keys[i], &c);
		/* The state does not keep the engine's name for a type. */
		c.type_name = c.type == VT_OPAQUE ? "text" : NULL;
		batch_add_column(w->b, &c);
	}
}

static int
send_batch(struct builder *w, struct err *e)
{
	struct batch *b = w->b;

	if (!b)
		return 0;
	add_key_columns(w);
	batch_add_column(
	    b, &(struct column){ .name = "bk_hash",
		   .role = ROLE_BK_HASH,
		   .type = VT_BYTES,
		   .data = arena_dup(&b->arena, w->bk.data, w->bk.len),
		   .data_bytes = w->bk.len });
	uint8_t *ops = arena_alloc(&b->arena, b->nrows);
	memset(ops, OP_DELETE, b->nrows);
	batch_add_column(b, &(struct column){ .name = "op",
				.role = ROLE_OP,
				.type = VT_INT,
				.data = ops,
				.data_bytes = b->nrows });
	w->d->rows += b->nrows;
	if (part_intend(w->part, b, &w->intents, 0, e))
		return -1;
	return w->d->out->send(w->d->out->ctx, &w->b, e);
}

static bool
same_types(const struct builder *w)
{
	for (size_t i = 0; i < w->part->rules->en->key.n; i++)
		if (w->keys[i].type != w->values[i].type)
			return false;
	return true;
}

static int
delete_key(void *ctx, const uint8_t *bk, struct span key, struct err *e)
{
	struct builder *w = ctx;
	size_t n = w->part->rules->en->key.n;

	if (!w->d->left)
		return 1;
	if (canon_unpack(key, w->values, n, e))
		return err_wrap(
		    e, "the state of partition %u", w->part->place.part);
	if (w->b && (w->b->nrows == w->d->batch_rows || !same_types(w)) &&
	    send_batch(w, e))
		return -1;
	if (!w->b)
		begin_batch(w);
	for (size_t i = 0; i < n; i++)
		column_builder_value(&w->keys[i], &w->values[i]);
	buf_put(&w->bk, bk, 16);
	blob_put(&w->intents,
	    &(struct record){ .op = RECORD_DELETE, .bk = bk, .key = key });
	w->b->nrows++;
	w->d->left--;
	return 0;
}

int
sweep_delete(struct part *p, struct sweep_deletes *d, struct err *e)
{
	struct builder w = { .part = p, .d = d };
	w.values = arena_zalloc(
	    &w.arena, (p->rules->en->key.n + 1) * sizeof(*w.values));

	int r = unseen_walk(p, delete_key, &w, e);
	if (r == 0)
		r = send_batch(&w, e);
	batch_free(&w.b);
	buf_free(&w.bk);
	blob_free(&w.intents);
	arena_free(&w.arena);
	return r;
}
