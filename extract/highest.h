#ifndef EXTRACT_HIGHEST_H
#define EXTRACT_HIGHEST_H
#include "proto/buf.h"
#include "proto/column.h"
#include <stddef.h>

/*
 * Raises highest, an encoded rowversion (empty: none yet), to the highest of
 * a column's first nrows values. Infinite ones do not count: after a
 * watermark at infinity nothing would ever be read again.
 */
void highest_note(struct buf *highest, const struct column *c, size_t nrows);

#endif
