/* The command line of every stage. */
#include "proto/limits.h"
#include "proto/stage_impl.h"
#include <stdio.h>

static const struct option_key common_keys[] = {
	OPTION_FLAG(struct stage_options, stdio, "--stdio", 0,
	    "work as a filter: batches on standard input and output"),
	OPTION_TEXT(struct stage_options, config, "--config", 'c', "FILE",
	    "the pipeline file, syncline.yaml(5)"),
	OPTION_TEXT(struct stage_options, entity, "--entity", 'e', "NAME",
	    "the entity; by default the one the stream names"),
	OPTION_TEXT(struct stage_options, base, "--base", 0, "DIR",
	    "where relative paths in the file start; default: its folder"),
	OPTION_TEXT(struct stage_options, called, "--called", 0, "NAME",
	    "what messages call the pipeline file; default: FILE"),
	OPTION_TEXT(struct stage_options, rejects, "--rejects", 0, "FILE",
	    "as a filter, append rejected rows to FILE as msgpack"),
	OPTION_INT(struct stage_options, run, "--run", 0, 1, INT64_MAX, "N",
	    "as a filter, the number of the run; default 1"),
	OPTION_TEXT(struct stage_options, control, "--control", 0, "ENDPOINT",
	    "as a service, where the supervisor listens"),
	OPTION_TEXT(struct stage_options, endpoint, "--endpoint", 0, "ENDPOINT",
	    "as a service, where to take batches"),
	OPTION_TEXT(struct stage_options, metrics, "--metrics", 0,
	    "ADDRESS:PORT", "as a service, where to answer GET /metrics"),
	OPTION_INT(struct stage_options, instance, "--instance", 0, 0,
	    LIMIT_WORKERS - 1, "N", "as a service, which worker this is"),
	OPTION_INT(struct stage_options, instances, "--instances", 0, 1,
	    LIMIT_WORKERS, "N", "as a service, how many there are of it"),
	OPTION_INT(struct stage_options, board, "--board", 0, 3, INT32_MAX,
	    "FD",
	    "as a service, the descriptor of the page for the supervisor"),
	OPTION_FLAG(
	    struct stage_options, verbose, "--verbose", 'v', "log every step"),
	OPTION_FLAG(struct stage_options, quiet, "--quiet", 'q',
	    "log only warnings and errors"),
	OPTION_FLAG(struct stage_options, version, "--version", 'V',
	    "print the version and exit"),
	OPTION_FLAG(struct stage_options, help, "--help", 'h',
	    "print this help and exit"),
	OPTION_END,
};
static const struct option_key hidden_keys[] = {
	OPTION_FLAG(struct stage_options, help_mdoc, "--help-mdoc", 0, ""),
	OPTION_END,
};

static void
put_help(const struct stage_def *def, struct buf *out)
{
	buf_printf(out,
	    "usage: syncline-%s --stdio -c FILE [options]\n\n%s\n\n", def->name,
	    def->summary);
	buf_puts(out, "options:\n");
	if (def->keys)
		options_help(def->keys, out);
	options_help(common_keys, out);
	buf_puts(out,
	    "\nexit status: 0 done, 64 usage, 71 internal error, 75 try again "
	    "later,\n78 configuration. Manual: ");
	buf_printf(out, "syncline-%s(1), syncline(1)\n", def->name);
}

int
stage_options_print(const struct stage *st)
{
	struct buf out = { 0 };
	if (st->opt.help) {
		put_help(st->def, &out);
	} else if (st->opt.version) {
		buf_printf(
		    &out, "syncline-%s %s\n", st->def->name, SYNCLINE_VERSION);
	} else if (st->opt.help_mdoc) {
		if (st->def->keys)
			options_mdoc(st->def->keys, &out);
		options_mdoc(common_keys, &out);
	} else {
		return 0;
	}
	fputs(buf_str(&out), stdout);
	buf_free(&out);
	return 1;
}

int
stage_options_parse(struct stage *st, int argc, char **argv, struct err *e)
{
	struct option_set sets[] = {
		{ common_keys, &st->opt },
		{ hidden_keys, &st->opt },
		{ st->def->keys, st->state },
		{ NULL, NULL },
	};
	int words = 0;
	if (options_parse(argc, argv, sets, &words, e) < 0)
		return -1;
	if (st->opt.help || st->opt.version || st->opt.help_mdoc)
		return 0;
	if (words)
		return err_config(
		    e, "usage", "unexpected word \"%s\"", argv[0]);
	if (!st->opt.config)
		return err_config(e, "usage", "-c FILE is needed");
	if (st->opt.stdio == (st->opt.control != NULL))
		return err_config(
		    e, "usage", "either --stdio or --control is needed");
	return 0;
}
