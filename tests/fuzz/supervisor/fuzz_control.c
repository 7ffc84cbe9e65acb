#include "supervisor/control_wire.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
same(const struct control_request *a, const struct control_request *b)
{
	if (a->order != b->order || a->run != b->run ||
	    a->nentities != b->nentities)
		abort();
	for (size_t i = 0; i < a->nentities; i++)
		if (strcmp(a->entities[i], b->entities[i]) != 0)
			abort();
}

/* What we understood we must be able to say, and mean the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };
	struct control_request q, again;
	struct control_reply reply = { 0 };
	if (control_request_decode(in, &a, &q, &e) == 0) {
		control_request_encode(&q, &out);
		out.len--; /* its end of line */
		if (control_request_decode(buf_span(&out), &a, &again, &e) < 0)
			abort();
		same(&q, &again);
	}
	if (control_reply_decode(in, &reply, &e) == 0) {
		buf_clear(&out);
		control_reply_encode(&reply, &out);
	}
	control_reply_free(&reply);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
