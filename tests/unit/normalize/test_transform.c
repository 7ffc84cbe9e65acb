/* Layer 5: transforms, default, required, checks. */
#include "tests/unit/normalize/rig.h"

#define T(x) "transform: [" x "]"

static const struct rig_row transform_rows[] = {
	{ NULL, T("upper"), VT_TEXT,
	    "stra\xc3\x9f"
	    "e",
	    "STRASSE" },
	{ NULL, T("lower"), VT_TEXT, "\xc3\x80\xc3\x89X", "\xc3\xa0\xc3\xa9x" },
	{ NULL, T("title"), VT_TEXT, "hELLO w\xc3\xb6rld",
	    "Hello W\xc3\xb6rld" },
	{ NULL, T("capitalize"), VT_TEXT, "\xc3\xa9TUDE Two",
	    "\xc3\x89tude two" },
	{ NULL, T("capitalize"), VT_TEXT, "", "" },
	{ NULL, T("trim"), VT_TEXT, "\xc2\xa0 a b ", "a b" },
	{ NULL, T("strip_whitespace"), VT_TEXT,
	    " a\t b\xe3\x80\x80"
	    "c ",
	    "abc" },
	{ NULL, T("remove_special_chars"), VT_TEXT,
	    "A-1_\xe2\x82\xac \xda\xa9\xd9\x80\xd8\xa7\xd9\x8e #2\xc2\xb2",
	    "A1 \xda\xa9\xd9\x80\xd8\xa7\xd9\x8e 2" },
	{ NULL, T("'substring(0,3)'"), VT_TEXT, "\xc3\xa9t\xc3\xa9s",
	    "\xc3\xa9t\xc3\xa9" },
	{ NULL, T("'substring(2,9)'"), VT_TEXT, "abcd", "cd" },
	{ NULL, T("'substring(9,2)'"), VT_TEXT, "abcd", "" },
	{ NULL, T("'replace(a,bb)'"), VT_TEXT, "aXaa", "bbXbbbb" },
	{ NULL, T("{replace: [a, '']}"), VT_TEXT, "banana", "bnn" },
	{ NULL, T("'pad_left(5,0)'"), VT_TEXT, "42", "00042" },
	{ NULL, T("{pad_left: [3, \"\xd9\xa0\"]}"), VT_TEXT, "1",
	    "\xd9\xa0\xd9\xa0"
	    "1" },
	{ NULL, T("'pad_left(2,x)'"), VT_TEXT, "\xc3\xa9\xc3\xa9",
	    "\xc3\xa9\xc3\xa9" },
	{ NULL, T("nullif(x)"), VT_TEXT, "x", "NULL" },
	{ NULL, T("nullif(x)"), VT_TEXT, "X", "X" },
	{ NULL, T("{map: {a: one, b: two}}"), VT_TEXT, "b", "two" },
	{ NULL, T("{map: {a: one, b: two}}"), VT_TEXT, "c", "c" },
	{ NULL, T("'split(-,1)'"), VT_TEXT, "a-b-c", "b" },
	{ NULL, T("'split(-,2)'"), VT_TEXT, "a-b-", "" },
	{ NULL, T("'split(-,3)'"), VT_TEXT, "a-b-c", "NULL" },
	{ NULL, T("'split(::,0)'"), VT_TEXT, "", "" },
	{ NULL, T("trim, upper, 'substring(0,2)', 'pad_left(4,_)'"), VT_TEXT,
	    " abc ", "__AB" },
	{ NULL, T("nullif(x), upper"), VT_TEXT, "x", "NULL" },
	{ NULL, T("upper"), VT_TEXT, NULL, "NULL" },
	/* on other types: their text, read back */
	{ NULL, T("nullif(0.00)"), VT_DECIMAL, "0", "NULL" },
	{ NULL, T("nullif(0)") ", type: int", VT_TEXT, "0", "NULL" },
	{ NULL, T("{map: {yes: no}}") ", type: bool", VT_TEXT, "1", "false" },
	{ NULL, T("'replace(1,x)'") ", type: int", VT_TEXT, "12",
	    "!bad_number" },
	{ NULL, T("'substring(0,7)', 'replace(-01,-12)'") ", type: date",
	    VT_TEXT, "2025-01-15", "!bad_datetime" },
	{ NULL, T("'replace(-01-,-12-)'") ", type: date", VT_TEXT, "2025-01-15",
	    "2025-12-15" },
};

static void
transforms(void **state)
{
	(void)state;
	rig_rows(transform_rows, ARRAY_LEN(transform_rows));
}

static void
defaults(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, "default: x", VT_TEXT, NULL, "x" },
		{ NULL, "default: x", VT_TEXT, "", "" },
		{ NULL, "default: ''", VT_TEXT, NULL, "" },
		{ NULL, "default: 0, type: int", VT_TEXT, NULL, "0" },
		{ NULL, "default: false, type: bool", VT_TEXT, NULL, "false" },
		{ NULL, "default: 1.50, type: decimal", VT_TEXT, NULL, "1.5" },
		{ NULL, "default: 2025-01-15, type: date, formats: [eu]",
		    VT_TEXT, NULL, "2025-01-15" },
		{ "    normalize: clean\n", "default: x", VT_TEXT, "  ", "x" },
		{ NULL, "default: x, transform: [nullif(a)]", VT_TEXT, "a",
		    "x" },
		{ NULL, "default: x, required: yes", VT_TEXT, NULL, "x" },
		{ NULL, "required: yes", VT_TEXT, NULL, "!missing_required" },
		{ NULL, "required: yes", VT_TEXT, "", "" },
		/* a refused value does not become the default */
		{ NULL, "default: 7, type: int", VT_TEXT, "x", "!bad_number" },
	};
	rig_rows(rows, ARRAY_LEN(rows));
}

static void
checks(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, "min: 5, type: int", VT_INT, "5", "5" },
		{ NULL, "min: 5, type: int", VT_INT, "4", "!check_failed" },
		{ NULL, "max: 10, type: decimal", VT_DECIMAL, "9.99", "9.99" },
		{ NULL, "max: 10, type: decimal", VT_DECIMAL, "10.001",
		    "!check_failed" },
		{ NULL, "max: '1.0'", VT_FLOAT, "nan", "!check_failed" },
		{ NULL, "min: 2025-01-01, type: date", VT_TEXT, "2024-12-31",
		    "!check_failed" },
		{ NULL, "min: b", VT_TEXT, "abc", "!check_failed" },
		{ NULL, "min: b", VT_TEXT, "b", "b" },
		{ NULL, "min: 5", VT_INT, NULL, "NULL" },
		{ NULL, "in: [a, b]", VT_TEXT, "b", "b" },
		{ NULL, "in: [a, b]", VT_TEXT, "B", "!check_failed" },
		{ NULL, "in: ['1.0', 2], type: decimal", VT_TEXT, "1", "1" },
		{ NULL, "in: [1, 2], type: int", VT_TEXT, "3",
		    "!check_failed" },
		{ NULL, "max_length: 3", VT_TEXT, "\xc3\xa9\xc3\xa9\xc3\xa9",
		    "\xc3\xa9\xc3\xa9\xc3\xa9" },
		{ NULL, "max_length: 3", VT_TEXT, "abcd", "!too_long" },
		{ NULL, "max_length: 3", VT_BYTES, "abcd", "!too_long" },
		{ NULL, "pattern: '^[A-Z]{2}[0-9]+$'", VT_TEXT, "AB12",
		    "AB12" },
		{ NULL, "pattern: '^[A-Z]{2}[0-9]+$'", VT_TEXT, "AB12x",
		    "!check_failed" },
		{ NULL, "pattern: 'b+'", VT_TEXT, "abbc", "abbc" },
		{ NULL, "pattern: '^.{2}$'", VT_TEXT, "\xda\xa9\xd8\xa7",
		    "\xda\xa9\xd8\xa7" },
		{ NULL, "pattern: '^[\xda\xa9\xd8\xa7]$'", VT_TEXT, "\xda\xa9",
		    "\xda\xa9" },
		{ NULL, "pattern: '^$'", VT_TEXT, "", "" },
		{ NULL, "pattern: '^1', type: int", VT_INT, "12", "12" },
		{ NULL, "check: 'v > 5', type: int", VT_TEXT, "6", "6" },
		{ NULL, "check: 'v > 5', type: int", VT_TEXT, "5",
		    "!check_failed" },
		{ NULL, "check: 'value > 5', type: decimal", VT_TEXT, "5.01",
		    "5.01" },
		{ NULL, "check: 'v > 5'", VT_INT, NULL, "NULL" },
		{ NULL, "check: 'nullif(v, v)'", VT_INT, "1", "!check_failed" },
		{ NULL, "check: 'json_extract(v, 1)'", VT_TEXT, "x",
		    "!bad_expr" },
	};
	rig_rows(rows, ARRAY_LEN(rows));
}

static void
bad_settings(void **state)
{
	(void)state;
	static const struct {
		const char *keys, *said;
	} rows[] = {
		{ "pattern: '['", "pattern" },
		{ "pattern: '\\d+'", "a digit is [0-9]" },
		{ "type: int, min: x", "min: \"x\" is no int" },
		{ "type: int, default: 1.5", "default: \"1.5\" is no int" },
		{ "type: date, in: [2025-02-30]", "is no date" },
		{ "check: 'v >'", "check" },
		{ "check: 'nosuch > 1'", "no such column: nosuch" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		rig_field("", rows[i].keys, VT_TEXT, "x", 0, &out);
		if (strncmp(buf_str(&out),
			"config: p.yaml:10: entity \"e\": "
			"field \"v\": ",
			strlen("config: p.yaml:10: entity \"e\": "
			       "field \"v\": ")) != 0 ||
		    !strstr(buf_str(&out), rows[i].said))
			fail_msg("%s gave %s", rows[i].keys, buf_str(&out));
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transforms),
		cmocka_unit_test(defaults),
		cmocka_unit_test(checks),
		cmocka_unit_test(bad_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
