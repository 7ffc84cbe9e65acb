#include "delta/state_impl.h"
#include <sqlite3.h>
#include <string.h>

static const char *
code_name(int code)
{
	switch (code) {
	case SQLITE_FULL:
		return "SQLITE_FULL";
	case SQLITE_BUSY:
		return "SQLITE_BUSY";
	case SQLITE_LOCKED:
		return "SQLITE_LOCKED";
	case SQLITE_IOERR:
		return "SQLITE_IOERR";
	case SQLITE_NOMEM:
		return "SQLITE_NOMEM";
	case SQLITE_PROTOCOL:
		return "SQLITE_PROTOCOL";
	case SQLITE_CANTOPEN:
		return "SQLITE_CANTOPEN";
	case SQLITE_READONLY:
		return "SQLITE_READONLY";
	case SQLITE_PERM:
		return "SQLITE_PERM";
	case SQLITE_CORRUPT:
		return "SQLITE_CORRUPT";
	case SQLITE_NOTADB:
		return "SQLITE_NOTADB";
	default:
		return "SQLITE_ERROR";
	}
}

static const char *
advice(int code)
{
	switch (code) {
	case SQLITE_FULL:
		return "; the disk is full: make room and run again";
	case SQLITE_BUSY:
		return "; another process holds it";
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return "; check the owner and the permissions of the file and "
		       "of its folder";
	default:
		return "";
	}
}

int
state_error(struct state *s, const char *doing, struct err *e)
{
	int code = s->db ? sqlite3_errcode(s->db) & 0xff : SQLITE_NOMEM;
	const char *text = s->db ? sqlite3_errmsg(s->db) : "out of memory";
	struct err why = { 0 };

	switch (code) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		(void)err_config(&why, code_name(code), "%s", text);
		return state_damaged(s, &why, e);
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
	case SQLITE_PROTOCOL:
		return err_retry(e, code_name(code), "state file %s: %s: %s%s",
		    buf_str(&s->path), doing, text, advice(code));
	default:
		return err_config(e, code_name(code), "state file %s: %s: %s%s",
		    buf_str(&s->path), doing, text, advice(code));
	}
}

int
state_damaged(struct state *s, const struct err *why, struct err *e)
{
	return err_config(e, "state_damaged",
	    "state file %s is damaged (%s): put a copy of its folder back, or "
	    "move the folder away and adopt the target",
	    buf_str(&s->path), why->msg);
}

int
state_check_pages(struct state *s, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	struct err why = { 0 };

	if (s->checked)
		return 0;
	if (state_prepare(s, "PRAGMA quick_check(1)", &st, e))
		return -1;
	int r = sqlite3_step(st);
	const char *says =
	    r == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
	s->checked = says && strcmp(says, "ok") == 0;
	if (says && !s->checked)
		(void)err_config(&why, "quick_check", "%s", says);
	if (!s->checked)
		(void)(says ? state_damaged(s, &why, e)
			    : state_error(s, "reading", e));
	sqlite3_finalize(st);
	return s->checked ? 0 : -1;
}

int
state_exec(struct state *s, const char *sql, struct err *e)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return state_error(s, "writing", e);
	return 0;
}

int
state_prepare(
    struct state *s, const char *sql, struct sqlite3_stmt **out, struct err *e)
{
	if (sqlite3_prepare_v2(s->db, sql, -1, out, NULL) != SQLITE_OK)
		return state_error(s, "reading", e);
	return 0;
}

int
state_step(struct state *s, struct sqlite3_stmt *st, struct err *e)
{
	int r = 0;
	if (sqlite3_step(st) != SQLITE_DONE)
		r = state_error(s, "writing", e);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return r;
}

int
state_number(struct state *s, const char *sql, int64_t *v, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	*v = 0;
	if (state_prepare(s, sql, &st, e))
		return -1;
	int r = sqlite3_step(st);
	if (r == SQLITE_ROW)
		*v = sqlite3_column_int64(st, 0);
	else if (r != SQLITE_DONE)
		(void)state_error(s, "reading", e);
	sqlite3_finalize(st);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : -1;
}
