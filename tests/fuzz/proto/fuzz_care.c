/* What an assignment says about rows, from anybody: what is accepted says the
 * same when it is written again, and batches end where the rows say. */
#include "proto/care.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOOKS = 64 };

static void
must(bool true_)
{
	if (!true_)
		abort();
}

static void
check(const struct care_span *v, size_t n)
{
	struct buf again = { 0 };
	uint64_t row = 0;
	care_encode(v, n, &again);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_span *twice;
	size_t m;
	must(care_decode(buf_span(&again), &a, &twice, &m, &e) == 0 && m == n);
	arena_free(&a);
	for (int i = 0; i < LOOKS && row != UINT64_MAX; i++) {
		uint64_t end = care_end(v, n, row);
		const struct care_span *s = care_find(v, n, row);
		must(end > row);
		must(!s || (s->from <= row && end <= s->to));
		row = end;
	}
	buf_free(&again);
}

static void
keys(struct span in)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_key *v;
	size_t n, m;
	struct buf again = { 0 };
	if (care_keys_decode(in, &a, &v, &n, &e) == 0) {
		care_keys_encode(v, n, &again);
		must(care_keys_decode(buf_span(&again), &a, &v, &m, &e) == 0 &&
		     m == n);
	} else {
		must(e.cls == ERR_DATA);
	}
	buf_free(&again);
	arena_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct care_span *v;
	size_t n;
	keys((struct span){ data, size });
	if (care_decode((struct span){ data, size }, &a, &v, &n, &e) == 0)
		check(v, n);
	else
		must(e.cls == ERR_DATA);
	arena_free(&a);
	return 0;
}
