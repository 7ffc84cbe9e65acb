/*
 * A zone file, and the rule alone. Whatever a file says, lookups end, and a
 * unique local time is the instant whose local time it is.
 */
#include "proto/zone.h"
#include "proto/zone_rule.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t times[] = { 0, 951868800, 1743298200, 1761445800,
	4102444800, 16725225600, -2208988800, -62135596800, ZONE_SECS_MAX,
	-ZONE_SECS_MAX };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone *z = NULL;
	struct zone_rule rule;
	struct err e = { 0 };
	struct span in = { data, size };
	if (zone_parse(in, &z, &e) == 0) {
		for (size_t i = 0; i < ARRAY_LEN(times); i++) {
			int64_t early, late;
			enum zone_fit fit =
			    zone_local(z, times[i], &early, &late);
			if (fit == ZONE_UNIQUE &&
			    early + zone_offset(z, early) != times[i])
				abort();
		}
		zone_free(&z);
	}
	if (zone_rule_parse(in, &rule) == 0) {
		for (size_t i = 0; i < ARRAY_LEN(times); i++) {
			struct zone_period p =
			    zone_rule_period(&rule, times[i]);
			if (p.from > times[i] || p.until <= times[i])
				abort();
		}
	}
	return 0;
}
