#include "proto/message.h"
#include "proto/stream.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct arena a = { 0 };
	struct message m, again;
	struct err e = { 0 };
	size_t n;
	if (stream_frame_length(in, &n) == 1 && n > size)
		abort();
	if (message_decode(in, &a, &m, &e) == 0) {
		struct buf out = { 0 };
		message_encode(&m, &out);
		/* What we wrote ourselves we must be able to read. */
		if (message_decode(buf_span(&out), &a, &again, &e) < 0)
			abort();
		buf_free(&out);
	}
	arena_free(&a);
	return 0;
}
