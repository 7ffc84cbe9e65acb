#ifndef PROTO_STORE_ENTITY_H
#define PROTO_STORE_ENTITY_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include "proto/store.h"
#include <stddef.h>
#include <stdint.h>

/* What is remembered of an entity from run to run. */
struct store_entity {
	const char *name;
	enum strategy strategy; /* of the last run */
	int64_t swept_at;       /* when unseen keys were last looked for */
	struct span config_digest;
};

/* 0: never heard of. */
int store_entity_get(struct store *s, const char *name, struct arena *a,
    struct store_entity *out, struct err *e) MUST_CHECK;
int store_entity_put(
    struct store *s, const struct store_entity *en, struct err *e) MUST_CHECK;

/* How far the source was read; set once a run is complete. */
struct store_watermark {
	struct span version; /* rowversion_encode */
	const char *text;    /* the same, for people */
	uint64_t run;
	int64_t at;
};

/* 0: none yet. */
int store_watermark_get(struct store *s, const char *entity, struct arena *a,
    struct store_watermark *out, struct err *e) MUST_CHECK;
/* at is filled in. Durable. */
int store_watermark_set(struct store *s, const char *entity,
    const struct store_watermark *w, struct err *e) MUST_CHECK;

/* Who did what: every order from outside and every change of the schema. */
struct store_audit {
	const char *actor; /* user name */
	const char *verb;  /* "run", "migrate", "failed drop" */
	const char *detail;
};

/* Dated now. Durable. */
int store_audit_add(
    struct store *s, const struct store_audit *entry, struct err *e) MUST_CHECK;

#endif
