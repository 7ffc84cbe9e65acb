#ifndef PROTO_STORE_PAUSE_H
#define PROTO_STORE_PAUSE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stddef.h>
#include <stdint.h>

/*
 * What an operator holds back, until somebody lets it go on: an entity, or
 * the whole service, which is written as the entity "".
 */
#define STORE_PAUSE_ALL ""

struct store_pause {
	const char *entity;
	int64_t at;
	const char *actor;
};
struct store_pauses {
	size_t n;
	struct store_pause *v;
};

/* 1, or 0 if it was so already; then it stays whose it is. Durable. */
int store_pause_set(struct store *s, const char *entity, const char *actor,
    struct err *e) MUST_CHECK;
/* 1, or 0 if nobody held it back. Durable. */
int store_pause_clear(
    struct store *s, const char *entity, struct err *e) MUST_CHECK;
/* All of them, by name. */
int store_pause_list(struct store *s, struct arena *a, struct store_pauses *out,
    struct err *e) MUST_CHECK;

#endif
