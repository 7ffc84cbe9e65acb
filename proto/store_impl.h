#ifndef PROTO_STORE_IMPL_H
#define PROTO_STORE_IMPL_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/store.h"
#include "proto/store_db.h"
#include "proto/store_run.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the store's own files share; nobody else includes this. */
struct store {
	char *dir;
	char *path; /* of control.db */
	enum store_mode mode;
	int lock_fd; /* -1: none */
	bool in_tx;
	bool tx_failed;      /* a write in it failed: it may not be committed */
	struct store_db *db; /* the engine's own */
	/* Written as the holder of this lease (store_lease.h); 0: none. */
	char *lease_entity;
	uint64_t lease_token;
};

/* The seven columns inserted, updated, … pending. */
void store_counts(struct store_rows *q, uint64_t counts[OUT_COUNT]);

/* Rows of a list, growing in an arena; items is NULL while it is empty. */
struct store_list {
	struct arena *arena;
	size_t item_size;
	void *items;
	size_t n, cap;
};
void *store_list_add(struct store_list *l); /* a zeroed item */

/* For functions of several statements: a transaction of their own, unless the
 * caller has one. leave ends it by how it went, and returns that. */
int store_enter(
    struct store *s, enum store_sync sync, bool *own, struct err *e) MUST_CHECK;
int store_leave(struct store *s, bool own, int rc, struct err *e) MUST_CHECK;

/* The same for a single statement. */
int store_write(struct store *s, enum store_sync sync, const char *sql,
    const struct store_args *args, struct err *e) MUST_CHECK;

/* A durable one that concerns one row, or none: 1 or 0. */
int store_write_one(struct store *s, const char *sql,
    const struct store_args *args, struct err *e) MUST_CHECK;

/* What was applied up to version have is what this program was built with, or
 * ERR_CONFIG changed_migration. */
int store_migrate_verify(
    struct store *s, uint32_t have, struct err *e) MUST_CHECK;

/* The entity's id, adding it if add; 0: there is none. */
int store_entity_id(struct store *s, const char *name, bool add, uint64_t *id,
    struct err *e) MUST_CHECK;

/* At the beginning of every transaction that writes: ERR_RETRY lease_lost if
 * the lease that s holds has a new holder. */
int store_lease_check(struct store *s, struct err *e) MUST_CHECK;

/* Of a name that the store has. */
enum store_run_state store_run_state_parse(const char *name);

/* The rejects' part of what happens to chunks and runs, in the caller's
 * transaction. */
int store_reject_forget(
    struct store *s, uint64_t run, uint32_t chunk, struct err *e) MUST_CHECK;
struct store_attempt {
	uint64_t run;
	uint32_t chunk, attempt;
};
int store_reject_publish(
    struct store *s, const struct store_attempt *of, struct err *e) MUST_CHECK;
/* All that are left when a run ends: no attempt will replace them. */
int store_reject_publish_run(
    struct store *s, uint64_t run, struct err *e) MUST_CHECK;

#endif
