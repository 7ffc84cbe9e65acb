/*
 * SQLite: one prepared statement per row inside one transaction. A statement
 * that fails undoes only itself, so a refused row is known at once and its
 * neighbours stay; only a foreign key judged at the end has to be searched
 * for.
 */
#include "load/ddl.h"
#include "load/sqlite_bind.h"
#include "load/sqlite_sql.h"
#include "load/target.h"
#include "proto/db_sqlite.h"
#include "proto/log.h"
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session {
	struct sqlite3 *db; /* NULL: there is no file, and none may be made */
	bool careful;
	struct {
		struct sqlite3_stmt *st;
		struct sqlite_slot *slots; /* by plan column; owned */
		size_t n;
	} plans[PLAN_KINDS];
};

/* Could a file be made there? */
static int
check_folder(const char *path, struct err *e)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	if (n >= sizeof(folder))
		return err_config(e, "path", "path %s is too long", path);
	memcpy(folder, n ? path : ".", n ? n : 1);
	folder[n ? n : 1] = '\0';
	if (access(folder, W_OK | X_OK) == 0)
		return 0;
	return err_config(e, "folder",
	    "SQLite file %s cannot be made: %s; its folder must exist and be "
	    "writable by this user",
	    path, strerror(errno));
}

static int
lite_open(struct target_table *t, struct err *e)
{
	const struct connection *conn = t->entity->target.conn;
	struct session *s = mem_zalloc(sizeof(*s));
	t->self = s;
	if ((t->use != TARGET_WRITE || !t->entity->target.create) &&
	    conn->path && access(conn->path, F_OK) < 0 && errno == ENOENT)
		return check_folder(conn->path, e);
	if (db_sqlite_open(conn, t->use != TARGET_LOOK, &s->db, e) < 0)
		return -1;
	/* What the target declares holds here as it does elsewhere. */
	return db_sqlite_exec(s->db, "PRAGMA foreign_keys = ON", e);
}

/* Runs sql, whose parameters are the table's name and schema; 1 and what it
 * says first, or 0. */
static int
ask(struct target_table *t, const char *sql, char *out, size_t size,
    struct err *e)
{
	struct session *s = t->self;
	struct sqlite3_stmt *st;
	const char *schema = t->table.schema[0] ? t->table.schema : "main";
	if (db_sqlite_prepare(s->db, sql, &st, e) < 0)
		return -1;
	if (sqlite3_bind_parameter_count(st) == 2) {
		sqlite3_bind_text(st, 1, t->table.name, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, schema, -1, SQLITE_STATIC);
	}
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		sqlite3_snprintf((int)size, out, "%s",
		    (const char *)sqlite3_column_text(st, 0));
	else if (rc != SQLITE_DONE)
		db_sqlite_error(s->db, e);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int
look_inside(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	struct buf sql = { 0 };
	char any[8];
	if (db_sqlite_table_schema(s->db, &t->table, &t->arena, &t->schema, e) <
	    0)
		return -1;
	buf_puts(&sql, "SELECT 1 FROM ");
	sql_table_put(&sql, &t->table);
	buf_puts(&sql, " LIMIT 1");
	int r = ask(t, buf_str(&sql), any, sizeof(any), e);
	buf_free(&sql);
	t->empty = r == 0;
	return r < 0 ? -1 : 0;
}

static int
lite_count(struct target_table *t, uint64_t most, uint64_t *rows, struct err *e)
{
	char answer[32] = "";
	struct buf sql = { 0 };
	target_count_sql(t, most, &sql);
	int r = ask(t, buf_str(&sql), answer, sizeof(answer), e);
	buf_free(&sql);
	*rows = strtoull(answer, NULL, 10);
	return r < 0 ? -1 : 0;
}

static int
lite_look(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	char type[16] = "";
	t->exists = false;
	t->empty = true;
	if (!s->db)
		return 0;
	int r = ask(t,
	    "SELECT type FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE "
	    "AND schema = ?2 COLLATE NOCASE",
	    type, sizeof(type), e);
	if (r <= 0)
		return r;
	if (sqlite3_stricmp(type, "table") != 0)
		return err_config(e, "not_a_table",
		    "%s is not a table but a %s; name a table",
		    t->entity->target.table, type);
	t->exists = true;
	return look_inside(t, e);
}

/* The statement, where it leaves nothing behind. */
static int
try_elsewhere(const char *sql, struct err *e)
{
	struct sqlite3 *db = NULL;
	int r = sqlite3_open(":memory:", &db) == SQLITE_OK
		    ? db_sqlite_exec(db, sql, e)
		    : db_sqlite_error(db, e);
	db_sqlite_close(&db);
	return r;
}

static int
lite_create(struct target_table *t, struct schema *cols, struct err *e)
{
	struct session *s = t->self;
	struct buf sql = { 0 };
	ddl_create(DRIVER_SQLITE, &t->table, cols, &t->entity->key, &sql);
	int r = t->use == TARGET_WRITE ? db_sqlite_exec(s->db, buf_str(&sql), e)
				       : try_elsewhere(buf_str(&sql), e);
	buf_free(&sql);
	return r;
}

static int
lite_unique(
    struct target_table *t, const char *const *cols, size_t n, struct err *e)
{
	struct session *s = t->self;
	return db_sqlite_has_unique(s->db, &t->table, cols, n, e);
}

static void
forget_plan(struct session *s, enum plan_kind kind)
{
	sqlite3_finalize(s->plans[kind].st);
	for (size_t i = 0; i < s->plans[kind].n; i++)
		buf_free(&s->plans[kind].slots[i].text);
	free(s->plans[kind].slots);
	s->plans[kind].st = NULL;
	s->plans[kind].slots = NULL;
	s->plans[kind].n = 0;
}

static int
lite_prepare(struct target_table *t, const struct plan *p, struct err *e)
{
	struct session *s = t->self;
	struct buf sql = { 0 };
	forget_plan(s, p->kind);
	struct sqlite_slot *slots = mem_zalloc((p->n + 1) * sizeof(*slots));
	s->plans[p->kind].slots = slots;
	s->plans[p->kind].n = p->n;
	for (size_t i = 0; i < p->n; i++) {
		slots[i].as = sqlite_bind_choose(&p->cols[i]);
		if (p->kind == PLAN_UPSERT && sqlite_bind_rounds(&p->cols[i]))
			log_warn("target column rounds to about 15 digits; "
				 "declared DECIMAL TEXT it would keep them all",
			    "entity", t->entity->name, "column",
			    p->cols[i].name, NULL);
	}
	sqlite_sql_row(p, &t->table, &t->entity->key, &sql);
	int r =
	    db_sqlite_prepare(s->db, buf_str(&sql), &s->plans[p->kind].st, e);
	buf_free(&sql);
	if (r < 0)
		return err_wrap(e, "entity %s: connection %s: table %s",
		    t->entity->name, t->entity->target.connection,
		    t->entity->target.table);
	return 0;
}

static int
lite_begin(struct target_table *t, bool careful, struct err *e)
{
	struct session *s = t->self;
	s->careful = careful;
	return db_sqlite_exec(s->db, "BEGIN IMMEDIATE", e);
}

static int
run_row(struct session *s, const struct slice *sl, uint32_t row, struct err *e)
{
	struct sqlite3_stmt *st = s->plans[sl->plan->kind].st;
	struct sqlite_slot *slots = s->plans[sl->plan->kind].slots;
	int rc = SQLITE_OK;
	for (size_t i = 0; i < sl->plan->n && rc == SQLITE_OK; i++)
		rc = sqlite_bind_value(st, (int)i + 1, &slots[i],
		    &sl->in[i].col, input_row(&sl->in[i], row));
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_DONE)
		db_sqlite_error(s->db, e);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
lite_put(struct target_table *t, const struct slice *sl, struct err *e)
{
	struct session *s = t->self;
	for (size_t i = 0; i < sl->n; i++) {
		uint32_t row = slice_row(sl, i);
		if (run_row(s, sl, row, e) == 0)
			continue;
		if (e->cls != ERR_DATA)
			return -1;
		/* A trigger can raise ROLLBACK; everything before is gone. */
		bool lost = sqlite3_get_autocommit(s->db);
		sl->refuse(sl->ctx, row, e, lost);
		if (lost)
			return err_retry(e, TARGET_LOST,
			    "a trigger rolled the transaction back");
		err_clear(e);
	}
	return 0;
}

static int
lite_settle(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	int open = 0, high = 0;
	if (!s->careful)
		return 0;
	sqlite3_db_status(s->db, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &high, 0);
	if (open)
		return err_data(e, "SQLITE_CONSTRAINT_FOREIGNKEY",
		    "FOREIGN KEY constraint failed");
	return 0;
}

static int
lite_save(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	return db_sqlite_exec(s->db, "SAVEPOINT syncline", e);
}

static int
lite_release(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	return db_sqlite_exec(s->db, "RELEASE syncline", e);
}

static int
lite_undo(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	return db_sqlite_exec(
	    s->db, "ROLLBACK TO syncline; RELEASE syncline", e);
}

static int
lite_commit(struct target_table *t, struct err *e)
{
	struct session *s = t->self;
	return db_sqlite_exec(s->db, "COMMIT", e);
}

static void
lite_rollback(struct target_table *t)
{
	struct session *s = t->self;
	struct err ignored = { 0 };
	if (s && s->db && !sqlite3_get_autocommit(s->db))
		(void)!db_sqlite_exec(s->db, "ROLLBACK", &ignored);
}

static void
lite_close(struct target_table *t)
{
	struct session *s = t->self;
	if (!s)
		return;
	lite_rollback(t);
	for (size_t i = 0; i < PLAN_KINDS; i++)
		forget_plan(s, (enum plan_kind)i);
	db_sqlite_close(&s->db);
	free(s);
	t->self = NULL;
}

const struct target_driver target_sqlite = {
	.kind = DRIVER_SQLITE,
	.tables = true,
	.open = lite_open,
	.look = lite_look,
	.count = lite_count,
	.create = lite_create,
	.has_unique = lite_unique,
	.prepare = lite_prepare,
	.begin = lite_begin,
	.put = lite_put,
	.settle = lite_settle,
	.save = lite_save,
	.release = lite_release,
	.undo = lite_undo,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.close = lite_close,
};
