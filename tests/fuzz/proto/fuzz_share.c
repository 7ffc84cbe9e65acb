#include "proto/share.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came is a batch, an offer or a ticket; whatever it says, nothing is
 * mapped that was not made for it, and nothing outside is read. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf in = { 0 };
	struct share_views views = { 0 };
	struct err e = { 0 };

	buf_put(&in, data, size);
	struct frame f = { .bytes = buf_span(&in), .owner = in.data };
	if (share_receive(&views, &f, &e) == 1 && f.bytes.len)
		e.cls += f.bytes.data[f.bytes.len - 1] != 0;
	frame_free(&f);
	share_views_free(&views);
	return 0;
}
