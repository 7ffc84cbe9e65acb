#include "supervisor/cli/cli.h"
#include "proto/store_entity.h"
#include "supervisor/actor.h"
#include "supervisor/cli/plain.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
cli_load(struct cli *c, struct err *e)
{
	struct problems problems = { 0 };
	if (access(c->config, F_OK) < 0 && errno == ENOENT)
		return err_config(e, "no_file",
		    "there is no pipeline file %s: 'syncline init' writes a "
		    "sample to start from, '-c FILE' names another one",
		    c->config);
	int rc = pipeline_load(c->config, NULL, &c->pipeline, &problems, e);
	if (rc < 0 && problems.count) {
		fputs(buf_str(&problems.text), stderr);
		c->said = true;
	}
	buf_free(&problems.text);
	return rc;
}

int
cli_store(struct cli *c, enum store_mode mode, struct err *e)
{
	return store_open(c->pipeline->store_dir, mode, &c->store, e);
}

int
cli_store_if_any(struct cli *c, struct err *e)
{
	if (cli_store(c, STORE_READ, e) == 0)
		return 1;
	if (strcmp(e->code, "no_store") != 0)
		return -1;
	cli_say(c, "nothing has run yet: there is no control store in %s",
	    c->pipeline->store_dir);
	err_clear(e);
	return 0;
}

void
cli_close(struct cli *c)
{
	store_close(&c->store);
	pipeline_free(&c->pipeline);
	free(c->opts);
	c->opts = NULL;
}

int
cli_audit(struct cli *c, const char *verb, const char *detail, struct err *e)
{
	char actor[ACTOR_BYTES];
	actor_name(getuid(), actor);
	const struct store_audit entry = {
		.actor = actor,
		.verb = verb,
		.detail = detail,
	};
	return store_audit_add(c->store, &entry, e);
}

void
cli_flush(struct cli *c)
{
	errno = 0;
	bool failed = fflush(stdout) != 0 || ferror(stdout);
	/* Of what failed at once, when much was printed, errno is gone. */
	if (failed && !c->stdout_errno)
		c->stdout_errno = errno ? errno : EIO;
}

/* Names and keys come from databases: a terminal must not obey them. */
static void
print_line(const struct buf *line)
{
	struct buf plain = { 0 };
	plain_text(buf_span(line), &plain);
	fprintf(stderr, "%s\n", buf_str(&plain));
	buf_free(&plain);
}

void
cli_say(const struct cli *c, const char *fmt, ...)
{
	struct buf line = { 0 };
	if (c->quiet)
		return;
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	print_line(&line);
	buf_free(&line);
}

static void
complain(const struct cli *c, const char *entity, const struct err *e)
{
	struct buf line = { 0 };
	buf_printf(&line, "%s: ", c->program);
	if (entity)
		buf_printf(&line, "entity %s: ", entity);
	buf_puts(&line, e->msg);
	print_line(&line);
	buf_free(&line);
}

void
cli_complain(const struct cli *c, const struct err *e)
{
	complain(c, NULL, e);
	if (strcmp(e->code, "usage") == 0)
		fprintf(stderr, "Try '%s --help'.\n", c->program);
}

void
cli_complain_about(const struct cli *c, const char *entity, const struct err *e)
{
	static const char word[] = "entity ";
	size_t n = strlen(entity);
	bool named = strncmp(e->msg, word, strlen(word)) == 0 &&
		     strncmp(e->msg + strlen(word), entity, n) == 0;
	complain(c, named ? NULL : entity, e);
}

int
cli_usage(struct err *e, const char *verb, const char *what)
{
	return err_config(
	    e, "usage", "%s: %s; see 'syncline %s --help'", verb, what, verb);
}

struct order_names
cli_names(const struct cli *c)
{
	return (struct order_names){ (const char *const *)c->words,
		(size_t)c->nwords };
}

int
cli_number(const char *text, const char *what, uint64_t *out, struct err *e)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	bool digits = text[0] >= '0' && text[0] <= '9';
	if (!digits || *end || errno || v == 0 || v > INT64_MAX)
		return err_config(e, "usage",
		    "expected the number of a %s, found \"%s\"", what, text);
	*out = v;
	return 0;
}

enum exit_code
cli_exit_code(const struct err *e)
{
	switch (e->cls) {
	case ERR_NONE:
		return EXIT_CLEAN;
	case ERR_RETRY:
		return strcmp(e->code, "already_running") == 0 ||
			       strcmp(e->code, "lease_lost") == 0
			   ? EXIT_RUNNING
			   : EXIT_UNREACHABLE;
	case ERR_CONFIG:
		return EXIT_CONFIG;
	case ERR_DATA:
	case ERR_BUG:
		break;
	}
	return EXIT_INTERNAL;
}
