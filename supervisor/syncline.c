/*
 * syncline - the command line: make, check, run and look after a pipeline
 *
 * in the pipeline file, the control store    out data on stdout, talk on
 * stderr    state the control store, and what the stages keep
 * exits 0 1 2 3 4 6 7 8 (exit_code.h)
 */
#include "proto/file.h"
#include "proto/log.h"
#include "supervisor/cli/help.h"
#include "supervisor/cli/parse.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>

static void
print_help(const struct cli *c, const struct verb *v)
{
	struct buf out = { 0 };
	if (c->help_mdoc)
		help_mdoc(v, &out);
	else
		help_text(v, &out);
	fputs(buf_str(&out), stdout);
	buf_free(&out);
}

static int
dispatch(struct cli *c, const struct verb *v, struct err *e)
{
	if (c->help || c->help_mdoc) {
		print_help(c, v);
		return 0;
	}
	if (c->version)
		v = &verb_version;
	if (!v)
		return err_config(e, "usage", "say what to do");
	if (!v->args && c->nwords)
		return err_config(e, "usage", "%s: unexpected word \"%.60s\"",
		    v->name, c->words[0]);
	log_init(c->program, c->verbose ? LOG_LEVEL_DEBUG
			     : c->quiet ? LOG_LEVEL_ERROR
					: LOG_LEVEL_WARN);
	return v->run(c, e);
}

/* A full disk or a closed pipe must not pass for success. */
static int
flush_stdout(struct cli *c, struct err *e)
{
	cli_flush(c);
	errno = c->stdout_errno;
	return errno ? err_errno(e, "standard output") : 0;
}

int
main(int argc, char **argv)
{
	struct cli c = { .program = "syncline",
		.config = "syncline.yaml",
		.output = "table" };
	struct err e = { 0 };
	const struct verb *v = NULL;

	signal(SIGPIPE, SIG_IGN);
	log_init(c.program, LOG_LEVEL_WARN);
	int rc = file_hold_std(&e);
	if (rc == 0)
		rc = parse_line(argc, argv, &c, &v, &e);
	if (rc == 0)
		rc = dispatch(&c, v, &e);
	if (rc == 0)
		rc = flush_stdout(&c, &e);
	if (rc < 0 && !c.said)
		cli_complain(&c, &e);
	cli_close(&c);
	return rc < 0 ? cli_exit_code(&e) : c.code;
}
