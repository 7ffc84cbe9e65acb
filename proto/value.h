#ifndef PROTO_VALUE_H
#define PROTO_VALUE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The value types of a row (normalization.md, layer 1) and how one value of
 * each is held, in columns, on the wire and in struct value:
 *
 *   bool         1 byte, 0 or 1
 *   int          int64
 *   decimal      canonical decimal text (identity.md, tag n): "-12.5", "0",
 *                "NaN", "Infinity", "-Infinity"; exact, any precision
 *   float        IEEE double
 *   text         UTF-8 bytes. A raw text, before normalize, may hold
 *                anything, NUL and invalid UTF-8 included
 *   bytes        bytes
 *   date         int32 days since 1970-01-01
 *   time         int64 microseconds since midnight, 0 to 86 400 000 000
 *   timestamp    int64 microseconds since 1970-01-01T00:00:00, no zone
 *   timestamptz  int64 microseconds since the Unix epoch, UTC
 *   uuid         16 bytes
 *   json         text; canonical (RFC 8785, numbers as tag n) after normalize
 *   opaque       the engine's text form; the type's name is on the column
 *
 * Positive and negative infinity of dates and times are INT_MAX and INT_MIN
 * of their width. The numbers of the enum are on the wire.
 */
enum value_type {
	VT_BOOL = 0,
	VT_INT = 1,
	VT_DECIMAL = 2,
	VT_FLOAT = 3,
	VT_TEXT = 4,
	VT_BYTES = 5,
	VT_DATE = 6,
	VT_TIME = 7,
	VT_TIMESTAMP = 8,
	VT_TIMESTAMPTZ = 9,
	VT_UUID = 10,
	VT_JSON = 11,
	VT_OPAQUE = 12,
	VT_COUNT
};

/* One value outside a column. Bytes are borrowed. */
struct value {
	enum value_type type;
	bool null;
	union {
		bool b;
		int64_t i; /* int, date, time, timestamp, timestamptz */
		double f;
		uint8_t uuid[16];
		struct span s; /* decimal, text, bytes, json, opaque */
	};
};

const char *value_type_name(enum value_type t);

/* Bytes of one value in a column, or 0 for offsets and bytes. */
size_t value_type_width(enum value_type t);

/*
 * Appends the value's plain text: numbers as tag n, dates and times as ISO
 * 8601 with six fraction digits ("2025-01-15T10:30:45.000000Z"), bool as
 * true or false, bytes as lower-case hex, uuid with hyphens, NULL as "".
 */
void value_text(const struct value *v, struct buf *out);

#endif
