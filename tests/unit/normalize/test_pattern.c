/* What a pattern would come to, before it is compiled. */
#include "normalize/pattern.h"
#include "tests/unit/normalize/rig.h"

static void
sizes(void **state)
{
	(void)state;
	static const struct {
		const char *pattern;
		uint32_t size;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "a{5}", 5 },
		{ "a{2,5}b", 6 },
		{ "a{2,}", 3 },
		{ "a{0}", 1 },
		{ "a{2}{3}", 6 },
		{ "(a{1,9}b){5}", 50 },
		{ "(ab|c){2}", 8 },
		{ "[abc]{4}", 4 },
		{ "[]a{9}]{2}", 2 },
		{ "[^]{9}]", 1 },
		{ "[[:alpha:]{9}]{3}", 3 },
		{ "\\{9}", 3 },
		{ "[0-9]{4}-[0-9]{2}-[0-9]{2}", 10 },
		{ "a)b{3}", 5 },
		{ "a{2999}", 2999 },
		{ "a{1,255}{1,255}{1,255}", PATTERN_SIZE_MAX + 1 },
		{ "((a{1,100}){1,100}){1,100}", PATTERN_SIZE_MAX + 1 },
		{ "a{99999999999999999999}", PATTERN_SIZE_MAX + 1 },
		/* not regular expressions: read, but not beyond the end */
		{ "(", 0 },
		{ "[", 1 },
		{ "[[:", 1 },
		{ "a{", 1 },
		{ "a{1", 2 },
		{ "\\", 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (pattern_size(rows[i].pattern) != rows[i].size)
			fail_msg("%s: %u, not %u", rows[i].pattern,
			    pattern_size(rows[i].pattern), rows[i].size);
}

static void
nesting(void **state)
{
	(void)state;
	static char deep[200001];
	memset(deep, '(', sizeof(deep) - 1);
	assert_int_equal(pattern_size(deep), PATTERN_SIZE_MAX + 1);
}

static void
is_refused(void **state)
{
	(void)state;
	static const struct rig_column source[] = { { "id", VT_INT, "1", 0 } };
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(rig_open(&r,
			     "    key: [id]\n    fields:\n"
			     "      - {to: id, from: id, "
			     "pattern: 'a{1,255}{1,255}{1,255}'}\n",
			     source, 1, NULL, MODE_SYNC, &e),
	    -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_non_null(strstr(e.msg, "repetitions"));
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sizes),
		cmocka_unit_test(nesting), cmocka_unit_test(is_refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
