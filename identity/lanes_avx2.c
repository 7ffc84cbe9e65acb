#include "identity/lanes.h"
#if defined(__x86_64__)
#define LANES        8
#define LANES_TARGET __attribute__((target("avx2")))
#include "identity/lanes_run.h"

LANES_TARGET void
lanes_avx2(const struct span *in, const uint16_t *order, size_t n,
    uint8_t (*out)[LANES_HASH])
{
	lanes_run(in, order, n, out);
}
#endif
