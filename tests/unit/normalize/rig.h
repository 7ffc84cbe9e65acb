#ifndef TESTS_UNIT_NORMALIZE_RIG_H
#define TESTS_UNIT_NORMALIZE_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "normalize/mapping.h"
#include "proto/datetime.h"
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Rows through a mapping, as the stage does it: the entity is YAML, read by
 * pipeline_load; what comes out is text. A source is a list of columns, each
 * value given as text.
 */
#define RIG_HEAD                                                               \
	"version: 1\n"                                                         \
	"connections:\n"                                                       \
	"  - {name: s, driver: \"null\"}\n"                                    \
	"entities:\n"                                                          \
	"  - name: e\n"                                                        \
	"    source: {connection: s, rows: 1}\n"                               \
	"    target: {connection: s, table: t}\n"

enum { RIG_COLUMNS = 8 };

struct rig_column {
	const char *name;
	enum value_type type;
	const char *text; /* NULL: NULL */
	size_t len;       /* 0: strlen */
};

struct rig {
	struct arena arena;
	struct pipeline *pipeline;
	struct mapping *mapping;
	struct schema source;
};

static inline struct span
rig_span(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static inline int64_t
rig_time(enum value_type t, struct span s)
{
	struct datetime_iso iso;
	int64_t micros;
	assert_int_equal(datetime_parse_iso(s, &iso), 0);
	assert_int_equal(datetime_iso_micros(&iso, &micros), 0);
	if (t == VT_DATE)
		return iso.infinity
			   ? (iso.infinity > 0 ? DATE_INFINITY : DATE_NEG_INF)
			   : iso.days;
	return t == VT_TIME ? iso.micros : micros;
}

static inline struct value
rig_value(enum value_type t, const char *text, size_t len)
{
	struct value v = { .type = t, .null = text == NULL };
	if (v.null)
		return v;
	struct span s = rig_span(text);
	if (len)
		s.len = len;
	switch (t) {
	case VT_BOOL:
		v.b = strcmp(text, "true") == 0;
		break;
	case VT_INT:
		v.i = strtoll(text, NULL, 10);
		break;
	case VT_FLOAT:
		v.f = strtod(text, NULL);
		break;
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		v.i = rig_time(t, s);
		break;
	case VT_UUID:
		for (size_t i = 0, at = 0; i < 16; i++, at += 2) {
			unsigned byte;
			at += text[at] == '-';
			assert_int_equal(sscanf(text + at, "%2x", &byte), 1);
			v.uuid[i] = (uint8_t)byte;
		}
		break;
	case VT_DECIMAL:
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		v.s = s;
		break;
	}
	return v;
}

static inline struct schema
rig_schema(struct arena *a, const struct rig_column *cols, size_t n)
{
	struct schema s = { .ncols = n };
	s.cols = arena_zalloc(a, (n + 1) * sizeof(*s.cols));
	for (size_t i = 0; i < n; i++)
		s.cols[i] = (struct schema_column){ .name = cols[i].name,
			.type = cols[i].type,
			.type_name = "t",
			.precision = -1,
			.scale = -1 };
	return s;
}

static inline const struct entity *
rig_entity(struct rig *r, const char *yaml)
{
	char path[] = "/tmp/syncline-rig-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "w");
	assert_non_null(f);
	fprintf(f, "%s%s", RIG_HEAD, yaml);
	fclose(f);
	struct problems problems = { 0 };
	struct err e = { 0 };
	int rc = pipeline_load(path, "/tmp", &r->pipeline, &problems, &e);
	unlink(path);
	if (rc < 0)
		fail_msg("%s\n%s", buf_str(&problems.text), yaml);
	buf_free(&problems.text);
	return r->pipeline->entities;
}

/* 0, or -1 with the error of mapping_new. */
static inline int
rig_open(struct rig *r, const char *yaml, const struct rig_column *cols,
    size_t n, const struct schema *target, enum run_mode mode, struct err *e)
{
	*r = (struct rig){ 0 };
	r->source = rig_schema(&r->arena, cols, n);
	struct mapping_spec spec = { .entity = rig_entity(r, yaml),
		.file = "p.yaml",
		.source = &r->source,
		.target = target,
		.mode = mode };
	return mapping_new(&spec, &r->mapping, e);
}

static inline void
rig_close(struct rig *r)
{
	mapping_free(&r->mapping);
	pipeline_free(&r->pipeline);
	arena_free(&r->arena);
}

/* rows: nrows times n columns; each row's types are those of the first. */
static inline struct batch *
rig_batch(const struct rig_column *rows, size_t n, size_t nrows)
{
	struct batch *b = batch_new();
	b->nrows = nrows;
	for (size_t i = 0; i < n; i++) {
		struct column_builder cb;
		struct column c = { .name = rows[i].name,
			.origin = rows[i].name };
		if (rows[i].type == VT_OPAQUE)
			c.type_name = "t";
		column_builder_init(&cb, &b->arena, rows[i].type, nrows);
		for (size_t j = 0; j < nrows; j++) {
			const struct rig_column *x = &rows[j * n + i];
			struct value v =
			    rig_value(rows[i].type, x->text, x->len);
			column_builder_value(&cb, &v);
		}
		column_builder_finish(&cb, &c);
		batch_add_column(b, &c);
	}
	return b;
}

/* "field=text field=NULL …", or "!code field (layer)" of a refused row. */
static inline void
rig_show(const struct batch *b, const struct mapping_result *res, size_t row,
    struct buf *out)
{
	for (size_t i = 0; i < res->nrejects; i++) {
		const struct mapping_reject *x = &res->rejects[i];
		if (x->row != row)
			continue;
		buf_printf(out, "!%s %s (%s)", x->code, x->field, x->layer);
		return;
	}
	for (size_t i = 0, n = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		if (c->role != ROLE_FIELD)
			continue;
		buf_printf(out, "%s%s=", n++ ? " " : "", c->name);
		struct value v = column_value(c, row);
		if (v.null)
			buf_puts(out, "NULL");
		else if (c->type == VT_BYTES)
			buf_put(out, v.s.data, v.s.len);
		else
			value_text(&v, out);
	}
}

/* One value through one field: {to: v, from: v} and what `keys` adds. The
 * field's text, "NULL" or "!code". */
static inline void
rig_field(const char *entity_keys, const char *field_keys, enum value_type from,
    const char *text, size_t len, struct buf *out)
{
	struct rig r;
	struct err e = { 0 };
	struct buf yaml = { 0 };
	buf_printf(&yaml,
	    "    key: [v]\n%s    fields:\n      - {to: v, from: v%s%s}\n",
	    entity_keys, *field_keys ? ", " : "", field_keys);
	struct rig_column col = { "v", from, text, len };
	if (rig_open(&r, buf_str(&yaml), &col, 1, NULL, MODE_SYNC, &e) < 0) {
		buf_printf(out, "config: %s", e.msg);
	} else {
		struct batch *b = rig_batch(&col, 1, 1);
		struct mapping_result res;
		assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
		struct buf shown = { 0 };
		rig_show(b, &res, 0, &shown);
		const char *s = buf_str(&shown);
		if (*s == '!')
			buf_put(out, s, strcspn(s, " "));
		else
			buf_put(out, s + 2, shown.len - 2); /* "v=" */
		buf_free(&shown);
		batch_free(&b);
	}
	buf_free(&yaml);
	rig_close(&r);
}

struct rig_row {
	const char *entity, *field; /* YAML */
	enum value_type from;
	const char *in, *out;
};

static inline void
rig_rows(const struct rig_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf out = { 0 };
		const struct rig_row *r = &rows[i];
		rig_field(r->entity ? r->entity : "", r->field, r->from, r->in,
		    0, &out);
		if (strcmp(buf_str(&out), r->out) != 0)
			fail_msg("row %zu: {%s} %s \"%s\"\n  gave \"%s\"\n"
				 "  want \"%s\"",
			    i, r->field, value_type_name(r->from), r->in,
			    buf_str(&out), r->out);
		buf_free(&out);
	}
}

#endif
