#ifndef EXTRACT_PG_VALUE_H
#define EXTRACT_PG_VALUE_H
#include "extract/emit.h"
#include "proto/attr.h"
#include "proto/datetime.h"
#include "proto/err.h"
#include <stddef.h>
#include <stdint.h>

/*
 * PostgreSQL's binary form of one value into its column. The length tells
 * int2, int4 and int8, float4 and float8 apart. A float4 becomes the double
 * that is written like it: 0.1, not 0.100000001490116. A time that no int64
 * of microseconds since 1970 can hold (after the year 294246) demotes its
 * column (emit.h), and normalize rejects it by its text.
 *
 * n bytes at p are the whole value; anything that PostgreSQL does not send
 * is ERR_DATA with code bad_copy.
 */
typedef int (*pg_value_put)(struct emit *em, struct emit_column *c,
    const uint8_t *p, size_t n, struct err *e);

pg_value_put pg_value_for(enum value_type t);

/* PostgreSQL counts from 2000-01-01. */
#define PG_EPOCH_DAYS   10957
#define PG_EPOCH_MICROS (PG_EPOCH_DAYS * MICROS_PER_DAY)

/* numeric's binary form as canonical decimal text; plain takes its time. */
int pg_numeric_put(struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e) MUST_CHECK;
int pg_numeric_put_plain(struct emit_column *c, const uint8_t *p, size_t n,
    struct err *e) MUST_CHECK;

int pg_value_bad(const struct emit_column *c, size_t n, struct err *e);

static inline uint16_t
pg_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
pg_u32(const uint8_t *p)
{
	uint32_t v;
	__builtin_memcpy(&v, p, 4);
	return __builtin_bswap32(v);
}

static inline uint64_t
pg_u64(const uint8_t *p)
{
	uint64_t v;
	__builtin_memcpy(&v, p, 8);
	return __builtin_bswap64(v);
}

#endif
