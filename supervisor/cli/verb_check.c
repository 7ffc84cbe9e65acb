#include "proto/store.h"
#include "supervisor/checkrun.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include "supervisor/night.h"
#include "supervisor/order.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct table_column columns[] = {
	{ "entity", TABLE_TEXT, 0 },
	{ "stage", TABLE_TEXT, 0 },
	{ "code", TABLE_TEXT, 0 },
	{ "message", TABLE_TEXT, 0 },
};

/* As many problems as were found, one a line. */
static void
say_problems(const struct cli *c, const struct checkrun_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		cli_complain_about(c, r->v[i].entity->name, &r->v[i].error);
}

static void
show_problems(const struct cli *c, const struct checkrun_report *r)
{
	struct table t;
	table_init(&t, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < r->n; i++) {
		table_text(&t, r->v[i].entity->name);
		table_text(&t, proc_kind_name(r->v[i].stage));
		table_text(&t, r->v[i].error.code);
		table_text(&t, r->v[i].error.msg);
	}
	show_table(c, &t);
	table_free(&t);
}

static void
report(struct cli *c, const struct checkrun_report *r, size_t entities)
{
	if (c->json)
		show_problems(c, r);
	else
		say_problems(c, r);
	for (size_t i = 0; i < r->n; i++)
		c->code =
		    exit_code_worse(c->code, cli_exit_code(&r->v[i].error));
	if (r->n)
		cli_say(c, "%zu problem%s in %zu entit%s", r->n,
		    r->n == 1 ? "" : "s", entities,
		    entities == 1 ? "y" : "ies");
	else
		cli_say(c, "%zu entit%s checked, no problems%s", entities,
		    entities == 1 ? "y" : "ies",
		    c->code == EXIT_CLEAN ? "" : " but that");
}

static int
check_entities(struct cli *c, struct engine *en, struct err *e)
{
	size_t n = 0, i = 0;
	struct checkrun_report found = { 0 };
	const struct entity **order =
	    mem_zalloc((c->pipeline->nentities + 1) * sizeof(*order));
	int rc = order_entities(c->pipeline, cli_names(c), order, &n, e);
	for (; rc == 0 && i < n; i++)
		rc = checkrun_entity(en, order[i], &found, e);
	if (rc == 0 || found.n)
		report(c, &found, i);
	checkrun_free(&found);
	free(order);
	return rc;
}

/* The engine as a run has it, but with one worker a stage, and with a folder
 * of its own instead of the store: a run that is under way is not disturbed,
 * and nothing stays behind. */
static int
check_in(struct cli *c, const char *dir, struct err *e)
{
	struct engine en;
	struct pipeline p = *c->pipeline;
	p.store_dir = dir;
	p.workers_extract = p.workers_normalize = p.workers_identity = 1;
	p.workers_normalize_min = p.workers_load_min = 1;
	p.workers_delta = p.workers_resolver = p.workers_load = 1;
	int rc = engine_open(&en, &p, NULL, e);
	if (rc == 0)
		rc = check_entities(c, &en, e);
	engine_close(&en);
	if (rc < 0 && strcmp(e->code, "stopped") == 0) {
		c->code = EXIT_RESUMABLE;
		return 0;
	}
	return rc;
}

/* Where a run keeps what it knows, which check itself has no need of. */
static void
check_store(struct cli *c)
{
	struct err why = { 0 };
	if (store_writable(c->pipeline->store_dir, &why) == 0)
		return;
	cli_complain(c, &why);
	c->code = exit_code_worse(c->code, cli_exit_code(&why));
}

static int
check(struct cli *c, struct err *e)
{
	char dir[] = "/tmp/syncline-check-XXXXXX";
	if (cli_load(c, e) < 0)
		return -1;
	if (!mkdtemp(dir))
		return err_errno(e, "cannot make a folder %s", dir);
	check_store(c);
	int rc = check_in(c, dir, e);
	if (rmdir(dir) < 0 && rc == 0)
		return err_errno(e, "cannot remove %s", dir);
	return rc;
}

const struct verb verb_check = {
	.name = "check",
	.args = "[ENTITY ...]",
	.summary = "find what is wrong before a run does",
	.detail = "Reads the pipeline file and says everything that is wrong "
		  "with it; then asks sources and targets, through the stages "
		  "that a run uses, whether tables, columns, keys and types "
		  "are there and fit the mapping. Writes nothing",
	.run = check,
};
