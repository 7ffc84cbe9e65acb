#include "proto/batch.h"
#include "proto/reject.h"
#include <stdlib.h>
#include <string.h>

void
frame_free(struct frame *f)
{
	if (f->owner) {
		if (f->release)
			f->release(f->owner);
		else
			free(f->owner);
	}
	*f = (struct frame){ 0 };
}

struct batch *
batch_new(void)
{
	return mem_zalloc(sizeof(struct batch));
}

void
batch_free(struct batch **bp)
{
	struct batch *b = *bp;
	if (!b)
		return;
	arena_free(&b->arena);
	frame_free(&b->frame);
	free(b);
	*bp = NULL;
}

struct batch *
batch_like(const struct batch *b)
{
	struct batch *n = batch_new();
	n->entity = b->entity ? arena_strdup(&n->arena, b->entity) : NULL;
	n->run = b->run;
	n->chunk = b->chunk;
	n->attempt = b->attempt;
	n->seq = b->seq;
	n->part = b->part;
	n->keys_only = b->keys_only;
	return n;
}

void
batch_inherit_left(struct batch *to, const struct batch *from)
{
	memcpy(to->left, from->left, sizeof(to->left));
	memcpy(to->came, from->came, sizeof(to->came));
}

struct column *
batch_find(const struct batch *b, enum column_role role, const char *name)
{
	for (size_t i = 0; i < b->ncols; i++) {
		struct column *c = &b->cols[i];
		if (c->role == role && (!name || strcmp(c->name, name) == 0))
			return c;
	}
	return NULL;
}

void
batch_add_column(struct batch *b, const struct column *c)
{
	/* Few batches get more than three columns added: copying is cheap. */
	struct column *cols =
	    arena_alloc(&b->arena, (b->ncols + 1) * sizeof(*cols));
	if (b->ncols)
		memcpy(cols, b->cols, b->ncols * sizeof(*cols));
	cols[b->ncols++] = *c;
	b->cols = cols;
}

void
batch_original(const struct batch *b, size_t row, struct buf *out)
{
	struct arena a = { 0 };
	struct row_value *v = arena_alloc(&a, (b->ncols + 1) * sizeof(*v));
	size_t n = 0;
	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		const char *name = NULL;
		if (c->role == ROLE_ORIGIN)
			name = c->name;
		else if (c->role == ROLE_FIELD)
			name = c->origin;
		if (!name)
			continue;
		v[n++] = (struct row_value){ .name = name,
			.type_name = c->type_name,
			.value = column_value(c, row) };
	}
	row_encode(v, n, out);
	arena_free(&a);
}
