#include "extract/pg_copy.h"
#include "proto/limits.h"
#include <string.h>

/* Signature, flags, length of the header's extension. */
static const uint8_t signature[11] = "PGCOPY\n\377\r\n";
enum { HEAD_BYTES = sizeof(signature) + 8, REST_BYTES_MAX = LIMIT_FRAME_BYTES };
#define FLAGS_CRITICAL 0xffff0000u

void
pg_copy_init(struct pg_copy *c, struct emit *em, struct arena *a)
{
	*c = (struct pg_copy){ .em = em, .fields = pg_row_fields(em, a) };
}

void
pg_copy_free(struct pg_copy *c)
{
	buf_free(&c->rest);
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*p++ = (uint8_t)(v >> shift);
}

static int
bad(struct err *e, const char *what)
{
	return err_data(e, "bad_copy", "the COPY stream %s", what);
}

/* 1 and *used set when the head is complete, 0 when more is needed. */
static int
read_head(struct span in, size_t *used, struct err *e)
{
	if (in.len < HEAD_BYTES)
		return 0;
	if (memcmp(in.data, signature, sizeof(signature)) != 0)
		return bad(e, "does not begin with its signature");
	if (pg_u32(in.data + sizeof(signature)) & FLAGS_CRITICAL)
		return bad(e, "has flags that are not understood");
	size_t extra = pg_u32(in.data + sizeof(signature) + 4);
	if (extra > LIMIT_NAME_BYTES)
		return bad(e, "has an oversized header");
	if (in.len < HEAD_BYTES + extra)
		return 0;
	*used = HEAD_BYTES + extra;
	return 1;
}

/* A row that goes beyond that is too large, whatever small values follow. */
enum {
	ROW_LARGE_FROM =
	    EMIT_ROW_BYTES_MAX - LIMIT_COLUMNS * (4 + EMIT_KEPT_BYTES)
};

/* Numbers and dates are short, or nothing without their end; a rowversion is
 * the watermark's. */
static bool
may_be_cut(const struct emit_column *c)
{
	return !c->rowversion &&
	       (c->declared == VT_TEXT || c->declared == VT_BYTES ||
		   c->declared == VT_JSON || c->declared == VT_OPAQUE);
}

enum row_state {
	ROW_PART,  /* more is needed */
	ROW_WHOLE, /* *at is its length */
	ROW_LARGE, /* too large by a value: *at is where that begins */
	ROW_LIE,   /* a length in it is none */
};

/* Looks at the row at in, which has at least 2 bytes. *column: of the value
 * at *at. */
static enum row_state
row_walk(struct span in, size_t ncols, size_t *at, size_t *column)
{
	*at = 2;
	for (*column = 0; *column < ncols; ++*column) {
		if (in.len - *at < 4)
			return ROW_PART;
		uint32_t n = pg_u32(in.data + *at);
		*at += 4;
		if (n == UINT32_MAX)
			continue;
		if (n > INT32_MAX)
			return ROW_LIE;
		if (n > LIMIT_VALUE_BYTES ||
		    (n > EMIT_KEPT_BYTES && *at + n > ROW_LARGE_FROM))
			return ROW_LARGE;
		if (in.len - *at < n)
			return ROW_PART;
		*at += n;
	}
	return ROW_WHOLE;
}

/* p: the fields of one complete row. Of one that is rejected because it is too
 * large, no value is kept whole that is large. */
static int
read_row(struct pg_copy *c, const uint8_t *p, size_t length, struct err *e)
{
	struct emit *em = c->em;
	bool cut = c->cut;
	size_t bytes = 2; /* with how many there are */

	if (cut ? emit_refuse(em, &c->why, e) != 0
		: emit_make_room(em, length, e) != 0)
		return -1;
	c->cut = false;
	for (size_t i = 0; i < em->ncols; i++) {
		struct emit_column *col = &em->cols[i];
		uint32_t n = pg_u32(p), kept = n;
		p += 4;
		bytes += 4;
		if (n == UINT32_MAX) {
			column_builder_null(&col->values);
			continue;
		}
		if (cut && n > EMIT_KEPT_BYTES && may_be_cut(col))
			kept = EMIT_KEPT_BYTES;
		if (c->fields[i].put(em, col, p, kept, e) != 0)
			return -1;
		p += n;
		bytes += kept;
	}
	return emit_row(em, bytes, e);
}

/* Rows from here on are walked over before anything is taken of them: while
 * they come, that is done again and again. */
enum { LARGE_ROW_BYTES = 1 << 20 };

/* 1 and *used set after a row or the trailer, 0 when more is needed, or it is
 * to be cut. */
static int
read_tuple(struct pg_copy *c, struct span in, size_t *used, struct err *e)
{
	size_t column;

	if (in.len < 2)
		return 0;
	unsigned nfields = pg_u16(in.data);
	if (nfields == 0xffff) {
		c->at = PG_COPY_DONE;
		*used = 2;
		return 1;
	}
	if (nfields != c->em->ncols)
		return bad(e, "has a row with a wrong number of columns");
	if (!c->cut && in.len < LARGE_ROW_BYTES)
		*used = pg_row_take(c->fields, c->em, in);
	if (*used)
		return emit_row(c->em, *used, e) == 0 ? 1 : -1;
	switch (row_walk(in, nfields, used, &column)) {
	case ROW_PART:
	case ROW_LARGE:
		return 0;
	case ROW_LIE:
		return bad(e, "has a value of negative length");
	case ROW_WHOLE:
		break;
	}
	return read_row(c, in.data + 2, *used, e) == 0 ? 1 : -1;
}

/* Cuts the value that makes the row in rest too large, once its beginning is
 * there. True: the row may be complete by that. */
static bool
cut_value(struct pg_copy *c)
{
	struct span in = buf_span(&c->rest);
	size_t at, column;

	if (c->at != PG_COPY_ROWS || in.len < 2 ||
	    row_walk(in, c->em->ncols, &at, &column) != ROW_LARGE ||
	    in.len - at < EMIT_KEPT_BYTES)
		return false;
	const struct emit_column *col = &c->em->cols[column];
	uint32_t n = pg_u32(in.data + at - 4);
	size_t there = in.len - at < n ? in.len - at : n;
	size_t kept = may_be_cut(col) ? EMIT_KEPT_BYTES : 0;
	uint8_t *value = c->rest.data + at;

	if (!c->cut)
		emit_too_large(col, n, &c->why);
	c->cut = true;
	c->skip = n - there;
	memmove(value + kept, value + there, in.len - at - there);
	c->rest.len -= there - kept;
	put_u32(value - 4, kept ? (uint32_t)kept : UINT32_MAX);
	return c->skip == 0;
}

/* Takes whole items off the front of *in. */
static int
consume(struct pg_copy *c, struct span *in, struct err *e)
{
	while (in->len) {
		size_t used = 0;
		int rc = -1;
		switch (c->at) {
		case PG_COPY_HEAD:
			rc = read_head(*in, &used, e);
			if (rc == 1)
				c->at = PG_COPY_ROWS;
			break;
		case PG_COPY_ROWS:
			rc = read_tuple(c, *in, &used, e);
			break;
		case PG_COPY_DONE:
			rc = bad(e, "goes on after its end");
			break;
		}
		if (rc <= 0)
			return rc;
		in->data += used;
		in->len -= used;
	}
	return 0;
}

/* What is left of in, a part of rest or of nothing that lasts, is rest. */
static void
keep_rest(struct pg_copy *c, struct span in)
{
	if (c->rest.len) {
		memmove(c->rest.data, in.data, in.len);
		c->rest.len = in.len;
	} else {
		buf_put(&c->rest, in.data, in.len);
	}
}

static struct span
skip_cut(struct pg_copy *c, struct span in)
{
	size_t n = c->skip < in.len ? (size_t)c->skip : in.len;

	c->skip -= n;
	return (struct span){ in.data + n, in.len - n };
}

int
pg_copy_feed(struct pg_copy *c, struct span piece, struct err *e)
{
	struct span in = skip_cut(c, piece);

	if (c->rest.len) {
		if (in.len > REST_BYTES_MAX - c->rest.len)
			return bad(e, "has a row that does not end");
		buf_put(&c->rest, in.data, in.len);
		in = buf_span(&c->rest);
	}
	if (consume(c, &in, e) != 0)
		return -1;
	keep_rest(c, in);
	while (cut_value(c)) {
		in = buf_span(&c->rest);
		if (consume(c, &in, e) != 0)
			return -1;
		keep_rest(c, in);
	}
	return 0;
}

int
pg_copy_end(const struct pg_copy *c, struct err *e)
{
	if (c->at == PG_COPY_DONE)
		return 0;
	return err_retry(e, "short_read",
	    "the server ended the COPY stream before its trailer");
}
