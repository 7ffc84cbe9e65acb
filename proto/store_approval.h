#ifndef PROTO_STORE_APPROVAL_H
#define PROTO_STORE_APPROVAL_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdint.h>

/*
 * Deletes that a guard withheld and somebody allowed: the entity's next runs
 * may delete up to that many, recomputed, until one has completed.
 */

/* 0 takes an approval back. Durable. */
int store_approval_set(struct store *s, const char *entity, uint64_t deletes,
    struct err *e) MUST_CHECK;

/* *deletes is 0 where there is none. */
int store_approval_get(struct store *s, const char *entity, uint64_t *deletes,
    struct err *e) MUST_CHECK;

#endif
