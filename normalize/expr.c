#include "normalize/expr_impl.h"
#include "proto/arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Names that SQLite cannot tell apart are hidden, all of them. */
static void
hide_ambiguous(struct expr *x)
{
	for (size_t i = 0; i < x->ncols; i++)
		for (size_t j = 0; j < i; j++)
			if (strcasecmp(x->cols[i].name, x->cols[j].name) == 0)
				x->hidden[i] = x->hidden[j] = true;
}

static int
bad_expr(const struct expr *x, const char *text, struct err *e)
{
	const char *why = sqlite3_errmsg(x->owner->db);
	bool denied = sqlite3_errcode(x->owner->db) == SQLITE_AUTH ||
		      strcmp(why, "not authorized") == 0;
	return err_config(e, "bad_expr", "expression \"%.200s\": %s%s", text,
	    why,
	    denied ? " (an expression may use columns and deterministic "
		     "functions only)"
		   : "");
}

static int
prepare(struct expr *x, const char *before, const char *text, const char *after,
    sqlite3_stmt **stmt)
{
	struct buf sql = { 0 };
	/* The line end closes a comment that the text may end in. */
	buf_printf(&sql, "SELECT %s(%s\n)%s", before, text, after);
	x->selects = 0;
	x->owner->being = x;
	const char *tail = NULL;
	int rc = sqlite3_prepare_v3(x->owner->db, buf_str(&sql), -1,
	    SQLITE_PREPARE_PERSISTENT, stmt, &tail);
	x->owner->being = NULL;
	bool whole = rc != SQLITE_OK || (tail && *tail == '\0');
	buf_free(&sql);
	return rc == SQLITE_OK && whole ? 0 : -1;
}

/*
 * The text must be one expression wherever an expression may stand: as a
 * result and as a condition. That refuses text that closes the parenthesis
 * and goes on, and aggregates, which would fold the batch into one row.
 */
static int
compile(struct expr *x, const char *text, struct err *e)
{
	char from[48], where[64];
	snprintf(from, sizeof(from), " FROM %s", x->table);
	snprintf(where, sizeof(where), "1 FROM %s WHERE ", x->table);
	sqlite3_stmt *condition = NULL;
	int r = prepare(x, where, text, "", &condition);
	sqlite3_finalize(condition);
	if (r == 0)
		r = prepare(x, "", text, from, &x->stmt);
	if (r < 0 && sqlite3_errcode(x->owner->db) != SQLITE_OK)
		return bad_expr(x, text, e);
	if (r < 0 || sqlite3_column_count(x->stmt) != 1 ||
	    sqlite3_bind_parameter_count(x->stmt) != 0)
		return err_config(e, "bad_expr",
		    "expression \"%.200s\": not one expression", text);
	return 0;
}

int
expr_new(struct expr_db *db, const char *text, const struct expr_column *cols,
    size_t ncols, struct expr **out, struct err *e)
{
	if (strlen(text) > EXPR_SQL_BYTES_MAX)
		return err_config(e, "bad_expr",
		    "expression \"%.60s…\": longer than %d bytes", text,
		    (int)EXPR_SQL_BYTES_MAX);
	struct expr *x = mem_zalloc(sizeof(*x));
	*x = (struct expr){ .owner = db, .cols = cols, .ncols = ncols };
	x->hidden = mem_zalloc(ncols * sizeof(*x->hidden));
	x->used = mem_zalloc(ncols * sizeof(*x->used));
	hide_ambiguous(x);
	snprintf(x->table, sizeof(x->table), "row%u", ++db->tables);
	int r = -1;
	if (expr_table_register(x) != SQLITE_OK)
		bad_expr(x, text, e);
	else
		r = compile(x, text, e);
	if (r < 0)
		expr_free(&x);
	else
		*out = x;
	return r;
}

void
expr_free(struct expr **px)
{
	struct expr *x = *px;
	if (!x)
		return;
	sqlite3_finalize(x->stmt);
	/* The module points to x: gone before x is. */
	sqlite3_create_module(x->owner->db, x->table, NULL, NULL);
	free(x->hidden);
	free(x->used);
	buf_free(&x->text);
	free(x);
	*px = NULL;
}

bool
expr_uses(const struct expr *x, size_t i)
{
	return x->used[i];
}

static struct span
text_span(sqlite3_value *v, const void *data)
{
	/* The length is asked for after the data, which may convert it. */
	return (struct span){ data, (size_t)sqlite3_value_bytes(v) };
}

static struct value
result(sqlite3_stmt *stmt)
{
	struct value v = { .null = true, .type = VT_TEXT };
	sqlite3_value *raw = sqlite3_column_value(stmt, 0);
	switch (sqlite3_column_type(stmt, 0)) {
	case SQLITE_INTEGER:
		v = (struct value){ .type = VT_INT };
		v.i = sqlite3_column_int64(stmt, 0);
		break;
	case SQLITE_FLOAT:
		v = (struct value){ .type = VT_FLOAT };
		v.f = sqlite3_column_double(stmt, 0);
		break;
	case SQLITE_TEXT:
		v = (struct value){ .type = VT_TEXT };
		v.s = text_span(raw, sqlite3_column_text(stmt, 0));
		break;
	case SQLITE_BLOB:
		v = (struct value){ .type = VT_BYTES };
		v.s = text_span(raw, sqlite3_column_blob(stmt, 0));
		break;
	}
	return v;
}

static const char *
failure(const struct expr *x, int rc)
{
	if (x->owner->clock_asked)
		return "asks for the present time, which an expression may not";
	if (rc == SQLITE_INTERRUPT)
		return "takes too many steps";
	return sqlite3_errmsg(x->owner->db);
}

/* Rows from x->start on, until the end (true) or the first failure. */
static bool
pass(struct expr *x, expr_result *fn, void *context)
{
	struct expr_db *db = x->owner;
	int rc = SQLITE_OK;
	x->current = x->start;
	x->ops = 0;
	x->selects = 0; /* SQLite may prepare the statement again */
	for (;;) {
		rc = sqlite3_step(x->stmt);
		if (rc != SQLITE_ROW || db->clock_asked)
			break;
		struct value v = result(x->stmt);
		x->start = x->current + 1;
		fn(context, x->current, &v, NULL);
	}
	if (rc != SQLITE_DONE) {
		/* A failure between two rows is the next one's. */
		size_t row = x->current < x->start ? x->start : x->current;
		if (row < x->in->nrows)
			fn(context, row, NULL, failure(x, rc));
		x->start = row + 1;
	}
	db->clock_asked = false;
	sqlite3_reset(x->stmt);
	return rc == SQLITE_DONE;
}

void
expr_run(
    struct expr *x, const struct expr_input *in, expr_result *fn, void *context)
{
	x->owner->being = x;
	x->in = in;
	x->start = 0;
	while (x->start < in->nrows && !pass(x, fn, context))
		continue;
	x->in = NULL;
	x->owner->being = NULL;
}
