#ifndef PROTO_CRON_H
#define PROTO_CRON_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/zone.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * The five fields of crontab(5): minute, hour, day of month, month, weekday.
 * A field is a list of values, ranges a-b and steps: a star or range, "/",
 * n. Months and weekdays may be named by their first three letters; Sunday
 * is 0 and 7.
 * If both day fields are restricted (do not begin with a star), a day that
 * fits either will do.
 *
 * Clocks that change: a local time that is skipped comes at the instant of
 * the jump, once however many were skipped; one that is repeated comes the
 * first time only, unless the hour field begins with a star: such a rhythm
 * goes on through the repeated hour.
 */
struct cron {
	const char *text; /* as it was written; borrowed */
	uint64_t minutes; /* bit n: minute n */
	uint32_t hours, days, months, weekdays;
	bool any_hour, any_day, any_weekday; /* begins with a star */
};

/* ERR_CONFIG if it is malformed, or no day will ever fit. */
int cron_parse(const char *text, struct cron *c, struct err *e) MUST_CHECK;

/* The next time after that instant; both in seconds since the epoch. */
int64_t cron_next(
    const struct cron *c, const struct zone *z, int64_t after_secs);

#endif
