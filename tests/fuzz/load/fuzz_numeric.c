#include "load/pg_numeric.h"
#include "proto/arena.h"
#include "proto/decimal.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Reads a binary numeric back, the way PostgreSQL prints one. */
static void
decode(const uint8_t *p, size_t n, struct buf *out)
{
	int ndigits = get16(p), weight = (int16_t)get16(p + 2);
	int scale = get16(p + 6);
	if (n != 8 + 2 * (size_t)ndigits)
		abort();
	if (get16(p + 4) == 0x4000)
		buf_putc(out, '-');
	if (weight < 0)
		buf_putc(out, '0');
	for (int i = weight < 0 ? weight + 1 : 0; i <= weight; i++) {
		int d = i < ndigits ? get16(p + 8 + 2 * i) : 0;
		buf_printf(out, i ? "%04d" : "%d", d);
	}
	if (!scale)
		return;
	buf_putc(out, '.');
	size_t end = out->len + (size_t)scale;
	for (int i = weight + 1; out->len < end; i++) {
		int d = i >= 0 && i < ndigits ? get16(p + 8 + 2 * i) : 0;
		if (d > 9999)
			abort();
		buf_printf(out, "%04d", d);
	}
	out->len = end;
}

/* What is taken is taken exactly: reading it back gives the same number. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *out = mem_alloc(pg_numeric_room(size));
	struct buf back = { 0 }, canon = { 0 }, again = { 0 };
	size_t n = pg_numeric_encode((struct span){ data, size }, out);
	if (n > pg_numeric_room(size))
		abort();
	if (n && get16(out + 4) <= 0x4000) {
		decode(out, n, &back);
		if (decimal_canonical((struct span){ data, size }, &canon) ||
		    decimal_canonical(buf_span(&back), &again) ||
		    canon.len != again.len ||
		    memcmp(canon.data, again.data, canon.len) != 0)
			abort();
	}
	/* A canonical decimal within the limits is always taken. */
	if (!n && size < 128 &&
	    decimal_canonical((struct span){ data, size }, &canon) == 0 &&
	    canon.len == size && memcmp(canon.data, data, size) == 0)
		abort();
	free(out);
	buf_free(&back);
	buf_free(&canon);
	buf_free(&again);
	return 0;
}
