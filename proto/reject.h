#ifndef PROTO_REJECT_H
#define PROTO_REJECT_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/value.h"

/* One rejected row, as MSG_REJECT's body carries it: an array of maps. */
struct reject {
	const char *stage;
	const char *field;    /* empty: the row as a whole */
	const char *layer;    /* of normalize; else empty */
	const char *code;     /* normalization.md lists them */
	const char *message;
	struct span key;      /* packed key (canon.h); empty before mapping */
	struct span bk_hash;  /* 16 bytes, from identity on; else empty */
	struct span version;  /* rowversion_encode; else empty */
	struct span original; /* the row as the source had it: msgpack map */
};

void reject_list_encode(const struct reject *r, size_t n, struct buf *out);
int reject_list_decode(struct span in, struct arena *a, struct reject **out,
    size_t *n, struct err *e) MUST_CHECK;

/*
 * A row as msgpack map {column: [type, value]} (proto/README.md, "row"), what
 * batch_original writes. Decoding gives names and values in a; used by
 * `failed show` and by retries.
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
