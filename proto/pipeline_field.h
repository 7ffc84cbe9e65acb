#ifndef PROTO_PIPELINE_FIELD_H
#define PROTO_PIPELINE_FIELD_H
#include "proto/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One entry of `fields:` and the options of layers 2 to 4 (pipeline.h). */
struct strings {
	size_t n;
	const char **v;
};

struct text_options {
	bool trim, collapse, persian;
	enum { CONTROL_KEEP, CONTROL_STRIP } control;
	enum { NEWLINES_KEEP, NEWLINES_LF } newlines;
	enum { UNICODE_NONE, UNICODE_NFC, UNICODE_NFKC } unicode;
	enum { UTF8_REJECT, UTF8_REPLACE } invalid_utf8;
	enum { INVISIBLE_KEEP, INVISIBLE_STRIP } invisible;
	enum { DIGITS_KEEP, DIGITS_ASCII } digits;
	enum { CASE_KEEP, CASE_UPPER, CASE_LOWER } letter_case;
	enum { EMPTY_KEEP, EMPTY_NULL } empty;
};

struct number_options {
	char decimal; /* '.' or ',' */
	enum { PERCENT_REJECT, PERCENT_RATIO, PERCENT_NUMBER } percent;
	int precision, scale; /* -1: not declared */
	enum { ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_REJECT } round;
};

struct datetime_options {
	struct strings formats;
	const char *timezone; /* IANA */
	enum { DST_EARLIER, DST_LATER, DST_REJECT } dst;
	enum { CALENDAR_GREGORIAN, CALENDAR_JALALI } calendar;
	const char *zero_date; /* "reject", "null" or a date */
};

struct transform {
	enum transform_kind {
		TR_UPPER,
		TR_LOWER,
		TR_TITLE,
		TR_CAPITALIZE,
		TR_TRIM,
		TR_STRIP_WHITESPACE,
		TR_REMOVE_SPECIAL_CHARS,
		TR_SUBSTRING,
		TR_REPLACE,
		TR_PAD_LEFT,
		TR_NULLIF,
		TR_MAP,
		TR_SPLIT,
		TR_COUNT
	} kind;
	/* substring(a,n) pad_left(n,c) split(sep,i): numbers in num, texts
	 * in text; map: from, to, from, to … in text */
	int64_t num[2];
	struct strings text;
};

struct field {
	const char *to;
	const char *from, *value, *expr; /* exactly one */
	bool typed;                      /* `type` was given */
	enum value_type type;
	struct text_options text;
	struct number_options number;
	struct datetime_options datetime;
	size_t ntransforms;
	struct transform *transforms;
	const char *default_value; /* for NULL; typed like the field */
	bool required;
	const char *check, *pattern, *min, *max;
	struct strings in;
	int64_t max_length; /* characters; 0 none */
	int line;
};

#endif
