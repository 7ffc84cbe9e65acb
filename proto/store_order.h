#ifndef PROTO_STORE_ORDER_H
#define PROTO_STORE_ORDER_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stddef.h>

/*
 * Entities that an operator ordered to be run at once: kept until their run is
 * over, so that a service that is started again carries out what the one
 * before it took on. Who ordered it is in the audit log.
 */
struct store_orders {
	size_t n;
	const char **v;
};

/* 1, or 0 if it is ordered already. Durable. */
int store_order_add(
    struct store *s, const char *entity, struct err *e) MUST_CHECK;
/* 1, or 0 if it is not ordered. Durable. */
int store_order_drop(
    struct store *s, const char *entity, struct err *e) MUST_CHECK;
/* All of them, by name. */
int store_order_list(struct store *s, struct arena *a, struct store_orders *out,
    struct err *e) MUST_CHECK;

#endif
