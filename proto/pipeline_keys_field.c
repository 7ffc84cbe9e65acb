/* The keys of a field, and the options of layers 2 to 4. */
#include "proto/limits.h"
#include "proto/pipeline_spec.h"

enum { SCALE_MAX = 16383, PRECISION_MAX = 131072, LIST_MAX = 10000 };

static const char *const controls[] = { "keep", "strip", NULL };
static const char *const newlines[] = { "keep", "lf", NULL };
static const char *const unicodes[] = { "none", "nfc", "nfkc", NULL };
static const char *const invalids[] = { "reject", "replace", NULL };
static const char *const invisibles[] = { "keep", "strip", NULL };
static const char *const digits[] = { "keep", "ascii", NULL };
static const char *const cases[] = { "keep", "upper", "lower", NULL };
static const char *const empties[] = { "keep", "null", NULL };

static const struct spec_key text_keys[] = {
	{ .name = "invalid_utf8",
	    .type = KEY_ENUM,
	    AT(struct text_options, invalid_utf8),
	    .names = invalids,
	    .preset = "reject",
	    .help = "What to do with text that is not UTF-8: reject the row, "
		    "or replace what is wrong with U+FFFD" },
	{ .name = "newlines",
	    .type = KEY_ENUM,
	    AT(struct text_options, newlines),
	    .names = newlines,
	    .preset = "keep",
	    .help = "lf turns CRLF and CR into LF. With clean: lf" },
	{ .name = "control",
	    .type = KEY_ENUM,
	    AT(struct text_options, control),
	    .names = controls,
	    .preset = "keep",
	    .help = "strip removes control characters except tab, LF and CR; "
		    "a NUL is stripped or rejects the row. With clean: strip" },
	{ .name = "unicode",
	    .type = KEY_ENUM,
	    AT(struct text_options, unicode),
	    .names = unicodes,
	    .preset = "none",
	    .help = "The Unicode normal form. With clean: nfc" },
	{ .name = "invisible",
	    .type = KEY_ENUM,
	    AT(struct text_options, invisible),
	    .names = invisibles,
	    .preset = "keep",
	    .help = "strip removes zero-width characters, byte order marks "
		    "and bidi controls; under persian ZWNJ stays" },
	{ .name = "persian",
	    .type = KEY_BOOL,
	    AT(struct text_options, persian),
	    .preset = "no",
	    .help = "One spelling for Persian: Arabic yeh and kaf become "
		    "their Persian letters, digits ASCII, tatweel goes" },
	{ .name = "digits",
	    .type = KEY_ENUM,
	    AT(struct text_options, digits),
	    .names = digits,
	    .preset = "keep",
	    .help = "ascii turns every Unicode decimal digit into 0 to 9" },
	{ .name = "collapse",
	    .type = KEY_BOOL,
	    AT(struct text_options, collapse),
	    .preset = "no",
	    .help = "Whether a run of white space becomes one space, or one "
		    "line break if it holds any" },
	{ .name = "trim",
	    .type = KEY_BOOL,
	    AT(struct text_options, trim),
	    .preset = "no",
	    .help = "Whether Unicode white space at both ends is removed. "
		    "With clean: yes" },
	{ .name = "case",
	    .type = KEY_ENUM,
	    AT(struct text_options, letter_case),
	    .names = cases,
	    .preset = "keep",
	    .help = "Full Unicode upper or lower case" },
	{ .name = "empty",
	    .type = KEY_ENUM,
	    AT(struct text_options, empty),
	    .names = empties,
	    .preset = "keep",
	    .help = "What an empty text is, after all the steps above: "
		    "itself, or NULL. With clean: null" },
	{ .name = NULL },
};

static const struct spec_table text_table = { .name = "Text options",
	.keys = text_keys };

static const char *const points[] = { ".", ",", NULL };
static const char *const percents[] = { "reject", "ratio", "number", NULL };
static const char *const rounds[] = { "half_up", "half_even", "reject", NULL };

static const struct spec_key number_keys[] = {
	{ .name = "decimal",
	    .type = KEY_CHAR,
	    AT(struct number_options, decimal),
	    .names = points,
	    .preset = ".",
	    .help = "The decimal mark of numbers that arrive as text; the "
		    "other of the two groups thousands" },
	{ .name = "percent",
	    .type = KEY_ENUM,
	    AT(struct number_options, percent),
	    .names = percents,
	    .preset = "reject",
	    .help = "What \"50%\" is: a reject, 0.5 or 50" },
	{ .name = "precision",
	    .type = KEY_INT,
	    AT(struct number_options, precision),
	    .min = 1,
	    .max = PRECISION_MAX,
	    .help = "Digits of a decimal in all. A number with more digits "
		    "before the point than precision less scale is a reject" },
	{ .name = "scale",
	    .type = KEY_INT,
	    AT(struct number_options, scale),
	    .max = SCALE_MAX,
	    .help = "Digits of a decimal after the point; more are rounded" },
	{ .name = "round",
	    .type = KEY_ENUM,
	    AT(struct number_options, round),
	    .names = rounds,
	    .preset = "half_up",
	    .help = "How digits beyond scale are rounded: away from zero, to "
		    "even, or not at all" },
	{ .name = NULL },
};

static const struct spec_table number_table = { .name = "Number options",
	.keys = number_keys };

static const char *const dsts[] = { "earlier", "later", "reject", NULL };
static const char *const calendars[] = { "gregorian", "jalali", NULL };

static const struct spec_key datetime_keys[] = {
	{ .name = "formats",
	    .type = KEY_TEXTS,
	    AT(struct datetime_options, formats),
	    .min = 1,
	    .max = LIST_MAX,
	    .help = "How dates and times arrive as text, tried in order "
		    "instead of ISO 8601: strptime(3) directives, or oracle, "
		    "us, eu, epoch, epoch_ms" },
	{ .name = "timezone",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct datetime_options, timezone),
	    .help = "The IANA zone of values that come without one, such as "
		    "Asia/Tehran" },
	{ .name = "dst",
	    .type = KEY_ENUM,
	    AT(struct datetime_options, dst),
	    .names = dsts,
	    .preset = "earlier",
	    .help = "Which instant a repeated local time is; reject also "
		    "refuses the skipped ones, which otherwise move forward "
		    "by the gap" },
	{ .name = "calendar",
	    .type = KEY_ENUM,
	    AT(struct datetime_options, calendar),
	    .names = calendars,
	    .preset = "gregorian",
	    .help = "The calendar of dates that arrive as text" },
	{ .name = "zero_date",
	    .type = KEY_TEXT,
	    AT(struct datetime_options, zero_date),
	    .preset = "reject",
	    .help = "What 0000-00-00 is: reject, null, or a date to use "
		    "instead" },
	{ .name = NULL },
};

static const struct spec_table datetime_table = {
	.name = "Date and time options", .keys = datetime_keys
};

static const struct spec_key value_keys[] = {
	{ .name = "",
	    .type = KEY_GROUP,
	    AT(struct field, text),
	    .table = &text_table,
	    .help = "How text is normalised, in this order" },
	{ .name = "",
	    .type = KEY_GROUP,
	    AT(struct field, number),
	    .table = &number_table,
	    .help = "How int, decimal and float are read" },
	{ .name = "",
	    .type = KEY_GROUP,
	    AT(struct field, datetime),
	    .table = &datetime_table,
	    .help = "How date, time, timestamp and timestamptz are read" },
	{ .name = NULL },
};

const struct spec_table pipeline_value_table = { .name = "Value options",
	.size = sizeof(struct field),
	.keys = value_keys };

/* By number of enum value_type; opaque cannot be asked for. */
static const char *const types[] = {
	[VT_BOOL] = "bool",
	[VT_INT] = "int",
	[VT_DECIMAL] = "decimal",
	[VT_FLOAT] = "float",
	[VT_TEXT] = "text",
	[VT_BYTES] = "bytes",
	[VT_DATE] = "date",
	[VT_TIME] = "time",
	[VT_TIMESTAMP] = "timestamp",
	[VT_TIMESTAMPTZ] = "timestamptz",
	[VT_UUID] = "uuid",
	[VT_JSON] = "json",
	[VT_OPAQUE] = NULL,
};
_Static_assert(
    sizeof(types) / sizeof(types[0]) == VT_COUNT, "a name for every type");

static const struct spec_key field_keys[] = {
	{ .name = "to",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_NAME,
	    AT(struct field, to),
	    .help = "The target field this entry makes" },
	{ .name = "from",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct field, from),
	    .help = "The source column it is made from. Exactly one of from, "
		    "value and expr is needed" },
	{ .name = "value",
	    .type = KEY_TEXT,
	    .flags = KEY_EMPTY,
	    AT(struct field, value),
	    .help = "A constant" },
	{ .name = "expr",
	    .type = KEY_TEXT,
	    AT(struct field, expr),
	    .help = "An SQL expression over the source columns, in SQLite's "
		    "dialect" },
	{ .name = "type",
	    .type = KEY_ENUM,
	    AT(struct field, type),
	    .given = offsetof(struct field, typed),
	    .names = types,
	    .help = "The field's type. Without it the target column's type "
		    "holds, else the source column's" },
	{ .name = "",
	    .type = KEY_GROUP,
	    .table = &pipeline_value_table,
	    .help = "Value options" },
	{ .name = "transform",
	    .type = KEY_CUSTOM,
	    AT(struct field, transforms),
	    .read = pipeline_transform_read,
	    .value = "list of transforms",
	    .schema = "{\"type\": \"array\", \"items\": {\"type\": "
		      "[\"string\", \"object\"], \"maxProperties\": 1}}",
	    .help = "Steps applied in order: upper, lower, title, capitalize, "
		    "trim, strip_whitespace, remove_special_chars, "
		    "substring(start,count), replace(text,with), "
		    "pad_left(width,char), nullif(text), split(separator,"
		    "index), {map: {from: to}}. Start and index count from "
		    "0" },
	{ .name = "default",
	    .type = KEY_TEXT,
	    .flags = KEY_EMPTY,
	    AT(struct field, default_value),
	    .help = "What replaces NULL" },
	{ .name = "required",
	    .type = KEY_BOOL,
	    AT(struct field, required),
	    .preset = "no",
	    .help = "Whether NULL is a reject" },
	{ .name = "check",
	    .type = KEY_TEXT,
	    AT(struct field, check),
	    .help = "An SQL expression, in SQLite's dialect, that must be "
		    "true, else the row is a reject. It sees the source "
		    "columns, and the field under its own name and as value. "
		    "NULL is not judged, neither here nor below" },
	{ .name = "pattern",
	    .type = KEY_TEXT,
	    AT(struct field, pattern),
	    .help = "A POSIX extended regular expression, regex(7), that "
		    "must match somewhere in the value's text; ^ and $ tie "
		    "it to the ends" },
	{ .name = "min",
	    .type = KEY_TEXT,
	    AT(struct field, min),
	    .help = "The smallest value allowed" },
	{ .name = "max",
	    .type = KEY_TEXT,
	    AT(struct field, max),
	    .help = "The largest value allowed" },
	{ .name = "in",
	    .type = KEY_TEXTS,
	    .flags = KEY_EMPTY,
	    AT(struct field, in),
	    .min = 1,
	    .max = LIST_MAX,
	    .help = "The values allowed" },
	{ .name = "max_length",
	    .type = KEY_INT,
	    AT(struct field, max_length),
	    .min = 1,
	    .max = LIMIT_VALUE_BYTES,
	    .help = "Characters the value's text may have; of bytes, how "
		    "many" },
	{ .name = NULL },
};

const struct spec_table pipeline_field_table = {
	.name = "field",
	.help = "Without fields every source column passes under its own "
		"name. With it, columns that no entry names are dropped",
	.size = sizeof(struct field),
	.line = offsetof(struct field, line),
	.keys = field_keys,
	.start = pipeline_field_start,
	.check = pipeline_field_check,
};
