#ifndef PROTO_OFFSETS_H
#define PROTO_OFFSETS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The checks of a received column that look at every row, several rows at a
 * time and without a branch for each.
 */

/* Do nrows + 1 offsets begin at 0, never fall, end at data_bytes, which is at
 * most LIMIT_FRAME_BYTES, and leave no value more than LIMIT_VALUE_BYTES? */
bool offsets_valid(const uint8_t *offs, size_t nrows, size_t data_bytes);

/* Is none of the n bytes above 1? */
bool offsets_bools_valid(const uint8_t *data, size_t n);

#endif
