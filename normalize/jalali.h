#ifndef NORMALIZE_JALALI_H
#define NORMALIZE_JALALI_H
#include "proto/attr.h"
#include "proto/datetime.h"
#include <stdint.h>

/*
 * The Persian (Solar Hijri) calendar, for the years in which the rule of 33
 * years with 8 leap years gives the calendar in use: 1210 to 1500, that is
 * March 1831 to March 2122. Months 1 to 6 have 31 days, 7 to 11 have 30, the
 * last 29, or 30 in a leap year.
 */
enum { JALALI_YEAR_MIN = 1210, JALALI_YEAR_MAX = 1500 };

bool jalali_leap(int year);

/* Days since 1970-01-01; -1 if there is no such day in that range. */
int jalali_days(struct civil persian, int32_t *days) MUST_CHECK;

#endif
