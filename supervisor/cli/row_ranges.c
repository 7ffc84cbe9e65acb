#include "supervisor/cli/row_ranges.h"
#include "proto/arena.h"
#include "proto/pack.h"
#include <stdlib.h>

void
row_ranges_finish(struct row_ranges *r)
{
	if (r->nrows == 0)
		return;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->v = mem_realloc(r->v, r->cap * sizeof(*r->v));
	}
	struct buf *range = &r->v[r->n++];
	*range = (struct buf){ 0 };
	pack_array(range, r->nrows);
	buf_put(range, r->rows.data, r->rows.len);
	buf_clear(&r->rows);
	r->nrows = 0;
}

void
row_ranges_add(struct row_ranges *r, struct span row)
{
	bool full = r->nrows == ROW_RANGE_ROWS ||
		    r->rows.len + row.len > ROW_RANGE_BYTES;
	if (full)
		row_ranges_finish(r);
	buf_put(&r->rows, row.data, row.len);
	r->nrows++;
	r->bytes += row.len;
}

void
row_ranges_free(struct row_ranges *r)
{
	for (size_t i = 0; i < r->n; i++)
		buf_free(&r->v[i]);
	free(r->v);
	buf_free(&r->rows);
	*r = (struct row_ranges){ 0 };
}
