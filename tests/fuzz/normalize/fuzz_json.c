/* JSON that is accepted has one form: canonical text is its own canonical
 * text. */
#include "normalize/json.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_work w = { 0 };
	struct buf one = { 0 }, two = { 0 };
	const char *why = NULL;
	struct span in = { data, size };
	if (json_canonical(in, &one, &w, &why) == 0) {
		if (json_canonical(buf_span(&one), &two, &w, &why) != 0)
			abort();
		if (one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0)
			abort();
	} else if (!why) {
		abort();
	}
	buf_free(&one);
	buf_free(&two);
	json_work_free(&w);
	return 0;
}
