#ifndef PROTO_REJECT_H
#define PROTO_REJECT_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/value.h"

/*
 * One rejected row. MSG_REJECT's body carries them as an array of maps, keys
 * named like the members, empty ones left out; stage and code are always
 * there. Strings are never NULL.
 */
struct reject {
	const char *stage;
	const char *field; /* empty: the row as a whole */
	const char *layer; /* of normalize; else empty */
	const char *code;  /* normalization.md lists them */
	const char *message;
	struct span key;      /* packed key (canon.h); empty before mapping */
	struct span bk_hash;  /* 16 bytes, from identity on; else empty */
	struct span version;  /* rowversion_encode; else empty */
	struct span original; /* the row as the source had it: msgpack map */
};

/* Decoded strings are in a, decoded spans are views into in. A list of more
 * than LIMIT_BATCH_ROWS, or anything malformed, is ERR_DATA bad_reject. */
void reject_list_encode(const struct reject *r, size_t n, struct buf *out);
int reject_list_decode(struct span in, struct arena *a, struct reject **out,
    size_t *n, struct err *e) MUST_CHECK;

/*
 * A row as the source had it, what batch_original writes: a msgpack map of
 * column name to [type, value] or [type, value, type_name]. type is the
 * number of enum value_type. value is nil for NULL; bool; an integer for int,
 * date, time, timestamp and timestamptz; float64; bin for everything held as
 * bytes, because a raw text need not be UTF-8. `failed show` and retries read
 * it. Decoded names are in a, decoded bytes are views into in. Anything else
 * is ERR_DATA bad_row.
 */
struct row_value {
	const char *name;
	const char *type_name; /* opaque; else NULL */
	struct value value;
};
int row_decode(struct span in, struct arena *a, struct row_value **out,
    size_t *n, struct err *e) MUST_CHECK;
void row_encode(const struct row_value *v, size_t n, struct buf *out);

#endif
