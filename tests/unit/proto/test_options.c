#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/options.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct common {
	const char *config;
	bool quiet, verbose;
};
struct own {
	int64_t rows;
	bool stdio, secret;
};

static const struct option_key common_keys[] = {
	OPTION_TEXT(struct common, config, "--config", 'c', "FILE",
	    "the pipeline file"),
	OPTION_FLAG(struct common, quiet, "--quiet", 'q', "say less"),
	OPTION_FLAG(struct common, verbose, "--verbose", 'v', "say more"),
	OPTION_END,
};
static const struct option_key own_keys[] = {
	OPTION_INT(struct own, rows, "--rows", 'r', 1, 100, "N",
	    "how many rows, told in a sentence that is too long for what is "
	    "left of one line"),
	OPTION_FLAG(struct own, secret, "--stdin", 0, ""),
	OPTION_FLAG(struct own, stdio, "--stdio", 0, "be a filter \\ .pipe"),
	OPTION_END,
};

enum { ARGS_MAX = 8 };

/* What came of it, in one line. */
static void
parse(const char *const *args, char out[256])
{
	char copies[ARGS_MAX][64];
	char *argv[ARGS_MAX + 1] = { 0 };
	int argc = 0, words = 0;
	for (; args[argc]; argc++) {
		snprintf(copies[argc], sizeof(copies[argc]), "%s", args[argc]);
		argv[argc] = copies[argc];
	}
	struct common c = { 0 };
	struct own o = { 0 };
	struct err e = { 0 };
	const struct option_set sets[] = { { common_keys, &c },
		{ own_keys, &o }, { NULL, NULL } };
	if (options_parse(argc, argv, sets, &words, &e) < 0) {
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_string_equal(e.code, "usage");
		snprintf(out, 256, "%.255s", e.msg);
		return;
	}
	int n = snprintf(out, 256,
	    "c=%s q=%d v=%d r=%d s=%d:", c.config ? c.config : "-", c.quiet,
	    c.verbose, (int)o.rows, o.stdio);
	for (int i = 0; i < words; i++)
		n += snprintf(out + n, 256 - (size_t)n, " %s", argv[i]);
}

static const struct {
	const char *label, *args[ARGS_MAX], *out;
} parse_rows[] = {
	{ "nothing", { "x" }, "c=- q=0 v=0 r=0 s=0:" },
	{ "letter, value apart", { "x", "-c", "f" }, "c=f q=0 v=0 r=0 s=0:" },
	{ "letter, value joined", { "x", "-cf" }, "c=f q=0 v=0 r=0 s=0:" },
	{ "name, value apart", { "x", "--config", "f" },
	    "c=f q=0 v=0 r=0 s=0:" },
	{ "name, value joined", { "x", "--config=f=g" },
	    "c=f=g q=0 v=0 r=0 s=0:" },
	{ "an empty value", { "x", "--config=" }, "c= q=0 v=0 r=0 s=0:" },
	{ "letters in a row", { "x", "-qvr7" }, "c=- q=1 v=1 r=7 s=0:" },
	{ "the last one wins", { "x", "-r1", "-r2" }, "c=- q=0 v=0 r=2 s=0:" },
	{ "words between", { "x", "run", "-q", "a", "--stdio", "b" },
	    "c=- q=1 v=0 r=0 s=1: run a b" },
	{ "-- ends options", { "x", "--", "-q", "--" },
	    "c=- q=0 v=0 r=0 s=0: -q --" },
	{ "- is a word", { "x", "-", "-q" }, "c=- q=1 v=0 r=0 s=0: -" },
	{ "a value that looks like an option", { "x", "-c", "-q" },
	    "c=-q q=0 v=0 r=0 s=0:" },
	{ "unknown, near", { "x", "--confg", "f" },
	    "unknown option --confg: did you mean --config?" },
	{ "unknown, far", { "x", "--whatever" },
	    "unknown option --whatever: see --help" },
	{ "no abbreviations", { "x", "--conf", "f" },
	    "unknown option --conf: did you mean --config?" },
	{ "hidden ones are not suggested", { "x", "--stdn" },
	    "unknown option --stdn: did you mean --stdio?" },
	{ "hidden ones are there", { "x", "--stdin" }, "c=- q=0 v=0 r=0 s=0:" },
	{ "unknown letter", { "x", "-qx" }, "unknown option -x: see --help" },
	{ "a value that is missing", { "x", "-q", "--config" },
	    "--config needs FILE" },
	{ "a flag with a value", { "x", "--quiet=yes" },
	    "--quiet takes no value" },
	{ "a number that is none", { "x", "-r", "1x" },
	    "--rows: expected a whole number from 1 to 100, found "
	    "\"1x\"" },
	{ "a number too small", { "x", "-r", "0" },
	    "--rows: expected a whole number from 1 to 100, found "
	    "\"0\"" },
	{ "a number too large", { "x", "-r", "99999999999999999999" },
	    "--rows: expected a whole number from 1 to 100, found "
	    "\"99999999999999999999\"" },
	{ "no number at all", { "x", "--rows=" },
	    "--rows: expected a whole number from 1 to 100, found "
	    "\"\"" },
};

static void
parse_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parse_rows); i++) {
		char out[256];
		parse(parse_rows[i].args, out);
		if (strcmp(out, parse_rows[i].out) != 0)
			fail_msg("%s: %s", parse_rows[i].label, out);
	}
}

static void
help(void **state)
{
	(void)state;
	struct buf out = { 0 };
	options_help(common_keys, &out);
	options_help(own_keys, &out);
	assert_string_equal(buf_str(&out),
	    "  -c, --config FILE           the pipeline file\n"
	    "  -q, --quiet                 say less\n"
	    "  -v, --verbose               say more\n"
	    "  -r, --rows N                how many rows, told in a sentence "
	    "that is too long\n"
	    "                              for what is left of one line\n"
	    "      --stdio                 be a filter \\ .pipe\n");
	buf_free(&out);
}

static void
mdoc(void **state)
{
	(void)state;
	struct buf out = { 0 };
	options_mdoc(common_keys, &out);
	options_mdoc(own_keys + 1, &out);
	assert_string_equal(buf_str(&out),
	    ".It Fl c , Fl -config Ar FILE\nthe pipeline file.\n"
	    ".It Fl q , Fl -quiet\nsay less.\n"
	    ".It Fl v , Fl -verbose\nsay more.\n"
	    ".It Fl -stdio\nbe a filter \\e .pipe.\n");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_table),
		cmocka_unit_test(help),
		cmocka_unit_test(mdoc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
