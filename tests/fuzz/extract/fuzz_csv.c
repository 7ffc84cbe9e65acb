#include "extract/csv.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
	const uint8_t *data;
	size_t len, step;
};

static int
feed_some(void *ctx, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	struct feed *f = ctx;

	(void)e;
	*got = f->step < f->len ? f->step : f->len;
	if (*got > n)
		*got = n;
	memcpy(to, f->data, *got);
	f->data += *got;
	f->len -= *got;
	return 0;
}

/* A digest of all records, so that two ways of reading can be compared. */
static uint64_t
read_all(const uint8_t *data, size_t size, size_t step, bool plain)
{
	struct feed f = { data, size, step };
	struct err e = { 0 };
	struct csv c;
	uint64_t sum = 0;
	int rc;

	csv_init(&c, feed_some, &f);
	c.plain = plain;
	while ((rc = csv_next(&c, &e)) == 1) {
		sum = sum * 31 + c.line + c.broken;
		for (size_t i = 0; i < c.nfields && i < CSV_FIELDS_MAX; i++) {
			sum = sum * 31 + c.fields[i].quoted;
			for (size_t k = 0; k < c.fields[i].len; k++)
				sum = sum * 31 + c.fields[i].data[k];
		}
	}
	csv_free(&c);
	return sum * 31 + (uint64_t)(rc < 0);
}

/* Neither where the pieces are cut nor how records are found must show. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = read_all(data, size, size ? size : 1, true);

	if (read_all(data, size, size ? size : 1, false) != whole ||
	    read_all(data, size, 1, false) != whole ||
	    read_all(data, size, 5, true) != whole)
		abort();
	return 0;
}
