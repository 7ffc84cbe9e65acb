#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/mdoc.h"
#include "supervisor/cli/help.h"
#include "supervisor/cli/parse.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

static const struct {
	const char *label;
	const char *argv[MOST];
	const char *verb;  /* NULL: none */
	const char *words; /* what is left, or the error */
	bool json, quiet, help;
	const char *config;
} calls[] = {
	{ "nothing", { NULL }, .verb = NULL, .words = "" },
	{ "a verb", { "run" }, .verb = "run", .words = "" },
	{ "words", { "run", "a", "b" }, .verb = "run", .words = "a b" },
	{ "options behind", { "run", "-q", "a", "-c", "f" }, .verb = "run",
	    .words = "a", .quiet = true, .config = "f" },
	{ "options in front", { "-c", "run", "-q", "status" }, .verb = "status",
	    .words = "", .quiet = true, .config = "run" },
	{ "value behind the letter", { "-crun", "status" }, .verb = "status",
	    .words = "", .config = "run" },
	{ "letters together", { "-qo", "json", "status" }, .verb = "status",
	    .words = "", .json = true, .quiet = true },
	{ "long with a value", { "--config", "run", "status" },
	    .verb = "status", .words = "", .config = "run" },
	{ "long with =", { "--config=x", "status" }, .verb = "status",
	    .words = "", .config = "x" },
	{ "a verb's own option", { "runs", "--limit", "3", "a" },
	    .verb = "runs", .words = "a" },
	{ "words after --", { "run", "--", "-q" }, .verb = "run",
	    .words = "-q" },
	{ "only options", { "--help" }, .verb = NULL, .words = "",
	    .help = true },
	{ "help", { "help" }, .verb = NULL, .words = "", .help = true },
	{ "help on a verb", { "help", "run" }, .verb = "run", .words = "",
	    .help = true },
	{ "unknown verb", { "rnu" }, .verb = NULL,
	    .words = "unknown verb \"rnu\": did you mean run?" },
	{ "nothing like a verb", { "xyzzyx" }, .verb = NULL,
	    .words = "unknown verb \"xyzzyx\": 'syncline help' lists them" },
	{ "another verb's option", { "status", "--limit", "3" },
	    .verb = "status", .words = "unknown option --limit: see --help" },
	{ "unknown format", { "status", "-o", "xml" }, .verb = "status",
	    .words = "--output: expected table or json, found \"xml\"" },
};

static void
one_call(size_t i)
{
	char copy[MOST][32] = { "syncline" };
	char *argv[MOST + 1] = { copy[0] };
	int argc = 1;
	struct cli c = { .config = "syncline.yaml", .output = "table" };
	const struct verb *v = NULL;
	struct err e = { 0 };
	struct buf words = { 0 };
	for (; calls[i].argv[argc - 1]; argc++) {
		strncat(copy[argc], calls[i].argv[argc - 1], 31);
		argv[argc] = copy[argc];
	}
	if (parse_line(argc, argv, &c, &v, &e) < 0)
		buf_puts(&words, e.msg);
	for (int k = 0; e.cls == ERR_NONE && k < c.nwords; k++)
		buf_printf(&words, "%s%s", k ? " " : "", c.words[k]);
	assert_string_equal(buf_str(&words), calls[i].words);
	if (calls[i].verb)
		assert_string_equal(v->name, calls[i].verb);
	else
		assert_null(v);
	if (e.cls == ERR_NONE) {
		assert_int_equal(c.json, calls[i].json);
		assert_int_equal(c.quiet, calls[i].quiet);
		assert_int_equal(c.help, calls[i].help);
		assert_string_equal(c.config,
		    calls[i].config ? calls[i].config : "syncline.yaml");
	}
	buf_free(&words);
	free(c.opts);
}

static void
lines_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		print_message("  %s\n", calls[i].label);
		one_call(i);
	}
}

static int
did_list(struct cli *c, struct err *e)
{
	(void)e;
	return c->nwords;
}

static int
did_drop(struct cli *c, struct err *e)
{
	(void)e;
	return c->nwords + 100;
}

static const struct {
	const char *words[3];
	int n, result;
	const char *message;
} orders[] = {
	{ { "list" }, 1, 0, "" },
	{ { "drop", "4", "5" }, 3, 102, "" },
	{ { "dorp" }, 1, -1,
	    "failed: unknown order \"dorp\": did you mean drop?" },
	{ { "everything" }, 1, -1,
	    "failed: unknown order \"everything\": it is one of list, drop" },
	{ { NULL }, 0, -1,
	    "failed: say what to do; see 'syncline failed --help'" },
};

static void
orders_are_found(void **state)
{
	(void)state;
	static const struct verb_order table[] = {
		{ "list", did_list },
		{ "drop", did_drop },
		{ NULL, NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		char copy[3][16] = { "" };
		char *words[3] = { copy[0], copy[1], copy[2] };
		struct cli c = { .words = words, .nwords = orders[i].n };
		struct err e = { 0 };
		for (int k = 0; k < orders[i].n; k++)
			strncat(copy[k], orders[i].words[k], 15);
		assert_int_equal(
		    verb_dispatch(&c, "failed", table, &e), orders[i].result);
		assert_string_equal(e.msg, orders[i].message);
	}
}

static void
every_verb_has_help(void **state)
{
	(void)state;
	struct buf all = { 0 }, mdoc = { 0 };
	help_text(NULL, &all);
	help_mdoc(NULL, &mdoc);
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *v = verb_table[i];
		struct buf one = { 0 }, page = { 0 };
		help_text(v, &one);
		mdoc_text(&page, v->detail);
		assert_non_null(strstr(buf_str(&all), v->summary));
		assert_non_null(strstr(buf_str(&mdoc), buf_str(&page)));
		assert_non_null(strstr(buf_str(&one), v->name));
		assert_non_null(strstr(buf_str(&one), "--config"));
		assert_ptr_equal(verb_find(v->name), v);
		buf_free(&one);
		buf_free(&page);
	}
	buf_free(&all);
	buf_free(&mdoc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_understood),
		cmocka_unit_test(orders_are_found),
		cmocka_unit_test(every_verb_has_help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
