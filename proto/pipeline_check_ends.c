/* An entity's source and target against the connections they name. */
#include "proto/nearest.h"
#include "proto/pipeline_spec.h"
#include <stdbool.h>
#include <string.h>

static void
dangling(struct spec *sp, const struct node *n, const char *name)
{
	const struct pipeline_reading *r = sp->user;
	struct nearest near = { .name = name };
	for (size_t i = 0; spec_heard(sp) && i < r->p->nconnections; i++)
		if (r->p->connections[i].name)
			nearest_offer(&near, r->p->connections[i].name);
	if (near.best)
		spec_problem_key(sp, n, "connection",
		    "no connection is called \"%s\": did you mean \"%s\"?",
		    name, near.best);
	else
		spec_problem_key(sp, n, "connection",
		    "no connection is called \"%s\"", name);
}

static const struct connection *
resolve(struct spec *sp, const struct node *n, const char *name)
{
	const struct pipeline_reading *r = sp->user;
	for (size_t i = 0; name && i < r->p->nconnections; i++) {
		const struct connection *c = &r->p->connections[i];
		if (c->name && strcmp(c->name, name) == 0)
			return c;
	}
	if (name)
		dangling(sp, n, name);
	return NULL;
}

static void
refuse(
    struct spec *sp, const struct node *n, const char *key, enum driver driver)
{
	if (node_get(n, key))
		spec_problem_key(sp, n, key,
		    "means nothing to a connection of driver %s",
		    driver_name(driver));
}

/* Which keys of a source speak to which drivers. */
enum {
	PG = 1 << DRIVER_POSTGRES,
	LITE = 1 << DRIVER_SQLITE,
	CSV = 1 << DRIVER_CSV,
	NONE = 1 << DRIVER_NULL
};

static const struct {
	const char *key;
	unsigned drivers;
} source_use[] = {
	{ "table", PG | LITE },
	{ "where", PG | LITE },
	{ "query", PG | LITE },
	{ "split", PG | LITE },
	{ "probe", PG },
	{ "file", CSV },
	{ "delimiter", CSV },
	{ "quote", CSV },
	{ "header", CSV },
	{ "null_text", CSV },
	{ "rows", NONE },
	{ "chunk_rows", PG | LITE | CSV | NONE },
};

static void
check_database(struct spec *sp, const struct node *n, const struct source *s)
{
	bool table = node_get(n, "table"), query = node_get(n, "query");
	if (!table && !query)
		spec_problem_key(
		    sp, n, "table", "missing: the table to read, or a query");
	if (table && query)
		spec_problem_key(
		    sp, n, "query", "table and query: only one of them");
	if (query && node_get(n, "where"))
		spec_problem_key(sp, n, "where",
		    "only with table: put the condition into the query");
	if (s->split == SPLIT_CTID && s->conn->driver != DRIVER_POSTGRES)
		spec_problem_key(
		    sp, n, "split", "ctid is only for driver postgres");
	if (query && (s->split == SPLIT_CTID || s->split == SPLIT_KEY))
		spec_problem_key(sp, n, "split",
		    "only with table: a query is read in one piece");
}

static void
check_csv(struct spec *sp, const struct node *n, const struct source *s)
{
	if (!node_get(n, "file"))
		spec_problem_key(
		    sp, n, "file", "missing: the csv file to read");
	if (s->delimiter == s->quote)
		spec_problem_key(
		    sp, n, "delimiter", "the same character as quote");
	if (strchr("\r\n", s->delimiter) || strchr("\r\n", s->quote))
		spec_problem(sp, n, "delimiter and quote cannot be a line end");
}

static void
check_source(struct spec *sp, const struct node *n, struct source *s)
{
	s->conn = resolve(sp, n, s->connection);
	if (!s->conn)
		return;
	enum driver driver = s->conn->driver;
	for (size_t i = 0; i < ARRAY_LEN(source_use); i++)
		if (!(source_use[i].drivers & 1u << driver))
			refuse(sp, n, source_use[i].key, driver);
	switch (driver) {
	case DRIVER_POSTGRES:
	case DRIVER_SQLITE:
		check_database(sp, n, s);
		return;
	case DRIVER_CSV:
		check_csv(sp, n, s);
		return;
	case DRIVER_NULL:
		if (!node_get(n, "rows"))
			spec_problem_key(
			    sp, n, "rows", "missing: how many rows to make up");
		return;
	}
}

static void
check_target(struct spec *sp, const struct node *n, struct target *t)
{
	t->conn = resolve(sp, n, t->connection);
	if (!t->conn)
		return;
	if (t->conn->driver == DRIVER_CSV)
		spec_problem_key(sp, n, "connection",
		    "a connection of driver csv cannot be written to");
	else if (t->conn->driver != DRIVER_NULL && !node_get(n, "table"))
		spec_problem_key(sp, n, "table", "missing: the table to write");
}

void
pipeline_ends_check(struct spec *sp, const struct node *n, struct entity *en)
{
	const struct node *source = node_get(n, "source");
	const struct node *target = node_get(n, "target");
	if (source && source->kind == NODE_MAP) {
		size_t mark = spec_push(sp, "source", SIZE_MAX);
		check_source(sp, source, &en->source);
		spec_pop(sp, mark);
	}
	if (target && target->kind == NODE_MAP) {
		size_t mark = spec_push(sp, "target", SIZE_MAX);
		check_target(sp, target, &en->target);
		spec_pop(sp, mark);
	}
	if (en->source.conn && en->source.conn == en->target.conn &&
	    en->source.table && en->target.table &&
	    strcmp(en->source.table, en->target.table) == 0)
		spec_problem_key(sp, n, "target",
		    "writes the table it reads, \"%.60s\"", en->target.table);
}
