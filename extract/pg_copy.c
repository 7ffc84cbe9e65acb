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

/* The bytes of the row at in, 0 if it is not all there yet, or SIZE_MAX if
 * a length in it is a lie. in.len is at least 2. */
static size_t
row_length(struct span in, size_t ncols)
{
	size_t at = 2;

	for (size_t i = 0; i < ncols; i++) {
		if (in.len - at < 4)
			return 0;
		uint32_t n = pg_u32(in.data + at);
		at += 4;
		if (n == UINT32_MAX)
			continue;
		if (n > INT32_MAX)
			return SIZE_MAX;
		if (in.len - at < n)
			return 0;
		at += n;
	}
	return at;
}

/* p: the fields of one complete row. */
static int
read_row(struct pg_copy *c, const uint8_t *p, size_t bytes, struct err *e)
{
	struct emit *em = c->em;

	for (size_t i = 0; i < em->ncols; i++) {
		struct emit_column *col = &em->cols[i];
		uint32_t n = pg_u32(p);
		p += 4;
		if (n == UINT32_MAX) {
			column_builder_null(&col->values);
			continue;
		}
		if (n > LIMIT_VALUE_BYTES)
			return emit_too_large(em, col, n, e);
		if (c->fields[i].put(em, col, p, n, e) != 0)
			return -1;
		p += n;
	}
	return emit_row(em, bytes, e);
}

/* 1 and *used set after a row or the trailer, 0 when more is needed. */
static int
read_tuple(struct pg_copy *c, struct span in, size_t *used, struct err *e)
{
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
	*used = pg_row_take(c->fields, c->em, in);
	if (*used)
		return emit_row(c->em, *used, e) == 0 ? 1 : -1;
	size_t n = row_length(in, nfields);
	if (n == SIZE_MAX)
		return bad(e, "has a value of negative length");
	if (n == 0)
		return 0;
	*used = n;
	return read_row(c, in.data + 2, n, e) == 0 ? 1 : -1;
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

int
pg_copy_feed(struct pg_copy *c, struct span piece, struct err *e)
{
	struct span in = piece;

	if (c->rest.len) {
		if (piece.len > REST_BYTES_MAX - c->rest.len)
			return err_config(e, "row_too_large",
			    "a row takes more than %d bytes; leave its largest column out of the mapping",
			    REST_BYTES_MAX);
		buf_put(&c->rest, piece.data, piece.len);
		in = buf_span(&c->rest);
	}
	if (consume(c, &in, e) != 0)
		return -1;
	if (c->rest.len) {
		memmove(c->rest.data, in.data, in.len);
		c->rest.len = in.len;
	} else {
		buf_put(&c->rest, in.data, in.len);
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
