#include "proto/metric_wire.h"
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct metric_set s = { 0 };
	struct metric_growth *g;
	struct err e = { 0 };
	size_t n;
	if (metric_wire_decode((struct span){ data, size }, &a, &g, &n, &e) ==
	    0) {
		struct buf text = { 0 };
		for (size_t i = 0; i < n; i++) {
			double *c = metric_cells(&s, g[i].metric, g[i].values);
			for (size_t k = 0; k < metric_ncells(g[i].metric); k++)
				if (!isfinite(g[i].cells[k]) ||
				    (c[k] += g[i].cells[k]) < 0)
					abort();
		}
		metric_text(&s, &text);
		buf_free(&text);
	}
	metric_free(&s);
	arena_free(&a);
	return 0;
}
