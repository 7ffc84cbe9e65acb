#include "extract/emit.h"
#include "extract/highest.h"
#include "proto/limits.h"
#include <string.h>

/* What a few rows need is not worth a large first step. */
enum { FIRST_ROWS = 256 };

void
emit_init(struct emit *em, const struct emit_sink *sink,
    const struct entity *en, struct emit_column *cols, size_t ncols)
{
	*em = (struct emit){ .sink = *sink,
		.header = { .entity = en->name },
		.batch_rows = (size_t)en->batch_rows,
		.batch_bytes = (size_t)en->batch_bytes,
		.cols = cols,
		.ncols = ncols,
		.cut_at = UINT64_MAX };
	if (em->batch_rows == 0 || em->batch_rows > LIMIT_BATCH_ROWS)
		em->batch_rows = LIMIT_BATCH_ROWS;
}

void
emit_care(struct emit *em, const struct care_span *care, size_t n)
{
	em->care = care;
	em->ncare = n;
	em->cut_at = care_end(care, n, em->rows);
}

void
emit_free(struct emit *em)
{
	batch_free(&em->b);
	buf_free(&em->version);
}

struct emit_column *
emit_columns(const struct wanted *w, struct arena *a)
{
	struct emit_column *cols = arena_zalloc(a, w->n * sizeof(*cols));

	for (size_t i = 0; i < w->n; i++) {
		const struct wanted_column *c = &w->cols[i];
		cols[i].name = c->from->name;
		cols[i].declared = c->type;
		if (c->type == VT_OPAQUE)
			cols[i].type_name = c->from->type_name;
		cols[i].field = c->field;
		cols[i].rowversion = c->rowversion;
		cols[i].comma = c->comma;
	}
	return cols;
}

/* A batch's number says where in the chunk it begins. */
static uint32_t
row_number(const struct emit *em)
{
	return em->rows < UINT32_MAX ? (uint32_t)em->rows : UINT32_MAX;
}

static struct batch *
new_batch(const struct emit *em)
{
	struct batch *b = batch_like(&em->header);
	b->seq = row_number(em);
	return b;
}

static size_t
with_margin(size_t n)
{
	return n + n / 8;
}

void
emit_begin(struct emit *em)
{
	/* Hints only: a batch will be much like the one before. */
	size_t hint = with_margin(em->rows_before);
	if (hint > em->batch_rows)
		hint = em->batch_rows;
	if (em->rows_before == 0)
		hint = FIRST_ROWS;

	batch_free(&em->b);
	em->b = new_batch(em);
	em->nrows = em->nbytes = 0;
	for (size_t i = 0; i < em->ncols; i++) {
		struct emit_column *c = &em->cols[i];
		c->demoted = false;
		column_builder_init(
		    &c->values, &em->b->arena, c->declared, hint);
		if (c->values.width == 0)
			(void)column_builder_room(
			    &c->values, with_margin(c->bytes_before));
	}
}

static int
check_version(const struct emit_column *c, struct err *e)
{
	if (!c->demoted)
		return 0;
	err_config(e, "rowversion",
	    "rowversion column %s holds values that are not %s: they have no common order; use delta: hash",
	    c->name, value_type_name(c->declared));
	return err_field(e, c->name);
}

static int
finish_column(struct emit *em, struct emit_column *c, struct err *e)
{
	struct column out = { .name = c->name,
		.role = ROLE_FIELD,
		.type_name = c->type_name,
		.origin = c->name };

	column_builder_finish(&c->values, &out);
	c->bytes_before = out.data_bytes;
	if (c->demoted)
		out.type_name = NULL;
	if (c->field)
		batch_add_column(em->b, &out);
	if (!c->rowversion)
		return 0;
	if (check_version(c, e) != 0)
		return -1;
	out.role = ROLE_ROWVERSION;
	out.origin = NULL;
	batch_add_column(em->b, &out);
	highest_note(&em->version, &out, em->nrows);
	return 0;
}

/* What is rejected here is the row as the source has it. Its key is not yet
 * what the mapping makes of it; if a later stage knew the hash, that is. */
static int
give_up(
    struct emit *em, const uint8_t *key, const struct err *why, struct err *e)
{
	struct batch *b = em->b;

	for (size_t i = 0; i < b->ncols; i++)
		if (b->cols[i].role == ROLE_FIELD)
			b->cols[i].role = ROLE_ORIGIN;
	if (key) {
		const struct column hash = { .name = "",
			.role = ROLE_BK_HASH,
			.type = VT_BYTES,
			.data = key,
			.data_bytes = KEY_HASH_BYTES };
		batch_add_column(b, &hash);
	}
	return em->sink.reject(em->sink.ctx, &em->b, why, e);
}

static int
let_go(struct emit *em, struct err *e)
{
	const struct care_span *s = care_find(em->care, em->ncare, em->b->seq);
	struct err why = { 0 };

	if (em->refuse)
		return give_up(em, NULL, &em->refusal, e);
	if (!s || !s->why)
		return em->sink.send(em->sink.ctx, &em->b, e);
	err_data(&why, "poison", "%s", s->why);
	return give_up(em, s->keyed ? s->key : NULL, &why, e);
}

int
emit_flush(struct emit *em, struct err *e)
{
	if (em->nrows == 0)
		return 0;
	em->b->nrows = em->nrows;
	for (size_t i = 0; i < em->ncols; i++)
		if (finish_column(em, &em->cols[i], e) != 0)
			return -1;
	if (let_go(em, e) != 0)
		return -1;
	em->seq++;
	em->rows_before = em->nrows;
	em->nrows = 0;
	return 0;
}

static int
next_batch(struct emit *em, struct err *e)
{
	if (emit_flush(em, e) != 0)
		return -1;
	em->cut_at = care_end(em->care, em->ncare, em->rows);
	emit_begin(em);
	return 0;
}

int
emit_refuse(struct emit *em, const struct err *why, struct err *e)
{
	if (em->nrows && next_batch(em, e) != 0)
		return -1;
	em->refuse = true;
	em->refusal = *why;
	return 0;
}

int
emit_make_room(struct emit *em, size_t bytes, struct err *e)
{
	if (em->nrows == 0 || em->nbytes + bytes <= EMIT_ROW_BYTES_MAX)
		return 0;
	return next_batch(em, e);
}

int
emit_row(struct emit *em, size_t bytes, struct err *e)
{
	em->nrows++;
	em->rows++;
	em->nbytes += bytes;
	em->bytes += bytes;
	if (bytes > EMIT_ROW_BYTES_MAX)
		return err_config(e, "row_too_large",
		    "row %llu of the chunk takes %zu bytes, more than the %d that one message can hold; leave its largest column out of the mapping",
		    (unsigned long long)em->rows, bytes, EMIT_ROW_BYTES_MAX);
	if (em->nrows < em->batch_rows && em->nbytes < em->batch_bytes &&
	    em->rows < em->cut_at && !em->refuse)
		return 0;
	int rc = next_batch(em, e);
	em->refuse = false;
	return rc;
}

static void
add_one(struct batch *b, const char *name, enum value_type type,
    const struct value *v)
{
	struct column_builder cb;
	struct column c = { .name = name, .role = ROLE_FIELD, .origin = name };

	column_builder_init(&cb, &b->arena, type, 1);
	column_builder_value(&cb, v);
	column_builder_finish(&cb, &c);
	batch_add_column(b, &c);
}

int
emit_reject_line(struct emit *em, struct span line, uint64_t number,
    const struct err *why, struct err *e)
{
	struct batch *b = new_batch(em);
	struct value text = { .type = VT_TEXT, .s = line };
	struct value no = { .type = VT_INT, .i = (int64_t)number };

	b->nrows = 1;
	add_one(b, EMIT_LINE, VT_TEXT, &text);
	add_one(b, EMIT_LINE_NO, VT_INT, &no);
	em->rows++;
	em->bytes += line.len;
	if (em->sink.reject(em->sink.ctx, &b, why, e) != 0) {
		batch_free(&b);
		return -1;
	}
	em->seq++;
	if (em->rows >= em->cut_at)
		return next_batch(em, e);
	/* A batch that has rows begins with them. */
	if (em->nrows == 0)
		em->b->seq = row_number(em);
	return 0;
}

void
emit_number_text(struct emit_column *c, struct span canon)
{
	const uint8_t *point =
	    c->comma ? memchr(canon.data, '.', canon.len) : NULL;

	if (!point) {
		column_builder_bytes(&c->values, canon.data, canon.len);
		return;
	}
	/* 12.5 as 125e-1: the same number whatever the point means. */
	size_t whole = (size_t)(point - canon.data);
	struct buf out = { 0 };
	buf_put(&out, canon.data, whole);
	buf_put(&out, point + 1, canon.len - whole - 1);
	buf_printf(&out, "e-%zu", canon.len - whole - 1);
	column_builder_bytes(&c->values, out.data, out.len);
	buf_free(&out);
}

static void
put_as_text(struct emit_column *c, const struct value *v, struct buf *scratch)
{
	buf_clear(scratch);
	if (v->type == VT_BOOL)
		buf_putc(scratch, v->b ? '1' : '0'); /* as it was stored */
	else
		value_text(v, scratch);
	if (v->type == VT_FLOAT || v->type == VT_DECIMAL)
		emit_number_text(c, buf_span(scratch));
	else
		column_builder_bytes(&c->values, scratch->data, scratch->len);
}

void
emit_demote(struct emit *em, struct emit_column *c)
{
	struct column old = { .name = c->name, .role = ROLE_FIELD };
	size_t rows = c->values.rows;
	struct buf scratch = { 0 };

	column_builder_finish(&c->values, &old);
	column_builder_init(&c->values, &em->b->arena, VT_TEXT, rows);
	c->demoted = true;
	for (size_t i = 0; i < rows; i++) {
		struct value v = column_value(&old, i);
		if (v.null)
			column_builder_null(&c->values);
		else
			put_as_text(c, &v, &scratch);
	}
	buf_free(&scratch);
}
