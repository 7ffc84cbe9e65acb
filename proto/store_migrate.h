#ifndef PROTO_STORE_MIGRATE_H
#define PROTO_STORE_MIGRATE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The schema's history: migrations/NNNN_name.{up,down}.sql, compiled in by
 * embed.sh. What was applied is recorded with a checksum of both scripts; a
 * store whose record differs from the chain is refused, because nobody could
 * know its schema.
 */
struct store_migration {
	uint32_t version; /* 1, 2, 3, … */
	const char *name;
	const char *up, *down; /* scripts; the runner owns the transaction */
};
extern const struct store_migration store_migrations[];
extern const size_t store_migrations_count;

/* The version the store is at; 0 is empty. */
int store_version(struct store *s, uint32_t *version, struct err *e) MUST_CHECK;

/*
 * Moves the store up or down to target, all steps in one transaction, after a
 * copy to control.db.vN.bak. Down keeps every row whose table still exists,
 * and is refused (live_run) while a run of any entity is live. Needs
 * STORE_WRITE or STORE_MAINTAIN.
 */
int store_migrate(struct store *s, uint32_t target, struct err *e) MUST_CHECK;

/* The same along another chain. */
struct store_chain {
	const struct store_migration *migrations;
	size_t n;
};
int store_migrate_along(struct store *s, const struct store_chain *chain,
    uint32_t target, struct err *e) MUST_CHECK;

/* For `migrate status`: the chain, then what only a newer program knows. */
struct store_migration_status {
	uint32_t version;
	const char *name;
	int64_t applied_at; /* 0: pending */
	bool changed;       /* applied from other scripts than ours */
	bool unknown;       /* not in our chain */
};
int store_migrate_status(struct store *s, struct arena *a,
    struct store_migration_status **out, size_t *n, struct err *e) MUST_CHECK;

#endif
