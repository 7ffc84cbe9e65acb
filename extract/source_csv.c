#include "extract/csv.h"
#include "extract/csv_input.h"
#include "extract/source.h"
#include "proto/column_put.h"
#include "proto/limits.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/*
 * A CSV file: one chunk, every column text. A row with too few or too many
 * fields, or with a stray quote, is a reject that names its line. An empty
 * line is no row, except where rows have one column. Without a header the
 * columns are called c1, c2 and so on.
 */
struct csv_source {
	char path[PATH_MAX];
	struct span null_text;
};

struct csv_reader {
	struct csv_input *in;
	struct csv csv;
};

static int
read_some(void *ctx, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	return csv_input_read(ctx, to, n, got, e);
}

static int
reader_open(const struct source_handle *s, struct csv_reader *r, struct err *e)
{
	const struct csv_source *own = s->own;

	*r = (struct csv_reader){ 0 };
	if (csv_input_open(own->path, &r->in, e) != 0)
		return -1;
	csv_init(&r->csv, read_some, r->in);
	r->csv.delimiter = s->en->source.delimiter;
	r->csv.quote = s->en->source.quote;
	return 0;
}

static void
reader_close(struct csv_reader *r)
{
	csv_free(&r->csv);
	csv_input_close(&r->in);
}

static int
check_header(const struct csv *c, struct err *e)
{
	if (c->broken)
		return err_config(e, "header",
		    "the header has a quote where none belongs; check `delimiter` and `quote`");
	if (c->nfields > LIMIT_COLUMNS)
		return err_config(e, "too_many_columns",
		    "the file has %zu columns, more than the %d that can be handled; check `delimiter`",
		    c->nfields, LIMIT_COLUMNS);
	/* Else the whole file would be its header, and no row be left. */
	for (size_t i = 0; i < c->nfields; i++)
		if (!c->fields[i].quoted &&
		    memchr(c->fields[i].data, '\r', c->fields[i].len))
			return err_config(e, "header",
			    "the lines end in CR alone, which is no line end; convert them to LF or CRLF");
	return 0;
}

static int
header_name(struct source_handle *s, const struct csv *c, size_t i,
    const char **name, struct err *e)
{
	const struct csv_field *f = &c->fields[i];
	char made[32];

	if (!s->en->source.header) {
		snprintf(made, sizeof(made), "c%zu", i + 1);
		*name = arena_strdup(&s->arena, made);
		return 0;
	}
	if (f->len == 0 || f->len > LIMIT_NAME_BYTES ||
	    memchr(f->data, '\0', f->len))
		return err_config(e, "header",
		    "column %zu of the header has no usable name; give it one of at most %d bytes, or set header: false",
		    i + 1, LIMIT_NAME_BYTES);
	*name = arena_strndup(&s->arena, (const char *)f->data, f->len);
	return 0;
}

static int
header_schema(struct source_handle *s, const struct csv *c, struct err *e)
{
	struct schema_column *cols =
	    arena_zalloc(&s->arena, c->nfields * sizeof(*cols));

	for (size_t i = 0; i < c->nfields; i++) {
		if (header_name(s, c, i, &cols[i].name, e) != 0)
			return -1;
		cols[i].type = VT_TEXT;
		cols[i].type_name = "text";
		cols[i].precision = cols[i].scale = -1;
	}
	s->schema = (struct schema){ c->nfields, cols };
	return 0;
}

static int
read_header(struct source_handle *s, struct csv_reader *r, struct err *e)
{
	int rc = csv_next(&r->csv, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_config(e, "header",
		    "the file is empty: not even a header says what its columns are");
	if (check_header(&r->csv, e) != 0)
		return -1;
	return header_schema(s, &r->csv, e);
}

static int
csv_open(struct source_handle *s, struct err *e)
{
	const struct source *src = &s->en->source;
	struct csv_source *own = arena_zalloc(&s->arena, sizeof(*own));
	struct csv_reader r;
	bool absolute = src->file && src->file[0] == '/';

	s->own = own;
	s->snapshot = true;
	own->null_text.data =
	    (const uint8_t *)(src->null_text ? src->null_text : "");
	own->null_text.len = src->null_text ? strlen(src->null_text) : 0;
	if (!src->file || (!absolute && !s->conn->path))
		return err_config(
		    e, "file", "`file` does not say what to read");
	if (src->where)
		return err_config(
		    e, "where", "a file has no `where`; filter its rows first");
	int n = snprintf(own->path, sizeof(own->path), "%s%s%s",
	    absolute ? "" : s->conn->path, absolute ? "" : "/", src->file);
	if (n < 0 || (size_t)n >= sizeof(own->path))
		return err_config(e, "file", "the file's path is too long");
	if (reader_open(s, &r, e) != 0)
		return -1;
	int rc = read_header(s, &r, e);
	reader_close(&r);
	return rc;
}

static int
csv_plan(struct source_handle *s, struct span version, struct chunk_list *out,
    struct err *e)
{
	(void)version; /* a file is always read whole */
	return chunk_add(out, &s->arena, &(struct chunk_range){ 0 }, e);
}

static bool
is_null(const struct csv_field *f, const struct span *text)
{
	return !f->quoted && f->len == text->len &&
	       memcmp(f->data, text->data, text->len) == 0;
}

static int
put_row(struct source_handle *s, const struct csv *c, struct emit *em,
    struct err *e)
{
	const struct csv_source *own = s->own;

	for (size_t i = 0; i < em->ncols; i++) {
		const struct csv_field *f = &c->fields[s->wanted.cols[i].index];
		struct column_builder *b = &em->cols[i].values;
		if (is_null(f, &own->null_text))
			column_put_null(b);
		else
			column_put_bytes(
			    b, f->data, f->len, csv_readable(c, f));
	}
	return emit_row(em, c->raw.len, e);
}

static int
reject_record(const struct source_handle *s, const struct csv *c,
    struct emit *em, struct err *e)
{
	struct err why = { 0 };
	unsigned long long line = c->line;

	if (c->broken)
		err_data(&why, "bad_text",
		    "line %llu: a quote stands inside a field that does not begin with one, or text follows a closing quote",
		    line);
	else
		err_data(&why, "bad_text",
		    "line %llu: %zu field%s, but there are %zu columns", line,
		    c->nfields, c->nfields == 1 ? "" : "s", s->schema.ncols);
	return emit_reject_line(em, c->raw, c->line, &why, e);
}

static int
put_record(struct source_handle *s, const struct csv *c, struct emit *em,
    struct err *e)
{
	if (c->broken)
		return reject_record(s, c, em, e);
	if (c->nfields == s->schema.ncols)
		return put_row(s, c, em, e);
	if (c->nfields == 1 && c->raw.len == 0)
		return 0;
	return reject_record(s, c, em, e);
}

/* The columns were learnt before; the file may be another one by now. */
static int
check_same_header(
    const struct source_handle *s, const struct csv *c, struct err *e)
{
	bool same = !c->broken && c->nfields == s->schema.ncols;

	for (size_t i = 0; same && i < c->nfields; i++) {
		const char *name = s->schema.cols[i].name;
		same = strlen(name) == c->fields[i].len &&
		       memcmp(name, c->fields[i].data, c->fields[i].len) == 0;
	}
	if (same)
		return 0;
	return err_retry(e, "file_changed",
	    "the file was replaced by one with other columns after the run was planned");
}

static int
read_records(
    struct source_handle *s, struct csv *c, struct emit *em, struct err *e)
{
	int rc;

	if (s->en->source.header) {
		rc = csv_next(c, e);
		if (rc < 0 || check_same_header(s, c, e) != 0)
			return -1;
	}
	while ((rc = csv_next(c, e)) == 1)
		if (put_record(s, c, em, e) != 0)
			return -1;
	return rc;
}

static int
csv_read(struct source_handle *s, const struct chunk_range *r, struct emit *em,
    struct err *e)
{
	struct csv_reader reader;

	(void)r;
	if (reader_open(s, &reader, e) != 0)
		return -1;
	int rc = read_records(s, &reader.csv, em, e);
	reader_close(&reader);
	return rc;
}

static void
csv_close(struct source_handle *s)
{
	(void)s; /* the file is open only while it is read */
}

const struct source_driver source_csv = {
	.kind = DRIVER_CSV,
	.name = "csv",
	.open = csv_open,
	.plan = csv_plan,
	.read = csv_read,
	.close = csv_close,
};
