#include "load/target.h"
#include "load/ddl.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct target_driver *
find_driver(enum driver kind)
{
	static const struct target_driver *const drivers[] = { &target_postgres,
		&target_sqlite, &target_null };
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (drivers[i]->kind == kind)
			return drivers[i];
	return NULL;
}

static int
claim(struct target_table *t, enum target_use use, struct err *e)
{
	if (use != TARGET_WRITE || !t->driver->claim)
		return 0;
	return t->driver->claim(t, e);
}

static int
open_target(struct target_table *t, struct err *e)
{
	const struct entity *en = t->entity;
	if (t->driver->tables) {
		const char *table = en->target.table;
		if (sql_table_parse(table ? table : "", &t->table, e) < 0)
			return -1;
	}
	if (t->driver->open(t, e) < 0 || claim(t, t->use, e) < 0 ||
	    t->driver->look(t, e) < 0)
		return -1;
	if (t->driver->tables && !t->exists && !en->target.create)
		return err_config(e, "no_table",
		    "table %s does not exist; create it, or let Syncline do it "
		    "with `create: true` under `target`",
		    en->target.table);
	return 0;
}

int
target_open(const struct entity *en, enum target_use use,
    const struct target_from *from, struct target_table **out, struct err *e)
{
	const struct connection *conn = en->target.conn;
	struct target_table *t = mem_zalloc(sizeof(*t));
	t->entity = en;
	t->use = use;
	t->from = from;
	t->driver = conn ? find_driver(conn->driver) : NULL;
	int r;
	if (t->driver)
		r = open_target(t, e);
	else
		r = err_config(e, "driver", "its driver cannot be written to");
	if (r < 0) {
		err_wrap(e, "entity %s: target connection %s", en->name,
		    en->target.connection);
		target_close(&t);
		return -1;
	}
	*out = t;
	return 0;
}

bool
target_still_good(
    struct target_table *t, const struct entity *en, enum target_use use)
{
	struct err ignored = { 0 };
	if (!t || t->entity != en || !t->driver->refresh ||
	    claim(t, use, &ignored) < 0 || !t->driver->refresh(t))
		return false;
	t->use = use;
	return true;
}

void
target_close(struct target_table **tp)
{
	struct target_table *t = *tp;
	if (!t)
		return;
	if (t->driver)
		t->driver->close(t);
	arena_free(&t->arena);
	free(t);
	*tp = NULL;
}

static int
create(struct target_table *t, const struct schema *shape, struct err *e)
{
	struct schema cols;
	struct arena a = { 0 };
	int r = ddl_columns(t->entity, shape, &a, &cols, e);
	if (r == 0)
		r = t->driver->create(t, &cols, e);
	arena_free(&a);
	if (r < 0)
		return err_wrap(e,
		    "entity %s: connection %s: creating table %s",
		    t->entity->name, t->entity->target.connection,
		    t->entity->target.table);
	return 0;
}

int
target_create(struct target_table *t, const struct schema *shape, struct err *e)
{
	bool empty = t->empty;
	if (create(t, shape, e) < 0 || t->driver->look(t, e) < 0)
		return -1;
	t->empty = t->empty && empty;
	return 0;
}

/* Softly deleted rows have left the state: nobody has to know them. A flag
 * may be kept in a column of any type. */
static void
put_alive(const struct target_table *t, struct buf *sql)
{
	const struct deletes *d = &t->entity->deletes;
	if (d->policy != DELETES_SOFT || !d->column ||
	    !schema_find(&t->schema, d->column))
		return;
	buf_puts(sql, " WHERE ");
	sql_ident(sql, d->column);
	buf_puts(sql, " IS NULL OR CAST(");
	sql_ident(sql, d->column);
	buf_puts(sql, " AS text) IN ('0', 'f', 'false')");
}

void
target_count_sql(const struct target_table *t, uint64_t most, struct buf *sql)
{
	buf_puts(sql, "SELECT count(*) FROM (SELECT 1 FROM ");
	sql_table_put(sql, &t->table);
	put_alive(t, sql);
	buf_printf(sql, " LIMIT %" PRIu64 ") AS alive", most);
}

int
target_could_create(
    struct target_table *t, const struct schema *shape, struct err *e)
{
	return create(t, shape, e);
}

bool
target_transient(const struct err *e)
{
	static const char *const codes[] = { "40001", "40P01", "55P03",
		"SQLITE_BUSY", "SQLITE_LOCKED" };
	if (e->cls != ERR_RETRY)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (strncmp(e->code, codes[i], strlen(codes[i])) == 0)
			return true;
	return false;
}

bool
target_orphan(const char *code)
{
	return strcmp(code, "23503") == 0 ||
	       strcmp(code, "SQLITE_CONSTRAINT_FOREIGNKEY") == 0;
}
