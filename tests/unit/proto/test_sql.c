/* Quoting for SQL, and table names as people configure them. */
#include "proto/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static void
quoting(void **state)
{
	static const struct {
		const char *text, *ident, *literal;
	} rows[] = {
		{ "a", "\"a\"", "'a'" },
		{ "Select", "\"Select\"", "'Select'" },
		{ "a\"b", "\"a\"\"b\"", "'a\"b'" },
		{ "it's", "\"it's\"", "'it''s'" },
		{ "\"; drop table x; --", "\"\"\"; drop table x; --\"",
		    "'\"; drop table x; --'" },
		{ "'; drop table x; --", "\"'; drop table x; --\"",
		    "'''; drop table x; --'" },
		{ "back\\slash", "\"back\\slash\"", "'back\\slash'" },
		{ "", "\"\"", "''" },
		{ "سفارش", "\"سفارش\"", "'سفارش'" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&out);
		sql_ident(&out, rows[i].text);
		assert_string_equal(buf_str(&out), rows[i].ident);
		buf_clear(&out);
		sql_literal(&out, span_of(rows[i].text));
		assert_string_equal(buf_str(&out), rows[i].literal);
	}
	buf_free(&out);
}

static void
table_names(void **state)
{
	static const struct {
		const char *text, *schema, *name, *sql;
	} rows[] = {
		{ "orders", "", "orders", "\"orders\"" },
		{ "Erp.Orders", "Erp", "Orders", "\"Erp\".\"Orders\"" },
		{ "order lines", "", "order lines", "\"order lines\"" },
		{ "\"a.b\"", "", "a.b", "\"a.b\"" },
		{ "s.\"a\"\"b\"", "s", "a\"b", "\"s\".\"a\"\"b\"" },
		{ "\"x.y\".\"select\"", "x.y", "select", "\"x.y\".\"select\"" },
		{ "\"\"\"\"", "", "\"", "\"\"\"\"" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sql_table t;
		struct err e = { 0 };
		if (sql_table_parse(rows[i].text, &t, &e) != 0)
			fail_msg("%s: %s", rows[i].text, e.msg);
		assert_string_equal(t.schema, rows[i].schema);
		assert_string_equal(t.name, rows[i].name);
		buf_clear(&out);
		sql_table_put(&out, &t);
		assert_string_equal(buf_str(&out), rows[i].sql);
	}
	buf_free(&out);
}

static void
false_table_names(void **state)
{
	static const char *const rows[] = { "", ".", "a.", ".a", "a.b.c", "\"a",
		"\"a\"b", "a\"b\"", "\"\"", "a..b", "\"a\".\"b\"x" };
	char longest[600];
	struct sql_table t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (sql_table_parse(rows[i], &t, &e) == 0)
			fail_msg("%s passed", rows[i]);
		assert_int_equal(e.cls, ERR_CONFIG);
	}
	memset(longest, 'x', sizeof(longest));
	longest[255] = '\0';
	assert_int_equal(sql_table_parse(longest, &t, &e), 0);
	assert_int_equal(strlen(t.name), 255);
	longest[255] = 'x';
	longest[256] = '\0';
	assert_int_equal(sql_table_parse(longest, &t, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoting),
		cmocka_unit_test(table_names),
		cmocka_unit_test(false_table_names),
	};
	return cmocka_run_group_tests_name("sql", tests, NULL, NULL);
}
