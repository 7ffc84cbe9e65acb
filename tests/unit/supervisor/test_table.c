#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/attr.h"
#include "supervisor/cli/plain.h"
#include "supervisor/cli/table.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct table_column columns[] = {
	{ "name", TABLE_TEXT, 0 },
	{ "rows", TABLE_NUMBER, 0 },
	{ "held", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "at", TABLE_TIME, 0 },
	{ "took", TABLE_SECONDS, 0 },
	{ "whole", TABLE_BOOL, TABLE_JSON_ONLY },
	{ "state", TABLE_STATE, 0 },
};

static void
fill(struct table *t, uint64_t held)
{
	table_init(t, columns, ARRAY_LEN(columns));
	table_text(t, "سفارش");
	table_number(t, 12345);
	table_number(t, held);
	table_time(t, INT64_C(1736937045000000));
	table_number(t, 3240);
	table_number(t, 1);
	table_text(t, "completed");
	table_text(t, "a\nb\x1b[31m\xff");
	table_number(t, 7);
	table_number(t, 0);
	table_time(t, 0);
	table_none(t);
	table_number(t, 0);
	table_text(t, NULL);
}

static void
rows_are_aligned(void **state)
{
	(void)state;
	struct table t;
	struct buf out = { 0 };
	fill(&t, 0);
	assert_int_equal(table_rows(&t), 2);
	table_print(&t, false, &out);
	/* Width counts characters, not bytes; what a terminal would obey is
	 * written out; the time is 2025-01-15T10:30:45Z. */
	assert_string_equal(buf_str(&out),
	    "name            rows  at                   took  state\n"
	    "سفارش          12345  2025-01-15 10:30:45   3.2  completed\n"
	    "a\\nb\\x1b[31m�      7  -                       -  -\n");
	buf_free(&out);
	table_free(&t);
}

static void
zeros_are_hidden_until_one_is_not(void **state)
{
	(void)state;
	struct table t;
	struct buf out = { 0 };
	fill(&t, 3);
	table_print(&t, false, &out);
	assert_non_null(strstr(buf_str(&out), "  held  "));
	buf_free(&out);
	table_free(&t);
}

static void
states_have_colors(void **state)
{
	(void)state;
	struct table t;
	struct buf out = { 0 };
	fill(&t, 0);
	table_print(&t, true, &out);
	assert_non_null(strstr(buf_str(&out), "\033[32mcompleted\033[0m\n"));
	buf_free(&out);
	table_free(&t);
}

static void
a_record_is_its_first_row(void **state)
{
	(void)state;
	struct table t;
	struct buf out = { 0 };
	fill(&t, 0);
	table_record(&t, false, &out);
	assert_string_equal(buf_str(&out), "name   سفارش\n"
					   "rows   12345\n"
					   "held   0\n"
					   "at     2025-01-15 10:30:45\n"
					   "took   3.2\n"
					   "whole  yes\n"
					   "state  completed\n");
	buf_free(&out);
	table_free(&t);
}

static void
json_has_every_column(void **state)
{
	(void)state;
	struct table t;
	fill(&t, 0);
	json_t *a = table_json(&t);
	char *text = json_dumps(a, JSON_COMPACT | JSON_REAL_PRECISION(6));
	assert_string_equal(text,
	    "[{\"name\":\"سفارش\",\"rows\":12345,\"held\":0,"
	    "\"at\":\"2025-01-15T10:30:45Z\",\"took\":3.24,\"whole\":true,"
	    "\"state\":\"completed\"},"
	    "{\"name\":\"a\\nb\\u001B[31m�\",\"rows\":7,\"held\":0,"
	    "\"at\":null,\"took\":null,\"whole\":false,\"state\":null}]");
	free(text);
	json_decref(a);
	table_free(&t);
}

static void
an_empty_table_is_an_empty_list(void **state)
{
	(void)state;
	struct table t;
	struct buf out = { 0 };
	table_init(&t, columns, ARRAY_LEN(columns));
	json_t *a = table_json(&t);
	assert_int_equal(json_array_size(a), 0);
	json_decref(a);
	table_record(&t, false, &out);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	table_free(&t);
}

static const struct {
	const char *label, *in, *text, *utf8;
	size_t width;
} texts[] = {
	{ "plain", "abc", "abc", "abc", 3 },
	{ "controls", "\x01\t\r\x7f", "\\x01\\t\\r\\x7f", "\x01\t\r\x7f", 4 },
	{ "C1", "\xc2\x9b", "\\u{9b}", "\xc2\x9b", 1 },
	{ "direction", "\xe2\x80\xae", "\\u{202e}", "\xe2\x80\xae", 1 },
	{ "overlong", "\xc0\xaf", "\\xc0\\xaf", "��", 2 },
	{ "surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", "���", 3 },
	{ "beyond", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "����", 4 },
	{ "cut short", "a\xe2\x82", "a\\xe2\\x82", "a��", 3 },
	{ "combining", "e\xcc\x81", "e\xcc\x81", "e\xcc\x81", 1 },
	{ "wide", "漢字", "漢字", "漢字", 4 },
};

static void
text_is_safe_to_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf text = { 0 }, utf8 = { 0 };
		const struct span in = { (const uint8_t *)texts[i].in,
			strlen(texts[i].in) };
		print_message("  %s\n", texts[i].label);
		plain_text(in, &text);
		plain_utf8(in, &utf8);
		assert_string_equal(buf_str(&text), texts[i].text);
		assert_string_equal(buf_str(&utf8), texts[i].utf8);
		assert_int_equal(plain_width(buf_str(&utf8)), texts[i].width);
		buf_free(&text);
		buf_free(&utf8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_aligned),
		cmocka_unit_test(zeros_are_hidden_until_one_is_not),
		cmocka_unit_test(states_have_colors),
		cmocka_unit_test(a_record_is_its_first_row),
		cmocka_unit_test(json_has_every_column),
		cmocka_unit_test(an_empty_table_is_an_empty_list),
		cmocka_unit_test(text_is_safe_to_show),
	};
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
