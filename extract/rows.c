#include "extract/rows.h"
#include "extract/columns.h"
#include "proto/limits.h"
#include "proto/unpack.h"
#include <msgpack.h>
#include <string.h>

enum { ROWS_DEPTH = 8 };

/* The span of each element; the whole was checked to be well formed. */
static int
decode_elements(
    struct span in, size_t at, struct arena *a, struct rows *out, struct err *e)
{
	msgpack_unpacked item;
	int rc = 0;

	msgpack_unpacked_init(&item);
	for (size_t i = 0; rc == 0 && i < out->n; i++) {
		size_t from = at;
		if (msgpack_unpack_next(&item, (const char *)in.data, in.len,
			&at) < MSGPACK_UNPACK_SUCCESS) {
			rc = err_data(e, "bad_range", "row %zu of a retry", i);
			break;
		}
		rc = row_decode((struct span){ in.data + from, at - from }, a,
		    &out->rows[i].values, &out->rows[i].n, e);
	}
	msgpack_unpacked_destroy(&item);
	return rc;
}

/* The bytes of a msgpack array's head. */
static size_t
array_head(uint8_t first)
{
	return first == 0xdc ? 3 : first == 0xdd ? 5 : 1;
}

static int
decode_rows(struct span in, struct arena *a, struct rows *out, struct err *e)
{
	struct unpack u = { 0 };

	if (unpack_one(in, ROWS_DEPTH, "bad_range", &u, e) != 0)
		return -1;
	bool array = u.root.type == MSGPACK_OBJECT_ARRAY;
	size_t n = array ? u.root.via.array.size : 0;
	unpack_free(&u);
	if (!array)
		return err_data(e, "bad_range", "a retry is no array of rows");
	out->n = n;
	out->rows = arena_zalloc(a, (n + 1) * sizeof(*out->rows));
	return decode_elements(in, array_head(in.data[0]), a, out, e);
}

static struct emit_column *
find_column(struct rows *rows, const char *name, size_t hint)
{
	if (hint < rows->ncols && strcmp(rows->cols[hint].name, name) == 0)
		return &rows->cols[hint];
	for (size_t i = 0; i < rows->ncols; i++)
		if (strcmp(rows->cols[i].name, name) == 0)
			return &rows->cols[i];
	return NULL;
}

static bool
same_type(const struct emit_column *c, const struct row_value *v)
{
	return c->declared == v->value.type &&
	       (c->declared != VT_OPAQUE ||
		   strcmp(c->type_name ? c->type_name : "",
		       v->type_name ? v->type_name : "") == 0);
}

static int
merge_value(struct rows *rows, const struct entity *en,
    const struct row_value *v, size_t hint, struct err *e)
{
	struct emit_column *c = find_column(rows, v->name, hint);

	if (c) {
		if (!same_type(c, v)) {
			c->declared = VT_TEXT;
			c->type_name = NULL;
		}
		return 0;
	}
	if (rows->ncols == LIMIT_COLUMNS)
		return err_data(e, "bad_range",
		    "the rows of a retry have more than %d columns",
		    LIMIT_COLUMNS);
	bool version = en->rowversion && strcmp(en->rowversion, v->name) == 0;
	rows->cols[rows->ncols++] = (struct emit_column){ .name = v->name,
		.declared = v->value.type,
		.type_name = v->type_name,
		.field = true,
		.rowversion = version,
		.comma = columns_comma(en, v->name) };
	return 0;
}

static bool
is_line(const struct rows_row *r)
{
	return r->n && strcmp(r->values[0].name, EMIT_LINE) == 0;
}

static int
merge_columns(struct rows *rows, const struct entity *en, struct err *e)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct rows_row *r = &rows->rows[i];
		if (is_line(r))
			continue;
		for (size_t k = 0; k < r->n; k++)
			if (merge_value(rows, en, &r->values[k], k, e) != 0)
				return -1;
	}
	return 0;
}

int
rows_decode(const struct entity *en, const struct chunk_range *r,
    struct arena *a, struct rows *out, struct err *e)
{
	*out = (struct rows){ .cols = arena_zalloc(
				  a, LIMIT_COLUMNS * sizeof(*out->cols)) };
	if (decode_rows(r->rows, a, out, e) != 0)
		return -1;
	return merge_columns(out, en, e);
}

/* A value into a column whose rows do not agree on a type. */
static void
put_as_text(struct emit_column *c, const struct value *v)
{
	struct buf text = { 0 };

	if (v->type == VT_BYTES)
		buf_put(&text, v->s.data, v->s.len);
	else
		value_text(v, &text);
	if (v->type == VT_DECIMAL || v->type == VT_FLOAT)
		emit_number_text(c, buf_span(&text));
	else
		column_builder_bytes(&c->values, text.data, text.len);
	buf_free(&text);
}

static size_t
put_value(struct emit_column *c, const struct value *v)
{
	if (!v || v->null) {
		column_builder_null(&c->values);
		return 0;
	}
	if (v->type == c->declared)
		column_builder_value(&c->values, v);
	else
		put_as_text(c, v);
	size_t width = value_type_width(v->type);
	return width ? width : v->s.len;
}

static const struct value *
row_find(const struct rows_row *r, const char *name, size_t hint)
{
	if (hint < r->n && strcmp(r->values[hint].name, name) == 0)
		return &r->values[hint].value;
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->values[i].name, name) == 0)
			return &r->values[i].value;
	return NULL;
}

static int
put_row(const struct rows_row *r, struct emit *em, struct err *e)
{
	size_t bytes = 0;

	for (size_t i = 0; i < em->ncols; i++) {
		struct emit_column *c = &em->cols[i];
		bytes += put_value(c, row_find(r, c->name, i));
	}
	return emit_row(em, bytes, e);
}

static int
reject_line(const struct rows_row *r, struct emit *em, struct err *e)
{
	const struct value *no = row_find(r, EMIT_LINE_NO, 1);
	const struct value *line = row_find(r, EMIT_LINE, 0);
	bool numbered = no && !no->null && no->type == VT_INT;
	bool text = line && !line->null && line->type == VT_TEXT;
	struct err why = { 0 };

	err_data(&why, "bad_text",
	    "line %lld has no columns that could be tried again; correct the file and run",
	    numbered ? (long long)no->i : 0LL);
	return emit_reject_line(em,
	    text ? line->s : (struct span){ (const uint8_t *)"", 0 },
	    numbered ? (uint64_t)no->i : 0, &why, e);
}

int
rows_read(const struct rows *rows, struct emit *em, struct err *e)
{
	emit_begin(em);
	for (size_t i = 0; i < rows->n; i++) {
		const struct rows_row *r = &rows->rows[i];
		int rc = is_line(r) ? reject_line(r, em, e) : put_row(r, em, e);
		if (rc != 0)
			return -1;
	}
	return emit_flush(em, e);
}
