#include "load/ddl.h"
#include "load/pg_session.h"
#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* The first value of the query's only row; "" if there is none. */
static int
query_text(
    struct pg_conn *c, const char *sql, char *out, size_t size, struct err *e)
{
	struct pg_result *r;
	if (db_pg_query(c, sql, &r, e) < 0)
		return -1;
	const char *v = PQntuples(r) ? PQgetvalue(r, 0, 0) : "";
	size_t n = strlen(v) < size ? strlen(v) : size - 1;
	memcpy(out, v, n);
	out[n] = '\0';
	db_pg_clear(&r);
	return 0;
}

/* What the name stands for: 'r', 'p', …, or "" for nothing. */
static int
find_kind(struct target_table *t, char kind[2], struct err *e)
{
	struct pg_session *pg = t->self;
	struct buf name = { 0 }, sql = { 0 };
	sql_table_put(&name, &t->table);
	buf_puts(&sql, "SELECT relkind FROM pg_catalog.pg_class "
		       "WHERE oid = pg_catalog.to_regclass(");
	sql_literal(&sql, buf_span(&name));
	buf_puts(&sql, ")");
	int r = query_text(pg->c, buf_str(&sql), kind, 2, e);
	buf_free(&name);
	buf_free(&sql);
	return r;
}

static int
find_rows(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	char answer[2] = "";
	struct buf sql = { 0 };
	buf_puts(&sql, "SELECT EXISTS (SELECT 1 FROM ");
	sql_table_put(&sql, &t->table);
	buf_puts(&sql, ")");
	int r = query_text(pg->c, buf_str(&sql), answer, sizeof(answer), e);
	buf_free(&sql);
	t->empty = answer[0] == 'f';
	return r;
}

int
pg_count(struct target_table *t, uint64_t most, uint64_t *rows, struct err *e)
{
	struct pg_session *pg = t->self;
	char answer[32] = "";
	struct buf sql = { 0 };
	target_count_sql(t, most, &sql);
	int r = query_text(pg->c, buf_str(&sql), answer, sizeof(answer), e);
	buf_free(&sql);
	*rows = strtoull(answer, NULL, 10);
	return r;
}

int
pg_look(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	char kind[2];
	db_pg_clear(&pg->catalog);
	pg->unique = -1;
	if (find_kind(t, kind, e) < 0)
		return -1;
	t->exists = kind[0] != '\0';
	t->empty = true;
	if (!t->exists)
		return 0;
	if (kind[0] != 'r' && kind[0] != 'p')
		return err_config(e, "not_a_table",
		    "%s is not a table but a view, foreign table or other "
		    "relation; name a table",
		    t->entity->target.table);
	if (db_pg_table_schema(pg->c, &t->table, &t->arena, &t->schema, e) < 0)
		return -1;
	return find_rows(t, e);
}

bool
pg_refresh(struct target_table *t)
{
	struct err ignored = { 0 };
	char kind[2];
	if (t->exists)
		return find_rows(t, &ignored) == 0;
	return find_kind(t, kind, &ignored) == 0 && !kind[0];
}

/*
 * A source's type name is not to be trusted with the statement: only a type
 * that this server has is used, as the server writes it. Another type in its
 * place would make every row of the next night another one.
 */
static int
resolve_type(struct pg_session *pg, struct schema_column *c, struct arena *a,
    struct err *e)
{
	char name[256];
	struct buf sql = { 0 };
	const char *asked = c->type_name;
	c->type_name = NULL;
	if (c->type != VT_OPAQUE || !asked)
		return 0;
	buf_puts(&sql,
	    "SELECT pg_catalog.format_type(oid, -1) FROM pg_catalog.pg_type "
	    "WHERE typtype <> 'p' AND oid = pg_catalog.to_regtype(");
	sql_literal(
	    &sql, (struct span){ (const uint8_t *)asked, strlen(asked) });
	buf_puts(&sql, ")");
	int r = query_text(pg->c, buf_str(&sql), name, sizeof(name), e);
	buf_free(&sql);
	if (r < 0 && e->cls == ERR_RETRY)
		return -1;
	err_clear(e); /* a name that does not even parse is no type either */
	if (r < 0 || !name[0])
		return err_config(e, "no_type",
		    "column \"%s\" is of type %s, which the target does not "
		    "have; create it there, or map the field with `type: text`",
		    c->name, asked);
	c->type_name = arena_strdup(a, name);
	return 0;
}

/* A check creates it, too: only the server knows what stands against it. */
static int
create_locked(struct target_table *t, const char *sql, struct err *e)
{
	struct pg_session *pg = t->self;
	struct err ignored = { 0 };
	struct buf all = { 0 };
	/* IF NOT EXISTS alone still collides when two workers run it. */
	buf_printf(&all,
	    "BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(7814250136); %s; "
	    "%s",
	    sql, t->use == TARGET_WRITE ? "COMMIT" : "ROLLBACK");
	int r = db_pg_exec(pg->c, buf_str(&all), e);
	buf_free(&all);
	if (r < 0)
		(void)!db_pg_exec(pg->c, "ROLLBACK", &ignored);
	return r;
}

int
pg_create(struct target_table *t, struct schema *cols, struct err *e)
{
	struct arena a = { 0 };
	struct buf sql = { 0 };
	int r = 0;
	for (size_t i = 0; i < cols->ncols && r == 0; i++)
		r = resolve_type(t->self, &cols->cols[i], &a, e);
	if (r == 0) {
		ddl_create(
		    DRIVER_POSTGRES, &t->table, cols, &t->entity->key, &sql);
		r = create_locked(t, buf_str(&sql), e);
	}
	buf_free(&sql);
	arena_free(&a);
	return r;
}
