#ifndef TESTS_UNIT_EXTRACT_RIG_H
#define TESTS_UNIT_EXTRACT_RIG_H
#include "extract/emit.h"
#include "extract/source.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A sink that writes down what arrives, one line a row:
 *   1|0 name=type:text name=type:NULL …      batch number, row number
 * with @name for a rowversion; and "reject line 3 code" for refused rows.
 */
struct rig {
	struct buf text;
	size_t batches, refuse_after; /* fail from that batch on; 0 never */
};

static inline void
rig_put_row(struct buf *out, const struct batch *b, size_t row)
{
	buf_printf(out, "%u|%zu", b->seq, row);
	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		struct value v = column_value(c, row);
		buf_printf(out,
		    " %s%s=%s:", c->role == ROLE_ROWVERSION ? "@" : "", c->name,
		    value_type_name(c->type));
		if (v.null)
			buf_puts(out, "NULL");
		else
			value_text(&v, out);
	}
	buf_putc(out, '\n');
}

static inline int
rig_send(void *ctx, struct batch **b, struct err *e)
{
	struct rig *r = ctx;

	r->batches++;
	if (r->refuse_after && r->batches >= r->refuse_after)
		return err_retry(e, "fenced", "given away");
	for (size_t i = 0; i < (*b)->nrows; i++)
		rig_put_row(&r->text, *b, i);
	batch_free(b);
	return 0;
}

static inline int
rig_reject(void *ctx, struct batch **b, const struct err *why, struct err *e)
{
	struct rig *r = ctx;

	(void)e;
	buf_printf(&r->text, "reject %s: %s", why->code, why->msg);
	buf_putc(&r->text, '\n');
	rig_put_row(&r->text, *b, 0);
	batch_free(b);
	return 0;
}

static inline void
rig_free(struct rig *r)
{
	buf_free(&r->text);
}

#define RIG_SINK(r) ((struct emit_sink){ rig_send, rig_reject, (r) })

/* A file name in a fresh folder that rig_remove takes away again. */
struct rig_folder {
	char dir[64], file[128];
};

static inline void
rig_folder(struct rig_folder *f, const char *name)
{
	snprintf(f->dir, sizeof(f->dir), "/tmp/syncline-extract-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->file, sizeof(f->file), "%s/%s", f->dir, name);
}

static inline void
rig_remove(struct rig_folder *f)
{
	unlink(f->file);
	assert_int_equal(rmdir(f->dir), 0);
}

/* Opens, plans and reads everything; *em keeps its counts, or e says why. */
static inline int
rig_read(const struct entity *en, struct rig *r, struct emit *em, struct err *e)
{
	struct source_handle *s = NULL;
	struct chunk_list l = { 0 };
	struct arena a = { 0 };
	struct emit_sink sink = RIG_SINK(r);

	*em = (struct emit){ 0 };
	int rc = source_open(en, MODE_SYNC, NULL, &s, e);
	if (rc == 0)
		rc = source_plan(s, (struct span){ 0 }, &l, e);
	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		emit_free(em);
		emit_init(
		    em, &sink, en, emit_columns(&s->wanted, &a), s->wanted.n);
		rc = source_read(s, &l.ranges[i], em, e);
	}
	source_close(&s);
	arena_free(&a);
	return rc;
}

#endif
