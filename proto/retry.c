#include "proto/retry.h"
#include "proto/clock.h"

/* first_ms doubled tries times, at most max_ms, without overflow. */
static int64_t
plain_ms(const struct retry *r)
{
	int64_t ms = r->first_ms;
	for (unsigned i = 0; i < r->tries && ms < r->max_ms; i++)
		ms = ms > INT64_MAX / 2 ? r->max_ms : ms * 2;
	return ms < r->max_ms ? ms : r->max_ms;
}

int64_t
retry_next_ms(struct retry *r)
{
	int64_t ms = plain_ms(r);
	int64_t quarter = ms / 4;
	r->tries++;
	if (quarter == 0)
		return ms;
	uint64_t range = (uint64_t)quarter * 2 + 1;
	return ms - quarter + (int64_t)(clock_random() % range);
}

void
retry_reset(struct retry *r)
{
	r->tries = 0;
}
