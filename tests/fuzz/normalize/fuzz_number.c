/*
 * A number as text, by the options of the first byte. What comes out is
 * canonical: it reads back as itself, and as plain digits.
 */
#include "normalize/layers.h"
#include "proto/decimal.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
same(struct span a, struct span b)
{
	if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct layer_work w = { 0 }, w2 = { 0 };
	struct buf again = { 0 };
	struct number_options o = { .decimal = data[0] & 1 ? ',' : '.',
		.percent = (data[0] >> 1) % 3,
		.precision = data[0] & 8 ? 12 : -1,
		.scale = data[0] & 16 ? 3 : -1,
		.round = (data[0] >> 5) % 3 };
	struct number_options plain = {
		.decimal = '.', .precision = -1, .scale = -1
	};
	struct span in = { data + 1, size - 1 }, canon, fit, back;
	if (layer_number(&o, in, &canon, &w) == VERDICT_OK) {
		if (decimal_canonical(canon, &again) != 0)
			abort();
		same(canon, buf_span(&again));
		if (layer_number(&plain, canon, &back, &w2) != VERDICT_OK)
			abort();
		same(canon, back);
		double d;
		(void)!decimal_to_double(canon, &d);
		if (layer_number_fit(&o, canon, &fit, &w) == VERDICT_OK) {
			buf_clear(&again);
			if (decimal_canonical(fit, &again) != 0)
				abort();
			same(fit, buf_span(&again));
		}
	}
	buf_free(&again);
	layer_work_free(&w);
	layer_work_free(&w2);
	return 0;
}
