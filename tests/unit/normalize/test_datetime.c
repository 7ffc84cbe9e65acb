/* Layer 4: forms, zones, calendars. */
#include "tests/unit/normalize/rig.h"

#define DATE   "type: date"
#define TS     "type: timestamp"
#define TZ     "type: timestamptz"
#define BERLIN ", timezone: Europe/Berlin"

static const struct rig_row format_rows[] = {
	{ NULL, DATE ", formats: [us, eu]", VT_TEXT, "05/06/2025",
	    "2025-05-06" },
	{ NULL, DATE ", formats: [us, eu]", VT_TEXT, "25/06/2025",
	    "2025-06-25" },
	{ NULL, DATE ", formats: [eu]", VT_TEXT, "5.6.2025", "2025-06-05" },
	{ NULL, DATE ", formats: [eu]", VT_TEXT, "2025-06-05",
	    "!bad_datetime" },
	{ NULL, DATE ", formats: [eu]", VT_TEXT, "31/02/2025",
	    "!bad_datetime" },
	{ NULL, DATE ", formats: ['%Y%m%d']", VT_TEXT, "20250115",
	    "2025-01-15" },
	{ NULL, DATE ", formats: ['%d %B %Y', '%d %b %y']", VT_TEXT,
	    "15  jan 69", "1969-01-15" },
	{ NULL, DATE ", formats: ['%A, %e %B %Y']", VT_TEXT,
	    "Wednesday,  1 January 2025", "2025-01-01" },
	{ NULL, DATE ", formats: ['%Y-%j']", VT_TEXT, "2024-366",
	    "2024-12-31" },
	{ NULL, DATE ", formats: ['%Y-%j']", VT_TEXT, "2025-366",
	    "!bad_datetime" },
	{ NULL, DATE ", formats: ['%F']", VT_TEXT, "2025-1-5", "2025-01-05" },
	{ NULL, DATE ", formats: ['%D%%']", VT_TEXT, "01/15/25%",
	    "2025-01-15" },
	{ NULL, TS ", formats: ['%F %T.%f']", VT_TEXT,
	    "2025-01-15 10:30:45.123456789", "2025-01-15T10:30:45.123456" },
	{ NULL, TS ", formats: [us]", VT_TEXT, "1/15/2025 12:05 AM",
	    "2025-01-15T00:05:00.000000" },
	{ NULL, TS ", formats: [us]", VT_TEXT, "1/15/2025 12:05 pm",
	    "2025-01-15T12:05:00.000000" },
	{ NULL, TS ", formats: [us]", VT_TEXT, "1/15/2025 13:05 PM",
	    "!bad_datetime" },
	{ NULL, TS ", formats: [us]", VT_TEXT, "1/15/2025 13:05:09.5",
	    "2025-01-15T13:05:09.500000" },
	{ NULL, TS ", formats: [oracle]", VT_TEXT, "15-JAN-2025 01.02.03 PM",
	    "2025-01-15T13:02:03.000000" },
	{ NULL, TZ ", formats: [oracle]", VT_TEXT,
	    "15-JAN-25 01.02.03.5 PM +03:30", "2025-01-15T09:32:03.500000Z" },
	{ NULL, TZ ", formats: ['%F %T %z']", VT_TEXT,
	    "2025-01-15 10:00:00 -0500", "2025-01-15T15:00:00.000000Z" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "-1.5",
	    "1969-12-31T23:59:58.500000Z" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "1736937045.1234567",
	    "2025-01-15T10:30:45.123456Z" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "-0.0000019",
	    "1969-12-31T23:59:59.999999Z" },
	{ NULL, TZ ", formats: [epoch]", VT_INT, "1736937045",
	    "2025-01-15T10:30:45.000000Z" },
	{ NULL, TZ ", formats: [epoch_ms]", VT_DECIMAL, "1.5",
	    "1970-01-01T00:00:00.001500Z" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "-5515555555555",
	    "!out_of_range" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "NaN", "!bad_datetime" },
	{ NULL, TZ ", formats: [epoch]", VT_TEXT, "1e40", "!bad_datetime" },
	{ NULL, TS ", formats: [epoch]", VT_TEXT, "0", "!bad_datetime" },
	{ NULL, TS ", formats: [epoch]" BERLIN, VT_TEXT, "0",
	    "1970-01-01T01:00:00.000000" },
	{ NULL, "type: time, formats: ['%I:%M %p']", VT_TEXT, "1:05 PM",
	    "13:05:00.000000" },
	{ NULL, DATE, VT_TEXT, " 2025-01-15\t", "2025-01-15" },
	{ NULL, DATE, VT_TEXT,
	    "\xdb\xb2\xdb\xb0\xdb\xb2\xdb\xb5-\xdb\xb0\xdb\xb1-\xdb\xb1\xdb\xb5",
	    "2025-01-15" },
	{ NULL, DATE, VT_TEXT, "2025-01-15T00:00:00", "2025-01-15" },
	{ NULL, DATE, VT_TEXT, "2025-01-15T00:00:01", "!bad_datetime" },
	{ NULL, DATE, VT_TEXT, "infinity", "infinity" },
	{ NULL, DATE, VT_INT, "20250115", "!bad_datetime" },
	{ NULL, "type: time", VT_TEXT, "2025-01-15T10:30", "!bad_datetime" },
	{ NULL, "type: time", VT_TEXT, "10:30Z", "!bad_datetime" },
	{ NULL, "type: time", VT_TEXT, "24:00:00", "24:00:00.000000" },
};

static void
formats(void **state)
{
	(void)state;
	rig_rows(format_rows, ARRAY_LEN(format_rows));
}

static void
bad_formats(void **state)
{
	(void)state;
	static const char *const rows[] = { "['%Q']", "['%d.%m']", "['%m/%Y']",
		"['%M:%S']", "['%I:%M']", "['%H %p']", "['%Y-%j-%d']", "['%%']",
		"['%']", "['%d %m %Y %S']" };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		char keys[80];
		snprintf(keys, sizeof(keys), DATE ", formats: %s", rows[i]);
		rig_field("", keys, VT_TEXT, "x", 0, &out);
		if (strncmp(buf_str(&out), "config: p.yaml:10: ", 19) != 0)
			fail_msg("%s gave %s", rows[i], buf_str(&out));
		buf_free(&out);
	}
	struct buf out = { 0 };
	rig_field("", DATE ", calendar: jalali, formats: [oracle]", VT_TEXT,
	    "x", 0, &out);
	assert_non_null(strstr(buf_str(&out), "jalali takes numbers only"));
	buf_free(&out);
}

static void
zones(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, TZ, VT_TIMESTAMP, "2025-07-01T12:00:00",
		    "!bad_datetime" },
		{ NULL, TZ BERLIN, VT_TIMESTAMP, "2025-07-01T12:00:00.25",
		    "2025-07-01T10:00:00.250000Z" },
		{ NULL, TZ BERLIN, VT_DATE, "2025-07-01",
		    "2025-06-30T22:00:00.000000Z" },
		{ NULL, TS BERLIN, VT_TIMESTAMPTZ, "2025-07-01T12:00:00",
		    "2025-07-01T14:00:00.000000" },
		{ NULL, TS, VT_TIMESTAMPTZ, "2025-07-01T12:00:00",
		    "!bad_datetime" },
		{ NULL, DATE BERLIN, VT_TIMESTAMPTZ, "2025-06-30T22:00:00",
		    "2025-07-01" },
		{ NULL, DATE BERLIN, VT_TIMESTAMPTZ, "2025-07-01T00:00:00",
		    "!bad_datetime" },
		{ NULL, DATE BERLIN, VT_TEXT, "2025-06-30T22:00Z",
		    "2025-07-01" },
		{ NULL, TZ BERLIN ", dst: reject", VT_TIMESTAMP,
		    "2025-10-26T02:30:00", "!bad_datetime" },
		{ NULL, TZ BERLIN ", dst: later", VT_TIMESTAMP,
		    "2025-10-26T02:30:00", "2025-10-26T01:30:00.000000Z" },
		{ NULL, TZ BERLIN ", dst: later", VT_TIMESTAMP,
		    "2025-03-30T02:30:00", "2025-03-30T01:30:00.000000Z" },
		{ NULL, TZ BERLIN, VT_TEXT, "2150-07-01T12:00",
		    "2150-07-01T10:00:00.000000Z" },
		{ NULL, TZ BERLIN, VT_TIMESTAMP, "infinity", "infinity" },
		{ NULL, DATE, VT_TIMESTAMP, "-infinity", "-infinity" },
		{ NULL, TS, VT_DATE, "infinity", "infinity" },
		{ NULL, TS, VT_DATE, "2025-01-15",
		    "2025-01-15T00:00:00.000000" },
		{ NULL, DATE, VT_TIMESTAMP, "2025-01-15T00:00:00",
		    "2025-01-15" },
		{ NULL, DATE, VT_TIMESTAMP, "2025-01-15T00:00:01",
		    "!bad_datetime" },
		{ NULL, "type: time", VT_TIMESTAMP, "2025-01-15T10:00:00",
		    "!bad_datetime" },
		{ NULL, TS, VT_TIME, "10:00:00", "!bad_datetime" },
		{ NULL, TZ, VT_TEXT, "+294276-12-31T00:00Z", "!out_of_range" },
		{ NULL, TZ, VT_TEXT, "+294246-12-31T00:00Z",
		    "+294246-12-31T00:00:00.000000Z" },
	};
	rig_rows(rows, ARRAY_LEN(rows));
	struct buf out = { 0 };
	rig_field("", TZ ", timezone: Mars/Olympus", VT_TEXT, "x", 0, &out);
	assert_non_null(strstr(buf_str(&out), "no time zone \"Mars/Olympus\""));
	buf_free(&out);
}

static void
zero_dates(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, DATE, VT_TEXT, "0000-00-00", "!bad_datetime" },
		{ NULL, TS ", zero_date: 'null'", VT_TEXT,
		    "0000-00-00 00:00:00", "NULL" },
		{ NULL, TS ", zero_date: 'null'", VT_TEXT,
		    "0000-00-00 00:00:00.000000", "NULL" },
		{ NULL, TZ BERLIN ", zero_date: 1970-01-01", VT_TEXT,
		    "0000/00/00", "1969-12-31T23:00:00.000000Z" },
		{ NULL, DATE ", zero_date: 'null'", VT_TEXT, "0000-00-01",
		    "!bad_datetime" },
		{ NULL, DATE ", zero_date: 'null'", VT_TEXT, "2025-00-00",
		    "!bad_datetime" },
		{ NULL, DATE ", zero_date: 'null'", VT_TEXT,
		    "0000-00-00 00:00:01", "!bad_datetime" },
		{ NULL, DATE ", zero_date: 'null', required: yes", VT_TEXT,
		    "0000-00-00", "!missing_required" },
		{ NULL, DATE ", zero_date: 'null', formats: [eu]", VT_TEXT,
		    "0000-00-00", "NULL" },
	};
	rig_rows(rows, ARRAY_LEN(rows));
}

static void
jalali(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, DATE ", calendar: jalali", VT_TEXT, "1404-9-7",
		    "2025-11-28" },
		{ NULL, TS ", calendar: jalali", VT_TEXT,
		    "1404/09/17 10:30:45.5", "2025-12-08T10:30:45.500000" },
		{ NULL, TZ ", calendar: jalali, timezone: Asia/Tehran", VT_TEXT,
		    "1404/09/17T10:30", "2025-12-08T07:00:00.000000Z" },
		{ NULL, TZ ", calendar: jalali", VT_TEXT,
		    "1404/09/17 10:30+03:30", "2025-12-08T07:00:00.000000Z" },
		{ NULL, DATE ", calendar: jalali, formats: ['%d/%m/%Y']",
		    VT_TEXT, "17/09/1404", "2025-12-08" },
		{ NULL, DATE ", calendar: jalali", VT_TEXT, "2025-12-08",
		    "!bad_datetime" },
		{ NULL, DATE ", calendar: jalali", VT_TEXT, "1404/13/01",
		    "!bad_datetime" },
		{ NULL, DATE ", calendar: jalali", VT_TEXT, "1404/07/31",
		    "!bad_datetime" },
		{ NULL, DATE ", calendar: jalali", VT_TEXT, "1501/01/01",
		    "!bad_datetime" },
		{ NULL, "type: time, calendar: jalali", VT_TEXT, "10:30",
		    "10:30:00.000000" },
		{ NULL, DATE ", calendar: jalali", VT_TIMESTAMP,
		    "2025-01-15T00:00:00", "2025-01-15" },
	};
	rig_rows(rows, ARRAY_LEN(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(bad_formats),
		cmocka_unit_test(zones),
		cmocka_unit_test(zero_dates),
		cmocka_unit_test(jalali),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
