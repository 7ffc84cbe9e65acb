#include "identity/lanes.h"

void
lanes_kernels(struct lanes_kernel out[LANES_KERNELS])
{
	out[0] = (struct lanes_kernel){ .name = "avx512" };
	out[1] = (struct lanes_kernel){ .name = "avx2" };
	out[2] = (struct lanes_kernel){ "plain", lanes_plain, true };
#if defined(__x86_64__)
	out[0].hash = lanes_avx512;
	out[0].usable = __builtin_cpu_supports("avx512f");
	out[1].hash = lanes_avx2;
	out[1].usable = __builtin_cpu_supports("avx2");
#endif
}
