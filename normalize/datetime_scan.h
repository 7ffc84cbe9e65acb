#ifndef NORMALIZE_DATETIME_SCAN_H
#define NORMALIZE_DATETIME_SCAN_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The small pieces dates are written in. Each scan moves *p past what it took,
 * or leaves everything alone and returns false. */
struct scan {
	const uint8_t *p, *end;
};

bool scan_char(struct scan *s, char c);
bool scan_number(struct scan *s, size_t min, size_t max, int *v); /* digits */
bool scan_spaces(struct scan *s);                /* at least one */
bool scan_fraction(struct scan *s, int *micros); /* 1 to 9 digits, cut */
bool scan_month(struct scan *s, int *month);     /* English name */
bool scan_weekday(struct scan *s);
bool scan_am_pm(struct scan *s, bool *pm);
bool scan_offset(struct scan *s, int32_t *secs); /* Z or +hh[[:]mm] */

#endif
