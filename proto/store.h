#ifndef PROTO_STORE_H
#define PROTO_STORE_H
#include "proto/attr.h"
#include "proto/err.h"

/*
 * The control store: entities, runs, chunks, rejects, watermarks, audit. One
 * file, <dir>/control.db (folder 0700, file 0600), one writer, any number of
 * readers that never block it: SQLite in WAL mode. dir must be on a local
 * disk. The tables' functions are in store_entity.h, store_run.h,
 * store_chunk.h and store_reject.h; the schema is a chain of migrations
 * (store_migrate.h).
 *
 * Times are microseconds since the Unix epoch, 0 is never. Lookups return 1,
 * 0 or -1; lists come in pages; strings and bytes are copied into the given
 * arena, absent strings are "".
 *
 * Errors: a full disk, a busy or failing file are ERR_RETRY (SQLITE_FULL,
 * SQLITE_BUSY, SQLITE_IOERR, errno names); a store that is missing
 * (no_store), damaged (SQLITE_CORRUPT, SQLITE_NOTADB), not writable, newer
 * than this program (newer_store), older than it needs (older_store) or
 * whose migrations were altered (changed_migration) are ERR_CONFIG; another
 * writer is ERR_RETRY already_running with its pid in the text.
 */
struct store;

enum store_mode {
	STORE_READ,    /* must exist, with this program's schema version */
	STORE_INSPECT, /* must exist, any version: migrate status */
	/* Creates what is missing, takes the lock until store_close, and brings
	 * the schema up to date, after a copy to control.db.vN.bak if it was
	 * at version N > 0. */
	STORE_WRITE,
	STORE_MAINTAIN, /* as STORE_WRITE, without touching the schema */
};

/* Could STORE_WRITE make and write its files there? Makes nothing itself. */
int store_writable(const char *dir, struct err *e) MUST_CHECK;

int store_open(const char *dir, enum store_mode mode, struct store **out,
    struct err *e) MUST_CHECK;
void store_close(struct store **s); /* NULL-safe; rolls back, unlocks */

/*
 * Whoever runs an entity holds its lease (store_lease.h), and a writer that
 * has lost one writes nothing more: ERR_RETRY lease_lost.
 *
 * A function that writes is a transaction of its own, unless the caller
 * began one: then nothing is kept until store_commit, and after a failed
 * write only store_rollback is left (store_commit fails and rolls back). A
 * reader's transaction is one consistent view; it should be short, because
 * the writer's log grows meanwhile.
 *
 * STORE_DURABLE: committed means on disk, with everything committed before.
 * STORE_CHEAP: survives the death of the process, not of the machine.
 */
enum store_sync { STORE_CHEAP, STORE_DURABLE };

int store_begin(
    struct store *s, enum store_sync sync, struct err *e) MUST_CHECK;
int store_commit(struct store *s, struct err *e) MUST_CHECK;
void store_rollback(struct store *s); /* nothing to do: no transaction */

#endif
