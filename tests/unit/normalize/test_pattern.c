/* What a pattern would come to, before it is compiled; what it matches. */
#include "normalize/checks.h"
#include "normalize/pattern.h"
#include "tests/unit/normalize/rig.h"
#include <locale.h>
#include <regex.h>

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

/* As glibc has it in UTF-8, where ours may take a quicker way for ASCII. */
static bool
found(const char *pattern, const char *text)
{
	regex_t re;
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t old = uselocale(utf8);
	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	bool r = regexec(&re, text, 0, NULL, 0) == 0;
	uselocale(old);
	regfree(&re);
	freelocale(utf8);
	return r;
}

static size_t
below(uint64_t *seed, size_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1;
	return (size_t)((*seed >> 33) % n);
}

static void
random_line(uint64_t *seed, char out[16])
{
	static const char *const pieces[] = { "a", "Z", "m", "0", "9", "-", "_",
		".", " ", "\xc3\xa9", "\xda\xa9", "\n" };
	size_t kinds = below(seed, 4) ? 9 : ARRAY_LEN(pieces), at = 0;
	for (size_t n = below(seed, 7); n > 0; n--) {
		const char *p = pieces[below(seed, kinds)];
		memcpy(out + at, p, strlen(p));
		at += strlen(p);
	}
	out[at] = '\0';
}

static void
patterns_agree(void **state)
{
	(void)state;
	static const char *const patterns[] = { "^[A-Z][A-Za-z]+$",
		"^[a-z0-9]{1,3}-", "[^a-z]$", "^.{3}$", "a.?Z",
		"^[[:alpha:]]+$", "[[:upper:]][[:digit:]]", "\\w+-\\w", "\\bm",
		"^\\W*$", "(a|Z0)+9", "\xc3\xa9", "[\xc3\xa9\xda\xa9]a" };
	static const struct conversion own = { .to = VT_TEXT };
	uint64_t seed = 3;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct field f = { .to = "v", .pattern = patterns[i] };
		struct layer_work w = { 0 };
		struct checks *c = NULL;
		struct err e = { 0 };
		assert_int_equal(checks_new(&f, &own, &w, &c, &e), 0);
		for (int k = 0; k < 600; k++) {
			char text[16];
			random_line(&seed, text);
			struct value v = { .type = VT_TEXT,
				.s = rig_span(text) };
			bool ok = checks_apply(c, &v, &w) == VERDICT_OK;
			if (ok != found(patterns[i], text))
				fail_msg("%s: \"%s\"", patterns[i], text);
		}
		checks_free(&c);
		layer_work_free(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sizes),
		cmocka_unit_test(nesting), cmocka_unit_test(is_refused),
		cmocka_unit_test(patterns_agree) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
