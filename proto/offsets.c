#include "proto/offsets.h"
#include "proto/limits.h"
#include <string.h>

enum { ROWS = 4 }; /* at a time */
typedef uint32_t rows_t __attribute__((vector_size(4 * ROWS)));

#define TOP_BIT 0x80000000u
_Static_assert(LIMIT_VALUE_BYTES <= LIMIT_FRAME_BYTES &&
		   LIMIT_FRAME_BYTES < (int)(TOP_BIT >> 1),
    "differences of good offsets leave the top bit alone");

static uint32_t
load(const uint8_t *offs, size_t i)
{
	uint32_t v;
	memcpy(&v, offs + 4 * i, sizeof(v));
	return v;
}

static rows_t
load_rows(const uint8_t *offs, size_t i)
{
	rows_t v;
	memcpy(&v, offs + 4 * i, sizeof(v));
	return v;
}

/*
 * Of a value from one offset to the next the top bit is set here if the next
 * one lies beyond the data, or before it, or too far behind it. One that is
 * within the data cannot be so far off that the difference comes round again.
 */
#define WRONG(from, to, all)                                                   \
	((to) | ((all) - (to)) | ((to) - (from)) |                             \
	    ((uint32_t)LIMIT_VALUE_BYTES - ((to) - (from))))

bool
offsets_valid(const uint8_t *offs, size_t nrows, size_t data_bytes)
{
	const uint32_t all = (uint32_t)data_bytes;
	rows_t wrong = { 0 };
	size_t i = 0;

	if (load(offs, 0) != 0 || data_bytes > LIMIT_FRAME_BYTES)
		return false;
	for (; i + ROWS <= nrows; i += ROWS) {
		rows_t from = load_rows(offs, i), to = load_rows(offs, i + 1);
		wrong |= WRONG(from, to, all);
	}
	uint32_t any = wrong[0] | wrong[1] | wrong[2] | wrong[3];
	for (; i < nrows; i++)
		any |= WRONG(load(offs, i), load(offs, i + 1), all);
	return !(any & TOP_BIT) && load(offs, nrows) == all;
}

bool
offsets_bools_valid(const uint8_t *data, size_t n)
{
	uint64_t any = 0, some;
	size_t i = 0;

	for (; i + sizeof(some) <= n; i += sizeof(some)) {
		memcpy(&some, data + i, sizeof(some));
		any |= some;
	}
	for (; i < n; i++)
		any |= data[i];
	return !(any & 0xfefefefefefefefe);
}
