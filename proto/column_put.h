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

/* Copies n <= COLUMN_PUT_BLOCK bytes and touches no other: from both ends, so
 * that the halves meet or overlap. */
static inline void
column_put_exact(uint8_t *to, const uint8_t *p, size_t n)
{
	if (n >= 16) {
		memcpy(to, p, 16);
		memcpy(to + n - 16, p + n - 16, 16);
	} else if (n >= 8) {
		memcpy(to, p, 8);
		memcpy(to + n - 8, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(to, p, 4);
		memcpy(to + n - 4, p + n - 4, 4);
	} else if (n) {
		to[0] = p[0];
		to[n / 2] = p[n / 2];
		to[n - 1] = p[n - 1];
	}
}

/* The n bytes at p; from there on `readable` ones, n or more, may be read. */
static inline void
column_put_bytes(
    struct column_builder *b, const uint8_t *p, size_t n, size_t readable)
{
	if (n > COLUMN_PUT_BLOCK || !column_put_room(b, COLUMN_PUT_BLOCK)) {
		column_builder_bytes(b, p, n);
		return;
	}
	if (readable >= COLUMN_PUT_BLOCK)
		memcpy(b->data + b->bytes, p, COLUMN_PUT_BLOCK);
	else
		column_put_exact(b->data + b->bytes, p, n);
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

#endif
