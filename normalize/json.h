#ifndef NORMALIZE_JSON_H
#define NORMALIZE_JSON_H
#include "proto/attr.h"
#include "proto/buf.h"

/*
 * JSON as RFC 8785 writes it (keys sorted by UTF-16 code units, no white
 * space, shortest escapes), but with numbers as canonical decimals, so that
 * none goes through a double. Refused: what RFC 8259 does not allow, a key
 * that comes twice, lone surrogates, nesting beyond LIMIT_JSON_DEPTH, output
 * beyond LIMIT_VALUE_BYTES.
 */
struct json_work {
	struct buf keys; /* of the objects being read, unescaped */
	struct buf spare;
	struct json_member *members; /* of the same; owned */
	size_t nmembers, cap;
};
void json_work_free(struct json_work *w);

/* Fills out, emptied first. -1 and *why, a static text, if refused. */
int json_canonical(struct span in, struct buf *out, struct json_work *w,
    const char **why) MUST_CHECK;

/* Appends text, valid UTF-8, as a JSON string. */
void json_put_string(struct buf *out, struct span text);

#endif
