#ifndef PROTO_ZONE_RULE_H
#define PROTO_ZONE_RULE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stdint.h>

/* A POSIX TZ rule, as the footer of a zone file holds it: "CET-1CEST,M3.5.0,
 * M10.5.0/3". Offsets are seconds east of UTC here. */
struct zone_day {
	enum zone_day_kind {
		DAY_JULIAN, /* Jn: 1 to 365, 29 February never counted */
		DAY_ZERO,   /* n: 0 to 365 */
		DAY_MONTH   /* Mm.w.d: week w's day d of month m, 5 the last */
	} kind;
	int day, month, week;
	int32_t secs; /* after that day's midnight; may be negative */
};

struct zone_rule {
	int32_t std, dst;
	bool has_dst;
	struct zone_day start, end; /* of daylight saving time */
};

/* -1 if the text is no such rule. */
int zone_rule_parse(struct span text, struct zone_rule *r) MUST_CHECK;

/* A stretch of time with one offset: from <= t < until. */
struct zone_period {
	int64_t from, until;
	int32_t offset;
};

/* The stretch that holds utc_secs. */
struct zone_period zone_rule_period(
    const struct zone_rule *r, int64_t utc_secs);

#endif
