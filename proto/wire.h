#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading msgpack from outside. Nothing here allocates, recurses or trusts a
 * length: a str or bin must lie inside the input, a container may not claim
 * more elements than bytes follow. Extension types are refused. Every failure
 * is ERR_DATA bad_msgpack and says at which byte. Text and bytes are views
 * into the input.
 */
#define WIRE_DEPTH_MAX 64

enum wire_type {
	WIRE_NIL,
	WIRE_BOOL,
	WIRE_UINT, /* 0 and up */
	WIRE_INT,  /* below 0 */
	WIRE_FLOAT,
	WIRE_STR,
	WIRE_BIN,
	WIRE_ARRAY,
	WIRE_MAP,
};

/* One header; of a container the elements follow as tokens of their own. */
struct wire_token {
	enum wire_type type;
	union {
		bool b;
		uint64_t u;
		int64_t i;
		double f;
		struct span s;  /* str, bin */
		uint32_t count; /* array: elements, map: pairs */
	};
};

/* A place in the input. Start with { in.data, in.data, in.data + in.len }. */
struct wire {
	const uint8_t *start, *p, *end;
};

/* in is exactly one well-formed object, at most max_depth containers deep
 * (bounded by WIRE_DEPTH_MAX), and nothing follows it. */
int wire_check(struct span in, unsigned max_depth, struct err *e) MUST_CHECK;

void wire_init(struct wire *w, struct span in);
int wire_next(struct wire *w, struct wire_token *t, struct err *e) MUST_CHECK;
/* Passes over one whole object; *all (may be NULL) is its bytes. */
int wire_skip(struct wire *w, unsigned max_depth, struct span *all,
    struct err *e) MUST_CHECK;
int wire_done(const struct wire *w, struct err *e) MUST_CHECK; /* no rest */

/* The next token must be this. Counts, lengths and numbers are at most max. */
int wire_array(
    struct wire *w, uint32_t max, uint32_t *n, struct err *e) MUST_CHECK;
int wire_map(
    struct wire *w, uint32_t max, uint32_t *n, struct err *e) MUST_CHECK;
int wire_str(
    struct wire *w, size_t max, struct span *s, struct err *e) MUST_CHECK;
int wire_bin(
    struct wire *w, size_t max, struct span *s, struct err *e) MUST_CHECK;
int wire_uint(
    struct wire *w, uint64_t max, uint64_t *v, struct err *e) MUST_CHECK;
int wire_i64(struct wire *w, int64_t *v, struct err *e) MUST_CHECK;
int wire_f64(struct wire *w, double *v, struct err *e) MUST_CHECK;
int wire_bool(struct wire *w, bool *v, struct err *e) MUST_CHECK;

/* A str as a name: no NUL byte inside, so that it can be a C string. */
int wire_name(
    struct wire *w, size_t max, struct span *s, struct err *e) MUST_CHECK;

/* Fills e: "at byte N: what". Returns -1. */
int wire_fail(const struct wire *w, struct err *e, const char *what);

#endif
