#include "normalize/expr_impl.h"
#include "proto/arena.h"
#include "proto/decimal.h"
#include "proto/sql.h"
#include <math.h>
#include <stdlib.h>

/*
 * The batch as a virtual table, so that one statement runs over all its rows.
 * It exists without CREATE (an eponymous table), because an expression may
 * not create anything.
 */
struct row_table {
	sqlite3_vtab base;
	struct expr *x;
};

struct row_cursor {
	sqlite3_vtab_cursor base;
	struct expr *x;
};

/* What the column compares as. */
static const char *
affinity(enum value_type t)
{
	switch (t) {
	case VT_BOOL:
	case VT_INT:
	case VT_DECIMAL:
		return "NUMERIC";
	case VT_FLOAT:
		return "REAL";
	case VT_BYTES:
		return "BLOB";
	case VT_TEXT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return "TEXT";
}

static int
table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
    sqlite3_vtab **out, char **message)
{
	struct expr *x = aux;
	struct buf sql = { 0 };
	(void)argc;
	(void)argv;
	(void)message;
	buf_puts(&sql, "CREATE TABLE r(");
	for (size_t i = 0; i < x->ncols; i++) {
		if (i)
			buf_putc(&sql, ',');
		/* A hidden column keeps its place, under a name that nobody
		 * can write: it holds a NUL's neighbour, 0x01. */
		if (x->hidden[i])
			buf_printf(&sql, "\"\001%zu\"", i);
		else
			sql_ident(&sql, x->cols[i].name);
		buf_printf(&sql, " %s", affinity(x->cols[i].type));
	}
	if (!x->ncols)
		buf_puts(&sql, "\"\001\"");
	buf_puts(&sql, ")");
	x->declaring = true;
	int rc = sqlite3_declare_vtab(db, buf_str(&sql));
	x->declaring = false;
	buf_free(&sql);
	if (rc != SQLITE_OK)
		return rc;
	struct row_table *t = mem_zalloc(sizeof(*t));
	t->x = x;
	*out = &t->base;
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

static int
table_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	info->estimatedCost = 1000;
	return SQLITE_OK;
}

static int
table_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct row_cursor *c = mem_zalloc(sizeof(*c));
	c->x = ((struct row_table *)(void *)base)->x;
	*out = &c->base;
	return SQLITE_OK;
}

static int
table_close(sqlite3_vtab_cursor *base)
{
	free(base);
	return SQLITE_OK;
}

static struct expr *
of(sqlite3_vtab_cursor *base)
{
	return ((struct row_cursor *)(void *)base)->x;
}

static void
settle(struct expr *x)
{
	const uint8_t *skip = x->in->skip;
	while (skip && x->current < x->in->nrows &&
	       (skip[x->current >> 3] >> (x->current & 7) & 1))
		x->current++;
	x->ops = 0;
}

static int
table_filter(sqlite3_vtab_cursor *base, int index, const char *name, int argc,
    sqlite3_value **argv)
{
	(void)index;
	(void)name;
	(void)argc;
	(void)argv;
	struct expr *x = of(base);
	x->current = x->start;
	settle(x);
	return SQLITE_OK;
}

static int
table_next(sqlite3_vtab_cursor *base)
{
	struct expr *x = of(base);
	x->current++;
	settle(x);
	return SQLITE_OK;
}

static int
table_eof(sqlite3_vtab_cursor *base)
{
	const struct expr *x = of(base);
	return x->current >= x->in->nrows;
}

static int
table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
	*rowid = (sqlite3_int64)of(base)->current;
	return SQLITE_OK;
}

static void
give_text(sqlite3_context *ctx, struct span s)
{
	sqlite3_result_text64(ctx, s.len ? (const char *)s.data : "", s.len,
	    SQLITE_STATIC, SQLITE_UTF8);
}

static void
give_decimal(sqlite3_context *ctx, struct span s)
{
	enum { EXACT_BYTES = 17 }; /* 15 digits, sign and point */
	int64_t i;
	double d;
	if (decimal_to_i64(s, &i) == 0)
		sqlite3_result_int64(ctx, i);
	else if (s.len <= EXACT_BYTES - 1 && decimal_to_double(s, &d) == 0 &&
		 isfinite(d))
		sqlite3_result_double(ctx, d);
	else
		give_text(ctx, s);
}

static void
give(struct expr *x, sqlite3_context *ctx, const struct value *v)
{
	switch (v->type) {
	case VT_BOOL:
		sqlite3_result_int(ctx, v->b);
		return;
	case VT_INT:
		sqlite3_result_int64(ctx, v->i);
		return;
	case VT_DECIMAL:
		give_decimal(ctx, v->s);
		return;
	case VT_FLOAT:
		if (isnan(v->f)) /* SQLite would make NULL of it */
			sqlite3_result_text(ctx, "NaN", 3, SQLITE_STATIC);
		else
			sqlite3_result_double(ctx, v->f);
		return;
	case VT_BYTES:
		if (v->s.len)
			sqlite3_result_blob64(
			    ctx, v->s.data, v->s.len, SQLITE_STATIC);
		else
			sqlite3_result_zeroblob(ctx, 0);
		return;
	case VT_TEXT:
	case VT_JSON:
	case VT_OPAQUE:
		give_text(ctx, v->s);
		return;
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
	case VT_UUID:
	case VT_COUNT:
		break;
	}
	buf_clear(&x->text);
	value_text(v, &x->text);
	sqlite3_result_text64(
	    ctx, buf_str(&x->text), x->text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static int
table_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
	struct expr *x = of(base);
	const struct column *c = (size_t)i < x->ncols ? x->in->cols[i] : NULL;
	if (!c)
		return SQLITE_OK;
	struct value v = column_value(c, x->current);
	if (!v.null)
		give(x, ctx, &v);
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xConnect = table_connect,
	.xBestIndex = table_best_index,
	.xDisconnect = table_disconnect,
	.xOpen = table_open,
	.xClose = table_close,
	.xFilter = table_filter,
	.xNext = table_next,
	.xEof = table_eof,
	.xColumn = table_column,
	.xRowid = table_rowid,
};

int
expr_table_register(struct expr *x)
{
	return sqlite3_create_module(x->owner->db, x->table, &module, x);
}
