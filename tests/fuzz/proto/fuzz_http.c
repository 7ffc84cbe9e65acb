#include "proto/http_request.h"
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request whole =
	    http_request_parse((struct span){ data, size });
	if (whole.status == 200 &&
	    (whole.path[0] != '/' ||
		!memchr(whole.path, 0, sizeof(whole.path))))
		abort();
	/* What comes in two pieces is never judged before it must be. */
	struct http_request half =
	    http_request_parse((struct span){ data, size / 2 });
	if (half.status == 200 && whole.status != 200 && whole.status != 400)
		abort();
	return 0;
}
