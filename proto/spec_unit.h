#ifndef PROTO_SPEC_UNIT_H
#define PROTO_SPEC_UNIT_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdint.h>

/* Numbers with units, as people write them. Each reads the whole text or
 * returns -1; nothing negative but spec_unit_int. */
int spec_unit_int(const char *s, int64_t *v) MUST_CHECK;
/* Bytes: B, KiB MiB GiB TiB by 1024, kB MB GB TB by 1000; a bare number. */
int spec_unit_size(const char *s, int64_t *v) MUST_CHECK;
/* Milliseconds: ms s m h d. A unit is needed. */
int spec_unit_time(const char *s, int64_t *v) MUST_CHECK;
/* 0 to 100, up to six fraction digits; a % at the end is allowed. */
int spec_unit_percent(const char *s, double *v) MUST_CHECK;

/* The same, written in the largest unit that divides it. */
void spec_unit_put_size(struct buf *out, int64_t bytes);
void spec_unit_put_time(struct buf *out, int64_t ms);

#endif
