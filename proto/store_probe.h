#ifndef PROTO_STORE_PROBE_H
#define PROTO_STORE_PROBE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/store.h"

/*
 * What a night that changed nothing had before it: one digest of everything
 * that decides what a night does. While it is the same, there is nothing to do.
 */

/* Empty: forget it. Goes with the transaction that is open. */
int store_probe_set(struct store *s, const char *entity, struct span digest,
    struct err *e) MUST_CHECK;

/* *digest is empty where there is none. */
int store_probe_get(struct store *s, const char *entity, struct arena *a,
    struct span *digest, struct err *e) MUST_CHECK;

#endif
