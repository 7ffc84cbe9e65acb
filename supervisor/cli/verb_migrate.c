#include "proto/store_migrate.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include <errno.h>
#include <stdlib.h>

/* The migration that made the table of the audit. */
enum { AUDIT_SINCE = 3 };

static const struct table_column columns[] = {
	{ "version", TABLE_NUMBER, 0 },
	{ "name", TABLE_TEXT, 0 },
	{ "state", TABLE_STATE, 0 },
	{ "applied", TABLE_TIME, 0 },
};

static const char *
state_of(const struct store_migration_status *m)
{
	if (m->unknown)
		return "unknown";
	if (!m->applied_at)
		return "pending";
	return m->changed ? "changed" : "applied";
}

static int
status(struct cli *c, struct err *e)
{
	struct arena a = { 0 };
	struct store_migration_status *found = NULL;
	size_t n = 0;
	struct table t;
	if (c->nwords)
		return cli_usage(e, "migrate", "status takes no more words");
	if (cli_load(c, e) < 0 || cli_store(c, STORE_INSPECT, e) < 0)
		return -1;
	table_init(&t, columns, ARRAY_LEN(columns));
	int rc = store_migrate_status(c->store, &a, &found, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		table_number(&t, found[i].version);
		table_text(&t, found[i].name);
		table_text(&t, state_of(&found[i]));
		table_time(&t, found[i].applied_at);
	}
	if (rc == 0)
		show_table(c, &t);
	table_free(&t);
	arena_free(&a);
	return rc;
}

/* The version that was asked for, or fallback. */
static int
wanted(struct cli *c, uint32_t fallback, uint32_t *to, struct err *e)
{
	*to = fallback;
	if (c->nwords == 0)
		return 0;
	char *end;
	errno = 0;
	const char *word = c->words[0];
	unsigned long v = strtoul(word, &end, 10);
	bool digits = word[0] >= '0' && word[0] <= '9';
	if (c->nwords > 1 || !digits || *end || errno ||
	    v > store_migrations_count)
		return err_config(e, "usage",
		    "migrate: expected a version from 0 to %zu, found \"%s\"",
		    store_migrations_count, word);
	*to = (uint32_t)v;
	return 0;
}

/* The entry is written where there is a table for it: before going down and
 * after coming up. */
static int
move(struct cli *c, uint32_t have, uint32_t to, struct err *e)
{
	struct buf detail = { 0 };
	buf_printf(&detail, "from version %u to %u", have, to);
	bool up = to > have;
	int rc = 0;
	if (!up && have >= AUDIT_SINCE)
		rc = cli_audit(c, "migrate", buf_str(&detail), e);
	if (rc == 0)
		rc = store_migrate(c->store, to, e);
	if (rc == 0 && up && to >= AUDIT_SINCE)
		rc = cli_audit(c, "migrate", buf_str(&detail), e);
	if (rc == 0)
		cli_say(c, "the control store went %s", buf_str(&detail));
	if (rc == 0 && have)
		cli_say(c, "a copy of the old one is %s/control.db.v%u.bak",
		    c->pipeline->store_dir, have);
	buf_free(&detail);
	return rc;
}

static int
open_store(struct cli *c, uint32_t *have, struct err *e)
{
	if (cli_load(c, e) < 0 || cli_store(c, STORE_MAINTAIN, e) < 0)
		return -1;
	return store_version(c->store, have, e);
}

static int
up(struct cli *c, struct err *e)
{
	uint32_t have, to;
	if (wanted(c, (uint32_t)store_migrations_count, &to, e) < 0 ||
	    open_store(c, &have, e) < 0)
		return -1;
	if (to > have)
		return move(c, have, to, e);
	if (have > store_migrations_count) /* which that says */
		return store_migrate(c->store, to, e);
	cli_say(c, "nothing to do: the control store is at version %u", have);
	return 0;
}

static int
down(struct cli *c, struct err *e)
{
	uint32_t have, to;
	if (open_store(c, &have, e) < 0 ||
	    wanted(c, have ? have - 1 : 0, &to, e) < 0)
		return -1;
	if (to < have)
		return move(c, have, to, e);
	cli_say(c, "nothing to do: the control store is at version %u", have);
	return 0;
}

static int
migrate(struct cli *c, struct err *e)
{
	static const struct verb_order orders[] = {
		{ "up", up },
		{ "down", down },
		{ "status", status },
		{ NULL, NULL },
	};
	return verb_dispatch(c, "migrate", orders, e);
}

const struct verb verb_migrate = {
	.name = "migrate",
	.args = "up [VERSION] | down [VERSION] | status",
	.summary = "move the control store between versions",
	.detail = "up brings the control store's schema to a version, by "
		  "default the newest, as 'syncline run' does by itself; down "
		  "takes it back, by default by one, before an older program "
		  "is installed. Both keep a copy of the store as it was. "
		  "status shows what was applied and when",
	.run = migrate,
};
