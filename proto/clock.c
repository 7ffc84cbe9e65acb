#include "proto/clock.h"
#include <errno.h>
#include <sys/random.h>
#include <time.h>

static int64_t
now(clockid_t id, int64_t per_second)
{
	struct timespec ts = { 0 };
	clock_gettime(id, &ts); /* cannot fail for these clocks */
	return ts.tv_sec * per_second +
	       ts.tv_nsec / (INT64_C(1000000000) / per_second);
}

int64_t
clock_mono_ms(void)
{
	return now(CLOCK_MONOTONIC, 1000);
}

int64_t
clock_mono_micros(void)
{
	return now(CLOCK_MONOTONIC, 1000000);
}

int64_t
clock_boot_micros(void)
{
	return now(CLOCK_BOOTTIME, 1000000);
}

int64_t
clock_wall_micros(void)
{
	return now(CLOCK_REALTIME, 1000000);
}

void
clock_sleep_ms(int64_t ms)
{
	if (ms <= 0)
		return;
	struct timespec left = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

uint64_t
clock_random(void)
{
	uint64_t v;
	if (getrandom(&v, sizeof(v), 0) == (ssize_t)sizeof(v))
		return v;
	/* Jitter only has to differ between processes and moments. */
	return (uint64_t)now(CLOCK_MONOTONIC, 1000000000) *
	       UINT64_C(0x9e3779b97f4a7c15);
}

void
clock_iso(int64_t micros, char out[32])
{
	time_t s = (time_t)(micros / 1000000);
	struct tm tm;
	if (!gmtime_r(&s, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
}
