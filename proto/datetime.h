#ifndef PROTO_DATETIME_H
#define PROTO_DATETIME_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The proleptic Gregorian calendar and ISO 8601 text. Days count from
 * 1970-01-01, microseconds from 1970-01-01T00:00:00. Years -9999 to 294276,
 * as far as PostgreSQL goes; a year outside 0 to 9999 is written with a sign.
 */
#define DATE_MIN        (-4371587) /* the first day of the year -9999 */
#define DATE_INFINITY   INT32_MAX
#define DATE_NEG_INF    INT32_MIN
#define MICROS_INFINITY INT64_MAX
#define MICROS_NEG_INF  INT64_MIN
#define MICROS_PER_SEC  INT64_C(1000000)
#define MICROS_PER_DAY  INT64_C(86400000000)

struct civil {
	int year, month, day; /* 1-based */
};

int32_t datetime_days(struct civil c); /* c must be valid */
struct civil datetime_civil(int32_t days);
bool datetime_valid(struct civil c); /* a day that exists, in range */

/* Days and the microseconds into the day, 0 to MICROS_PER_DAY - 1. */
int32_t datetime_split(int64_t micros, int64_t *of_day);
/* The reverse, of_day being any distance; -1 if it does not fit or would
 * read as an infinity. */
int datetime_join(int32_t days, int64_t of_day, int64_t *micros) MUST_CHECK;

/* Append ISO text: 2025-01-15, 10:30:45.000000, 2025-01-15T10:30:45.000000,
 * and the same with Z; "infinity" and "-infinity". */
void datetime_put_date(int32_t days, struct buf *out);
void datetime_put_time(int64_t micros, struct buf *out);
void datetime_put_timestamp(int64_t micros, struct buf *out);
void datetime_put_timestamptz(int64_t micros, struct buf *out);

/* What an ISO 8601 text said; offset only if has_offset. */
struct datetime_iso {
	bool has_date, has_time, has_offset;
	int8_t infinity; /* +1, -1: "infinity", "-infinity"; else 0 */
	int32_t days;
	int64_t micros;      /* of the day; 24:00:00 is MICROS_PER_DAY */
	int32_t offset_secs; /* east of UTC */
};

/*
 * Parses exactly one ISO 8601 date, time, or date and time in the extended
 * form: YYYY-MM-DD (or a sign and 4 to 6 digits of year), hh:mm or
 * hh:mm:ss, a fraction after '.' or ',' of 1 to 9 digits, cut to micro;
 * 'T', 't' or one space between; after a time Z, z, +hh, +hhmm, +hh:mm or
 * +hh:mm:ss, below 16 hours. White space around it is the caller's business.
 * -1 if it is anything else or names a day or time that does not exist.
 */
int datetime_parse_iso(struct span in, struct datetime_iso *out) MUST_CHECK;

/* The instant it names: offset applied if it has one, a date without time at
 * midnight. -1 if 64 bits cannot hold it (after the year 294246). */
int datetime_iso_micros(
    const struct datetime_iso *t, int64_t *micros) MUST_CHECK;

#endif
