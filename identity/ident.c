#include "identity/ident.h"
#include "identity/encode.h"
#include "identity/hash.h"
#include "identity/syncflow.h"
#include <string.h>

/* Rows are encoded until one of these is reached, then hashed together: a
 * tile stays in the second-level cache. */
enum { TILE_ROWS = HASH_MANY_MAX, TILE_BYTES = 192 << 10 };

/* More than this is not kept from one batch to the next. */
enum { KEEP_BYTES = 1 << 20 };

struct plan {
	const struct ident_rules *rules;
	struct encode_plan key, data;
	struct buf scratch; /* syncflow's */
};

void
ident_free(struct ident *self)
{
	buf_free(&self->bytes);
}

static bool
contains(const struct strings *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], name) == 0)
			return true;
	return false;
}

static int
plan_key(struct plan *p, struct arena *a, const struct batch *b, struct err *e)
{
	const struct strings *key = &p->rules->key;
	const struct column **cols = arena_alloc(a, key->n * sizeof(*cols));

	for (size_t i = 0; i < key->n; i++) {
		cols[i] = batch_find(b, ROLE_FIELD, key->v[i]);
		if (cols[i])
			continue;
		err_config(e, "missing_key_field",
		    "entity %s: the key field %s is not among its fields; map "
		    "it under 'fields' or take it out of 'key'",
		    p->rules->entity, key->v[i]);
		return err_field(e, key->v[i]);
	}
	encode_plan_init(&p->key, a, cols, key->n);
	return 0;
}

static void
plan_data(struct plan *p, struct arena *a, const struct batch *b)
{
	const struct column **cols = arena_alloc(a, b->ncols * sizeof(*cols));
	size_t n = 0;

	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		if (c->role != ROLE_FIELD ||
		    contains(&p->rules->exclude, c->name))
			continue;
		if (p->rules->syncflow && syncflow_excluded(c->name))
			continue;
		cols[n++] = c;
	}
	encode_plan_init(&p->data, a, cols, n);
}

/* What stands before the key fields of every row; syncflow writes it itself. */
static void
plan_head(struct plan *p, struct arena *a)
{
	const char *entity = p->rules->entity ? p->rules->entity : "";
	struct buf head = { 0 };

	if (p->rules->syncflow)
		return;
	buf_put_uleb(&head, strlen(entity));
	buf_puts(&head, entity);
	encode_plan_head(&p->key, a, buf_span(&head));
	buf_free(&head);
}

static void
put_key(struct plan *p, size_t row, struct buf *out)
{
	if (!p->rules->syncflow) {
		encode_row(&p->key, row, out);
		return;
	}
	syncflow_entity(p->rules->entity ? p->rules->entity : "", out);
	syncflow_key(&p->key, row, &p->scratch, out);
}

static void
put_data(struct plan *p, size_t row, struct buf *out)
{
	if (p->rules->syncflow)
		syncflow_data(&p->data, row, &p->scratch, out);
	else
		encode_row(&p->data, row, out);
}

typedef void put_fn(struct plan *p, size_t row, struct buf *out);

/* The first key field that is NULL in that row, or NULL. */
static const char *
null_key(const struct plan *p, size_t row)
{
	for (size_t i = 0; i < p->key.n; i++)
		if (column_null(p->key.fields[i].col, row))
			return p->key.fields[i].col->name;
	return NULL;
}

static bool
any_null(const struct plan *p)
{
	for (size_t i = 0; i < p->key.n; i++)
		if (p->key.fields[i].col->nulls)
			return true;
	return false;
}

int
ident_rejects(const struct ident_rules *rules, struct batch *b,
    struct ident_reject **rejects, size_t *n, struct err *e)
{
	struct plan p = { .rules = rules };

	*n = 0;
	*rejects = NULL;
	if (plan_key(&p, &b->arena, b, e))
		return -1;
	if (!any_null(&p))
		return 0;
	*rejects = arena_alloc(&b->arena, (b->nrows + 1) * sizeof(**rejects));
	for (size_t i = 0; i < b->nrows; i++) {
		const char *field = null_key(&p, i);
		if (field)
			(*rejects)[(*n)++] =
			    (struct ident_reject){ (uint32_t)i, field };
	}
	return 0;
}

/* Rows from first on, encoded, each padded with zeros to whole blocks. */
struct tile {
	size_t first, n;
	struct buf *bytes;
	struct span spans[TILE_ROWS];
};

/*
 * The rows behind those of t that fit it; false if there are none. A tile
 * is hashed when it is full: a hash right behind the stores of its input would
 * wait for them.
 */
static bool
next_tile(struct tile *t, struct plan *p, put_fn *put, size_t nrows)
{
	struct buf *out = t->bytes;
	size_t starts[TILE_ROWS];

	t->first += t->n;
	t->n = 0;
	buf_clear(out);
	while (t->n < TILE_ROWS && t->first + t->n < nrows &&
	       out->len < TILE_BYTES) {
		size_t start = out->len;
		put(p, t->first + t->n, out);
		size_t len = out->len - start;
		if (out->cap - out->len < HASH_BLOCK)
			buf_reserve(out, HASH_BLOCK);
		memset(out->data + out->len, 0, HASH_BLOCK);
		out->len += len ? -len % HASH_BLOCK : HASH_BLOCK;
		starts[t->n] = start;
		t->spans[t->n++].len = len;
	}
	for (size_t i = 0; i < t->n; i++)
		t->spans[i].data = out->data + starts[i];
	return t->n;
}

static void
hash_keys(struct plan *p, struct batch *b, struct buf *tmp)
{
	struct tile t = { .bytes = tmp };
	uint8_t(*out)[BK_BYTES] =
	    arena_alloc(&b->arena, b->nrows * BK_BYTES + 1);

	plan_head(p, &b->arena);
	while (next_tile(&t, p, put_key, b->nrows))
		for (size_t i = 0; i < t.n; i++)
			hash_bk(t.spans[i], out[t.first + i]);
	batch_add_column(b, &(struct column){ .name = "bk_hash",
				.role = ROLE_BK_HASH,
				.type = VT_BYTES,
				.data = (const uint8_t *)out,
				.data_bytes = b->nrows * BK_BYTES });
}

static void
hash_contents(struct plan *p, struct batch *b, struct buf *tmp)
{
	struct tile t = { .bytes = tmp };
	uint8_t(*out)[DATA_BYTES] =
	    arena_alloc(&b->arena, b->nrows * DATA_BYTES + 1);

	while (next_tile(&t, p, put_data, b->nrows))
		hash_many(t.spans, t.n, out + t.first);
	batch_add_column(b, &(struct column){ .name = "data_hash",
				.role = ROLE_DATA_HASH,
				.type = VT_BYTES,
				.data = (const uint8_t *)out,
				.data_bytes = b->nrows * DATA_BYTES });
}

int
ident_hash(struct ident *self, const struct ident_rules *rules, struct batch *b,
    struct err *e)
{
	struct plan p = { .rules = rules };

	if (plan_key(&p, &b->arena, b, e))
		return -1;
	if (!rules->keys_only)
		plan_data(&p, &b->arena, b);
	hash_keys(&p, b, &self->bytes);
	if (!rules->keys_only)
		hash_contents(&p, b, &self->bytes);
	buf_free(&p.scratch);
	if (self->bytes.cap > KEEP_BYTES)
		buf_free(&self->bytes);
	return 0;
}

int
ident_reject_err(const struct ident_reject *r, struct err *e)
{
	err_data(e, "null_business_key",
	    "the key field %s is NULL: a row without its key cannot be told "
	    "from another one",
	    r->field);
	return err_field(e, r->field);
}

int
ident_key_bytes(const struct ident_rules *rules, const struct batch *b,
    size_t row, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct plan p = { .rules = rules };
	int r = plan_key(&p, &a, b, e);
	if (r == 0) {
		plan_head(&p, &a);
		put_key(&p, row, out);
	}
	buf_free(&p.scratch);
	arena_free(&a);
	return r;
}

void
ident_data_bytes(const struct ident_rules *rules, const struct batch *b,
    size_t row, struct buf *out)
{
	struct arena a = { 0 };
	struct plan p = { .rules = rules };
	plan_data(&p, &a, b);
	put_data(&p, row, out);
	buf_free(&p.scratch);
	arena_free(&a);
}
