#ifndef PROTO_RETRY_H
#define PROTO_RETRY_H
#include <stdint.h>

/* Backoff with jitter: first_ms, doubled up to max_ms, each ± 25 %. */
struct retry {
	int64_t first_ms, max_ms;
	unsigned tries; /* delays given so far */
};

int64_t retry_next_ms(struct retry *r);
void retry_reset(struct retry *r);

#endif
