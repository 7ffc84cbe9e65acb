/* Expressions: what they see, what they may not, and that they end. */
#include "normalize/expr.h"
#include "tests/unit/normalize/rig.h"

static const struct rig_column source[] = {
	{ "b", VT_BOOL, "true", 0 },
	{ "i", VT_INT, "7", 0 },
	{ "d", VT_DECIMAL, "12.5", 0 },
	{ "long_d", VT_DECIMAL, "0.1234567890123456789", 0 },
	{ "f", VT_FLOAT, "1.5", 0 },
	{ "t", VT_TEXT, "caf\xc3\xa9", 0 },
	{ "x", VT_BYTES, "ab", 0 },
	{ "day", VT_DATE, "2025-01-15", 0 },
	{ "ts", VT_TIMESTAMPTZ, "2025-01-15T10:30:45.5", 0 },
	{ "n", VT_INT, NULL, 0 },
	{ "Case", VT_INT, "1", 0 },
	{ "case", VT_INT, "2", 0 },
	{ "select", VT_INT, "3", 0 },
	{ "a\"b", VT_INT, "4", 0 },
};

/* The entity's one field is the expression; the source as above. */
static void
evaluate(const char *expr, const char *type, struct buf *out)
{
	struct rig r;
	struct err e = { 0 };
	struct buf yaml = { 0 };
	buf_puts(&yaml, "    key: [v]\n    fields:\n      - to: v\n");
	buf_printf(&yaml, "        expr: |\n          %s\n", expr);
	if (type)
		buf_printf(&yaml, "        type: %s\n", type);
	size_t n = ARRAY_LEN(source);
	if (rig_open(&r, buf_str(&yaml), source, n, NULL, MODE_SYNC, &e) < 0) {
		buf_printf(out, "config: %s", e.msg);
	} else {
		struct batch *b = rig_batch(source, n, 1);
		struct mapping_result res;
		assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
		if (!res.nrejects)
			buf_printf(out, "%s ", value_type_name(b->cols->type));
		rig_show(b, &res, 0, out);
		batch_free(&b);
	}
	buf_free(&yaml);
	rig_close(&r);
}

static void
results(void **state)
{
	(void)state;
	static const struct {
		const char *expr, *type, *out;
	} rows[] = {
		{ "i + 1", NULL, "int v=8" },
		{ "i / 2.0", NULL, "float v=3.5" },
		{ "d * 2", NULL, "decimal v=25" },
		{ "d", NULL, "decimal v=12.5" },
		{ "long_d", NULL, "decimal v=0.1234567890123456789" },
		{ "long_d < 1", NULL, "decimal v=1" },
		{ "d > 9", "bool", "bool v=true" },
		{ "d > 100", "bool", "bool v=false" },
		{ "b AND i = 7", "bool", "bool v=true" },
		{ "f * 2", NULL, "float v=3" },
		{ "t || '/' || i", NULL, "text v=caf\xc3\xa9/7" },
		{ "upper('a') || length(t)", NULL, "text v=A4" },
		{ "x", NULL, "bytes v=ab" },
		{ "x || x", NULL, "text v=abab" },
		{ "day", NULL, "text v=2025-01-15" },
		{ "date(day, '+1 month')", "date", "date v=2025-02-15" },
		{ "strftime('%H:%M', ts)", NULL, "text v=10:30" },
		{ "ts", "timestamptz",
		    "timestamptz v=2025-01-15T10:30:45.500000Z" },
		{ "n", "int", "int v=NULL" },
		{ "coalesce(n, 3)", NULL, "int v=3" },
		{ "CASE WHEN i > 5 THEN 'big' ELSE 'small' END", NULL,
		    "text v=big" },
		{ "\"select\" + \"a\"\"b\"", NULL, "int v=7" },
		{ "i IN (7, 8)", NULL, "int v=1" },
		{ "'1,5'", "decimal", "!bad_number v (number)" },
		{ "'12.0'", "int", "int v=12" },
		{ "i -- a comment", NULL, "int v=7" },
		{ "(i) AND (i)", NULL, "int v=1" },
		{ "json_extract('{\"a\": 1}', '$.a')", NULL, "int v=1" },
		{ "json_extract(t, '$.a')", "text", "!bad_expr v (mapping)" },
		{ "abs(-9223372036854775807 - 1)", "int",
		    "!bad_expr v (mapping)" },
		/* the clock is found out when it is asked, at the latest */
		{ "coalesce(n, date('now'))", "text", "!bad_expr v (mapping)" },
		{ "zeroblob(100000000)", "bytes", "!bad_expr v (mapping)" },
		{ "9223372036854775807 + 1", "int",
		    "!out_of_range v (number)" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		evaluate(rows[i].expr, rows[i].type, &out);
		if (strcmp(buf_str(&out), rows[i].out) != 0)
			fail_msg("%s\n  gave \"%s\"\n  want \"%s\"",
			    rows[i].expr, buf_str(&out), rows[i].out);
		buf_free(&out);
	}
}

static void
forbidden(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"()",
		"i +",
		"i, d",
		"i) FROM row1 WHERE (0",
		"i), (d",
		"i) UNION SELECT (1",
		"1) LIMIT (0",
		"i; DROP TABLE x",
		"(SELECT 1)",
		"(SELECT i FROM row1)",
		"(SELECT name FROM sqlite_master)",
		"EXISTS (SELECT 1)",
		"i IN (SELECT 1)",
		("(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
		 "FROM c) SELECT count(*) FROM c)"),
		"(SELECT value FROM json_each('[1]'))",
		"count(*)",
		"sum(i)",
		"max(i) OVER ()",
		"row_number() OVER ()",
		"load_extension('x')",
		"random()",
		"hex(randomblob(4))",
		"readfile('/etc/passwd')",
		"CURRENT_TIMESTAMP",
		"date('now')",
		"strftime('%s')",
		"julianday('now', '-1 day')",
		"coalesce(i, date('now'))",
		"rowid",
		"nosuch",
		"\"nosuch\"",
		"nosuch(i)",
		"Case",
		"?1",
		":a",
		"@a",
		"RAISE(ABORT, 'x')",
		"t MATCH 'a'",
		"last_insert_rowid()",
		"ATTACH 'x' AS y",
		"PRAGMA user_version",
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };
		evaluate(rows[i], "text", &out);
		/* A function is only run when its branch is taken. */
		bool late = strcmp(rows[i], "coalesce(i, date('now'))") == 0;
		bool refused = strncmp(buf_str(&out), "config: ", 8) == 0;
		if (refused == late)
			fail_msg("%s gave %s", rows[i], buf_str(&out));
		buf_free(&out);
	}
}

static void
needs_a_type(void **state)
{
	(void)state;
	struct buf out = { 0 };
	evaluate("nullif(i, i)", NULL, &out);
	assert_non_null(strstr(buf_str(&out), "give the field a type"));
	buf_clear(&out);
	evaluate("nullif(i, i)", "int", &out);
	assert_string_equal(buf_str(&out), "int v=NULL");
	buf_free(&out);
}

/* The rows that fail are refused, their neighbours are not held back. */
struct seen {
	struct buf text;
};

static void
note(void *context, size_t row, const struct value *v, const char *why)
{
	struct seen *s = context;
	buf_printf(&s->text, "%zu:", row);
	if (why)
		buf_puts(&s->text, "!");
	else if (!v->null)
		value_text(v, &s->text);
	buf_puts(&s->text, " ");
}

static void
run(const char *text, const struct column *c, size_t nrows, const uint8_t *skip,
    struct buf *out)
{
	struct expr_db *db = NULL;
	struct expr *x = NULL;
	struct err e = { 0 };
	struct expr_column cols[] = { { "i", c->type } };
	const struct column *in[] = { c };
	struct seen s = { 0 };
	assert_int_equal(expr_db_open(&db, &e), 0);
	if (expr_new(db, text, cols, 1, &x, &e) < 0)
		fail_msg("%s", e.msg);
	struct expr_input input = { in, nrows, skip };
	for (int again = 0; again < 2; again++) {
		buf_clear(&s.text);
		expr_run(x, &input, note, &s);
	}
	buf_put(out, s.text.data, s.text.len);
	buf_free(&s.text);
	expr_free(&x);
	expr_db_close(&db);
}

static void
rows_fail_alone(void **state)
{
	(void)state;
	static const int64_t values[] = { 1, INT64_MIN, 3, INT64_MIN, INT64_MIN,
		6 };
	struct column c = { .type = VT_INT,
		.data = (const uint8_t *)values,
		.data_bytes = sizeof(values) };
	struct buf out = { 0 };
	run("abs(i)", &c, 6, NULL, &out);
	assert_string_equal(buf_str(&out), "0:1 1:! 2:3 3:! 4:! 5:6 ");
	buf_clear(&out);
	uint8_t skip = 0x0c | 0x20;
	run("abs(i)", &c, 6, &skip, &out);
	assert_string_equal(buf_str(&out), "0:1 1:! 4:! ");
	buf_clear(&out);
	run("abs(i)", &c, 0, NULL, &out);
	assert_string_equal(buf_str(&out), "");
	buf_clear(&out);
	/* a constant that fails does so for every row, once */
	run("abs(-9223372036854775807 - 1)", &c, 3, NULL, &out);
	assert_string_equal(buf_str(&out), "0:! 1:! 2:! ");
	buf_free(&out);
}

/* As many steps as a row may have, and more. */
static void
budget_ends_evaluation(void **state)
{
	(void)state;
	static const int64_t values[] = { 1, 2 };
	struct column c = { .type = VT_INT,
		.data = (const uint8_t *)values,
		.data_bytes = sizeof(values) };
	for (int terms = 10; terms <= 100; terms += 90) {
		struct buf text = { 0 }, out = { 0 };
		buf_puts(&text, "max(0");
		for (int i = 0; i < terms; i++) {
			buf_puts(&text, ",min(9");
			for (int k = 0; k < 120; k++)
				buf_puts(&text, ",i");
			buf_puts(&text, ")");
		}
		buf_puts(&text, ")");
		run(buf_str(&text), &c, 2, NULL, &out);
		assert_string_equal(
		    buf_str(&out), terms == 10 ? "0:1 1:2 " : "0:! 1:! ");
		buf_free(&text);
		buf_free(&out);
	}
}

/* Row after row, over more rows than any internal block. */
static void
many_rows(void **state)
{
	(void)state;
	enum { ROWS = 20000 };
	struct arena a = { 0 };
	struct column_builder b;
	struct column c = { 0 };
	column_builder_init(&b, &a, VT_INT, ROWS);
	for (int64_t i = 0; i < ROWS; i++)
		column_builder_fixed(&b, &i);
	column_builder_finish(&b, &c);
	struct buf out = { 0 }, want = { 0 };
	run("i * 3", &c, ROWS, NULL, &out);
	for (int i = 0; i < ROWS; i++)
		buf_printf(&want, "%d:%d ", i, i * 3);
	assert_string_equal(buf_str(&out), buf_str(&want));
	buf_free(&out);
	buf_free(&want);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(forbidden),
		cmocka_unit_test(needs_a_type),
		cmocka_unit_test(rows_fail_alone),
		cmocka_unit_test(budget_ends_evaluation),
		cmocka_unit_test(many_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
