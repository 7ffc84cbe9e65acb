#include "proto/attr.h"
#include "proto/store_sqlite.h"
#include <sqlite3.h>
#include <stddef.h>

static const struct {
	int code;
	enum err_class cls;
	const char *name;
	const char *advice;
} results[] = {
	{ SQLITE_FULL, ERR_RETRY, "SQLITE_FULL",
	    "free space on its disk, then run again" },
	{ SQLITE_IOERR, ERR_RETRY, "SQLITE_IOERR",
	    "check its disk for space and errors, then run again" },
	{ SQLITE_BUSY, ERR_RETRY, "SQLITE_BUSY",
	    "another program holds it locked: close that one" },
	{ SQLITE_LOCKED, ERR_RETRY, "SQLITE_LOCKED",
	    "another program holds it locked: close that one" },
	{ SQLITE_PROTOCOL, ERR_RETRY, "SQLITE_PROTOCOL",
	    "its locks do not work: the store must be on a local disk" },
	{ SQLITE_NOMEM, ERR_RETRY, "SQLITE_NOMEM", "out of memory" },
	{ SQLITE_CORRUPT, ERR_CONFIG, "SQLITE_CORRUPT",
	    "it is damaged: put a backup or control.db.v*.bak in its place" },
	{ SQLITE_NOTADB, ERR_CONFIG, "SQLITE_NOTADB",
	    "it is no control store: put a backup in its place, or move it away" },
	{ SQLITE_CANTOPEN, ERR_CONFIG, "SQLITE_CANTOPEN",
	    "check that it exists and that this user may open it" },
	{ SQLITE_PERM, ERR_CONFIG, "SQLITE_PERM",
	    "check that this user may open it" },
	{ SQLITE_READONLY, ERR_CONFIG, "SQLITE_READONLY",
	    "this user may not write it, or its disk is read-only" },
};

int
store_sqlite_fail(const char *path, int code, const char *text, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		if (results[i].code != (code & 0xff))
			continue;
		err_retry(e, results[i].name, "control store %s: %s; %s", path,
		    text, results[i].advice);
		e->cls = results[i].cls;
		return -1;
	}
	return err_bug(e, "control store %s: %s (SQLite %d)", path, text, code);
}
