#ifndef NORMALIZE_DATETIME_FORMAT_H
#define NORMALIZE_DATETIME_FORMAT_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/datetime.h"
#include "proto/err.h"
#include "proto/pipeline.h"

/*
 * Declared forms of dates and times. Directives, as strptime has them:
 *   %Y four digits  %y two, 69-99 are 19xx  %m %d %e %H %I %M %S one or two
 *   %b %B %h a month's English name, short or long, any case  %a %A a weekday
 *   %f fraction, 1 to 9 digits  %p AM or PM  %j day of the year
 *   %z Z, +hh, +hhmm or +hh:mm  %F %T %R %D  %n %t white space  %% itself
 * White space stands for one or more; anything else for itself. Names: oracle,
 * us, eu, epoch, epoch_ms.
 */
struct datetime_format {
	enum { FORMAT_PATTERN, FORMAT_EPOCH, FORMAT_EPOCH_MS } kind;
	const char *pattern;
};

/* The formats in o as a list; none: the calendar's own. *n stays 0 for ISO
 * 8601. ERR_CONFIG for an unknown directive, or for a format that leaves out a
 * part of a date. */
int datetime_format_compile(const struct datetime_options *o, struct arena *a,
    struct datetime_format **list, size_t *n, struct err *e) MUST_CHECK;

/* -1 if in is not of that format or names no day or time that exists. */
int datetime_format_parse(const struct datetime_format *f, struct span in,
    bool jalali, struct datetime_iso *out) MUST_CHECK;

#endif
