#include "supervisor/cli/parse.h"
#include "proto/arena.h"
#include "proto/nearest.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option_key parse_common_keys[] = {
	OPTION_TEXT(struct cli, config, "--config", 'c', "FILE",
	    "the pipeline file, syncline.yaml(5); default: syncline.yaml in "
	    "the current folder"),
	OPTION_TEXT(struct cli, output, "--output", 'o', "FORMAT",
	    "table or json; default: table"),
	OPTION_FLAG(struct cli, quiet, "--quiet", 'q',
	    "no talk on standard error but errors"),
	OPTION_FLAG(struct cli, verbose, "--verbose", 'v', "log every step"),
	OPTION_FLAG(struct cli, no_color, "--no-color", 0,
	    "no colours; $NO_COLOR does the same"),
	OPTION_FLAG(struct cli, help, "--help", 'h',
	    "print what there is to know about the verb and exit"),
	OPTION_FLAG(struct cli, version, "--version", 'V',
	    "print the version and exit"),
	OPTION_FLAG(struct cli, help_mdoc, "--help-mdoc", 0, ""),
	OPTION_END,
};

static const struct option_key *
find_letter(char letter)
{
	const struct option_key *k = parse_common_keys;
	while (k->name && k->letter != letter)
		k++;
	return k->name ? k : NULL;
}

/* True if the option's value is the next word. */
static bool
takes_next(const char *arg)
{
	if (arg[1] != '-') {
		for (const char *p = arg + 1; *p; p++) {
			const struct option_key *k = find_letter(*p);
			if (k && k->type != OPT_FLAG)
				return p[1] == '\0';
		}
		return false;
	}
	for (const struct option_key *k = parse_common_keys; k->name; k++)
		if (strcmp(k->name, arg) == 0)
			return k->type != OPT_FLAG;
	return false;
}

/* Where the verb stands in argv: the first word that is neither an option nor
 * an option's value. argc if there is none. */
static int
verb_at(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];
		if (strcmp(arg, "--") == 0)
			return argc;
		if (arg[0] != '-' || !arg[1])
			return i;
		if (takes_next(arg))
			i++;
	}
	return argc;
}

static int
unknown_verb(const char *name, struct err *e)
{
	struct nearest near = { .name = name };
	for (size_t i = 0; i < verb_count; i++)
		nearest_offer(&near, verb_table[i]->name);
	if (near.best)
		return err_config(e, "usage",
		    "unknown verb \"%.60s\": did you mean %s?", name,
		    near.best);
	return err_config(e, "usage",
	    "unknown verb \"%.60s\": 'syncline help' lists them", name);
}

static int
interpret(struct cli *c, struct err *e)
{
	const char *no_color = getenv("NO_COLOR");
	c->json = strcmp(c->output, "json") == 0;
	if (!c->json && strcmp(c->output, "table") != 0)
		return err_config(e, "usage",
		    "--output: expected table or json, found \"%.60s\"",
		    c->output);
	c->color = !c->json && !c->no_color && !(no_color && *no_color) &&
		   isatty(STDOUT_FILENO);
	return 0;
}

/* `help` alone is the list of verbs, `help VERB` is `VERB --help`. */
static bool
is_help(struct cli *c, int *argc, char **argv, int at)
{
	if (at >= *argc || strcmp(argv[at], "help") != 0)
		return false;
	c->help = true;
	memmove(&argv[at], &argv[at + 1],
	    (size_t)(*argc - at) * sizeof(*argv)); /* and the NULL */
	(*argc)--;
	return true;
}

int
parse_line(int argc, char **argv, struct cli *c, const struct verb **verb,
    struct err *e)
{
	int at = verb_at(argc, argv);
	if (is_help(c, &argc, argv, at))
		at = verb_at(argc, argv);
	*verb = NULL;
	if (at < argc) {
		*verb = verb_find(argv[at]);
		if (!*verb)
			return unknown_verb(argv[at], e);
		memmove(&argv[at], &argv[at + 1],
		    (size_t)(argc - at) * sizeof(*argv));
		argc--;
		c->opts = mem_zalloc((*verb)->opts_size + 1);
	}
	struct option_set sets[] = {
		{ parse_common_keys, c },
		{ *verb ? (*verb)->keys : NULL, c->opts },
		{ NULL, NULL },
	};
	if (options_parse(argc, argv, sets, &c->nwords, e) < 0)
		return -1;
	c->words = argv;
	return interpret(c, e);
}
