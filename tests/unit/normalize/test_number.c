/* Layer 3: what is a number, and what it becomes. */
#include "normalize/layers.h"
#include "tests/unit/normalize/rig.h"

#define DEC   "type: decimal"
#define COMMA "type: decimal, decimal: ','"

static const struct rig_row accepted_rows[] = {
	{ NULL, DEC, VT_TEXT,
	    "\xe2\x88\x92"
	    "5",
	    "-5" },
	{ NULL, DEC, VT_TEXT, "5 -", "-5" },
	{ NULL, DEC, VT_TEXT, "- 5", "-5" },
	{ NULL, DEC, VT_TEXT, "5+", "5" },
	{ NULL, DEC, VT_TEXT, "($1,234.50)", "-1234.5" },
	{ NULL, DEC, VT_TEXT, "( 5 )", "-5" },
	{ NULL, DEC, VT_TEXT, "5 EUR-", "-5" },
	{ NULL, DEC, VT_TEXT, "EUR5", "5" },
	{ NULL, DEC, VT_TEXT,
	    "\xe2\x82\xba"
	    "1.5",
	    "1.5" },
	{ NULL, DEC, VT_TEXT, "\xef\xb7\xbc \xdb\xb5", "5" },
	{ NULL, DEC, VT_TEXT,
	    "1\xc2\xa0"
	    "234\xc2\xa0"
	    "567",
	    "1234567" },
	{ NULL, DEC, VT_TEXT, "12 EUR", "12" },
	{ NULL, DEC, VT_TEXT, "1,234e2", "123400" },
	{ NULL, DEC, VT_TEXT, "1E+2", "100" },
	{ NULL, DEC, VT_TEXT,
	    "\xc2\xa0"
	    "7\xe3\x80\x80",
	    "7" },
	{ NULL, DEC, VT_TEXT, "nan", "NaN" },
	{ NULL, DEC, VT_TEXT, "-Infinity", "-Infinity" },
	{ NULL, COMMA, VT_TEXT, "1.234.567,8", "1234567.8" },
	{ NULL, COMMA, VT_TEXT, "1 234,5", "1234.5" },
	{ NULL, COMMA, VT_TEXT,
	    "12\xd9\xab"
	    "5",
	    "12.5" },
	{ NULL, COMMA, VT_TEXT, "12", "12" },
	{ NULL, DEC ", percent: ratio", VT_TEXT, "12.5 %", "0.125" },
	{ NULL, DEC ", percent: ratio", VT_TEXT, "\xdb\xb5\xd9\xaa", "0.05" },
	{ NULL, DEC ", percent: number", VT_TEXT, "-50%", "-50" },
	{ NULL, DEC ", percent: ratio", VT_TEXT, "50", "50" },
	{ NULL, "type: int", VT_TEXT, " 1,000 ", "1000" },
	{ NULL, "type: int", VT_TEXT, "1e3", "1000" },
	{ NULL, "type: float", VT_TEXT, "0.1", "0.1" },
	{ NULL, "type: float", VT_TEXT, "0.1000000000000000055511", "0.1" },
};

static void
accepted(void **state)
{
	(void)state;
	rig_rows(accepted_rows, ARRAY_LEN(accepted_rows));
}

static void
refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "1,5", "1,2345", "1234,567",
		"0,123", "001,234", "1,234,56", "1,234 567", "1 23", "1,234,",
		",123", "1.2,345", "1..2", ".", "-", "+-5", "-5-", "(5)-",
		"-(5)", "((5))", "5)", "$5$", "$5 EUR", "EURO 5", "eur 5",
		"12 kg", "5 5", "1e", "1e+", "1e2.5", "e5", "0x1F", "1_000",
		"%", "50%%", "\xc2\xbd", "\xe0\xa5\xa7",
		("1\xe2\x80\xaf"
		 "234"),
		"tru", "--", "$", "NaN5", "+nan", "12\n34" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf out = { 0 };
		rig_field("", DEC, VT_TEXT, texts[i], 0, &out);
		if (strcmp(buf_str(&out), "!bad_number") != 0)
			fail_msg("\"%s\" gave %s", texts[i], buf_str(&out));
		buf_free(&out);
	}
}

static void
sizes(void **state)
{
	(void)state;
	static const struct rig_row rows[] = {
		{ NULL, DEC ", precision: 5, scale: 2", VT_TEXT, "999.994",
		    "999.99" },
		{ NULL, DEC ", precision: 5, scale: 2", VT_TEXT, "-1000",
		    "!out_of_range" },
		{ NULL, DEC ", precision: 5", VT_TEXT, "12345.678",
		    "12345.678" },
		{ NULL, DEC ", precision: 5", VT_TEXT, "123456",
		    "!out_of_range" },
		{ NULL, DEC ", scale: 0", VT_TEXT, "0.5", "1" },
		{ NULL, DEC ", scale: 0, round: half_even", VT_TEXT, "0.5",
		    "0" },
		{ NULL, DEC ", scale: 2", VT_DECIMAL, "1.005", "1.01" },
		{ NULL, DEC ", scale: 2", VT_FLOAT, "1.255", "1.26" },
		{ NULL, DEC ", precision: 2, scale: 0", VT_INT, "100",
		    "!out_of_range" },
		{ NULL, "type: int, scale: 0", VT_TEXT, "12.5", "13" },
		{ NULL, "type: int, precision: 3", VT_INT, "1000",
		    "!out_of_range" },
		{ NULL, "type: float, scale: 1", VT_FLOAT, "1.25", "1.3" },
		{ NULL, "type: int", VT_TEXT, "NaN", "!bad_number" },
		{ NULL, "type: int", VT_TEXT, "1e30", "!out_of_range" },
		{ NULL, "type: float", VT_TEXT, "-1e400", "!out_of_range" },
		{ NULL, "type: float", VT_TEXT, "1e-400", "!out_of_range" },
		{ NULL, "type: float", VT_TEXT, "inf", "Infinity" },
		{ NULL, DEC, VT_TEXT, "1e147455", "!long" },
		{ NULL, DEC, VT_TEXT, "1e147456", "!out_of_range" },
	};
	rig_rows(rows, ARRAY_LEN(rows) - 2);
	rig_rows(rows + ARRAY_LEN(rows) - 1, 1);
	struct buf out = { 0 };
	rig_field("", DEC, VT_TEXT, "1e147455", 0, &out);
	assert_int_equal(out.len, 147456);
	buf_free(&out);
}

/* Integers dressed in every way come back as themselves. */
static void
round_trip(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	struct rig_column col = { "v", VT_TEXT, "", 0 };
	assert_int_equal(rig_open(&r,
			     "    key: [v]\n    fields:\n"
			     "      - {to: v, from: v, type: int}\n",
			     &col, 1, NULL, MODE_SYNC, &e),
	    0);
	uint64_t seed = 3;
	for (int i = 0; i < 5000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		int64_t v = (int64_t)(seed >> (seed % 60));
		char plain[32], dressed[64];
		int n = snprintf(plain, sizeof(plain), "%" PRId64, v);
		int at = 0;
		for (int k = 0; k < n; k++) {
			dressed[at++] = plain[k];
			if ((n - 1 - k) % 3 == 0 && k < n - 1 &&
			    plain[k] != '-')
				dressed[at++] = ',';
		}
		snprintf(dressed + at, sizeof(dressed) - (size_t)at, " EUR ");
		col.text = dressed;
		struct batch *b = rig_batch(&col, 1, 1);
		struct mapping_result res;
		assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
		if (res.nrejects)
			fail_msg("%s: %s", dressed, res.rejects[0].text);
		assert_int_equal(column_i64(&b->cols[0], 0), v);
		batch_free(&b);
	}
	rig_close(&r);
}

/* Short cuts are for what has no blanks: with one, a number is read with all
 * that may be around its digits. */
static void
read_both_ways(void **state)
{
	(void)state;
	static const char *const pieces[] = { "0", "7", "9", "00", "+", "-",
		".", "\xdb\xb0", "\xdb\xb5", "\xdb\xb9", "\xd9\xa0", "\xd9\xa9",
		"\xd9\xab", "\xd9\xac", ",", "e", "\xdb\xba", "\xd9" };
	static const struct number_options o = {
		.decimal = '.', .precision = -1, .scale = -1
	};
	struct layer_work w = { 0 }, w2 = { 0 };
	struct buf in = { 0 };
	uint64_t seed = 9;
	size_t good = 0;
	for (int i = 0; i < 100000; i++) {
		struct span a, b;
		buf_clear(&in);
		for (size_t n = 1 + (size_t)i % 8; n > 0; n--) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			size_t kinds = i % 3 ? 12 : ARRAY_LEN(pieces);
			buf_puts(&in, pieces[(seed >> 33) % kinds]);
		}
		enum verdict v = layer_number(&o, buf_span(&in), &a, &w);
		buf_putc(&in, ' ');
		assert_int_equal(layer_number(&o, buf_span(&in), &b, &w2), v);
		if (v != VERDICT_OK)
			continue;
		good++;
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
	}
	assert_true(good > 20000);
	buf_free(&in);
	layer_work_free(&w);
	layer_work_free(&w2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
		cmocka_unit_test(sizes),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(read_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
