#ifndef PROTO_COLUMN_PUT_H
#define PROTO_COLUMN_PUT_H
#include "proto/column.h"

/*
 * The adds of column_builder for those who have millions of values: inlined
 * as far as there is room, the same call where there is none. What they leave
 * in a builder is the same byte for byte, up to where it ends.
 */
enum {
	/* So much is copied at once where both sides have it: it costs less
	 * than to ask how long a short value is. */
	COLUMN_PUT_BLOCK = 32
};

static inline bool
column_put_room(const struct column_builder *b, size_t n)
{
	return b->rows < b->rows_cap && b->bytes_cap - b->bytes >= n;
}

/* For types of 8 bytes. */
static inline void
column_put_i64(struct column_builder *b, int64_t v)
{
	if (!column_put_room(b, sizeof(v))) {
		column_builder_fixed(b, &v);
		return;
	}
	memcpy(b->data + b->bytes, &v, sizeof(v));
	b->bytes += sizeof(v);
	b->rows++;
}

/* For types of one byte. */
static inline void
column_put_u8(struct column_builder *b, uint8_t v)
{
	if (!column_put_room(b, 1)) {
		column_builder_fixed(b, &v);
		return;
	}
	b->data[b->bytes++] = v;
	b->rows++;
}

/* Ends a value whose n bytes stand in the room that there was. */
static inline void
column_put_commit(struct column_builder *b, size_t n)
{
	b->bytes += n;
	b->rows++;
	uint32_t off = (uint32_t)b->bytes;
	memcpy(b->offs + 4 * b->rows, &off, sizeof(off));
}

/* n bytes at p, behind which `readable` bytes from p on may be read. */
static inline void
column_put_bytes(
    struct column_builder *b, const uint8_t *p, size_t n, size_t readable)
{
	if (n > COLUMN_PUT_BLOCK || readable < COLUMN_PUT_BLOCK ||
	    !column_put_room(b, COLUMN_PUT_BLOCK)) {
		column_builder_bytes(b, p, n);
		return;
	}
	memcpy(b->data + b->bytes, p, COLUMN_PUT_BLOCK);
	column_put_commit(b, n);
}

static inline void
column_put_null(struct column_builder *b)
{
	if (b->width || b->rows >= b->rows_cap) {
		column_builder_null(b);
		return;
	}
	b->nulls[b->rows >> 3] |= (uint8_t)(1u << (b->rows & 7));
	b->any_null = true;
	column_put_commit(b, 0);
}

/* Takes the last row back; there is one. */
static inline void
column_put_undo(struct column_builder *b)
{
	uint8_t bit = (uint8_t)(1u << (--b->rows & 7));
	uint8_t *nulls = b->nulls + (b->rows >> 3);
	uint32_t off;

	if (b->width) {
		b->bytes -= b->width;
	} else {
		memcpy(&off, b->offs + 4 * b->rows, sizeof(off));
		b->bytes = off;
	}
	if (!(*nulls & bit))
		return;
	*nulls &= (uint8_t)~bit;
	b->any_null = false;
	for (size_t i = 0; i < b->rows; i += 8)
		b->any_null |= b->nulls[i >> 3] != 0;
}

#endif
