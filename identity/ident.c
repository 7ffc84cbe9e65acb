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

/* What stands before the key fields of every row. */
static void
put_entity(const struct plan *p, struct buf *out)
{
	const char *entity = p->rules->entity ? p->rules->entity : "";
	if (p->rules->syncflow) {
		syncflow_entity(entity, out);
		return;
	}
	buf_put_uleb(out, strlen(entity));
	buf_puts(out, entity);
}

static void
put_key(struct plan *p, size_t row, struct buf *out)
{
	if (p->rules->syncflow)
		syncflow_key(&p->key, row, &p->scratch, out);
	else
		encode_row(&p->key, row, out);
}

static void
put_data(struct plan *p, size_t row, struct buf *out)
{
	if (p->rules->syncflow)
		syncflow_data(&p->data, row, &p->scratch, out);
	else
		encode_row(&p->data, row, out);
}

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

static void
hash_keys(struct plan *p, struct batch *b, struct buf *tmp)
{
	uint8_t *out = arena_alloc(&b->arena, b->nrows * BK_BYTES + 1);

	buf_clear(tmp);
	put_entity(p, tmp);
	size_t base = tmp->len;
	for (size_t i = 0; i < b->nrows; i++) {
		tmp->len = base;
		put_key(p, i, tmp);
		hash_bk(buf_span(tmp), out + i * BK_BYTES);
	}
	batch_add_column(b, &(struct column){ .name = "bk_hash",
				.role = ROLE_BK_HASH,
				.type = VT_BYTES,
				.data = out,
				.data_bytes = b->nrows * BK_BYTES });
}

/* Encodes rows from `row` on, each padded with zeros to whole blocks; returns
 * how many fit the tile. */
static size_t
fill_tile(struct plan *p, const struct batch *b, size_t row, struct buf *tmp,
    struct span spans[TILE_ROWS])
{
	size_t starts[TILE_ROWS];
	size_t n = 0;

	buf_clear(tmp);
	while (n < TILE_ROWS && row + n < b->nrows && tmp->len < TILE_BYTES) {
		size_t start = tmp->len;
		put_data(p, row + n, tmp);
		size_t len = tmp->len - start;
		size_t pad = len ? -len % HASH_BLOCK : HASH_BLOCK;
		memset(buf_extend(tmp, pad), 0, pad);
		starts[n] = start;
		spans[n++].len = len;
	}
	for (size_t i = 0; i < n; i++)
		spans[i].data = tmp->data + starts[i];
	return n;
}

static void
hash_contents(struct plan *p, struct batch *b, struct buf *tmp)
{
	struct span spans[TILE_ROWS];
	uint8_t(*out)[DATA_BYTES] =
	    arena_alloc(&b->arena, b->nrows * DATA_BYTES + 1);

	for (size_t row = 0; row < b->nrows;) {
		size_t n = fill_tile(p, b, row, tmp, spans);
		hash_many(spans, n, out + row);
		row += n;
	}
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
		put_entity(&p, out);
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
