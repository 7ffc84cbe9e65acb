#ifndef PROTO_PARCEL_H
#define PROTO_PARCEL_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/peers.h"

/*
 * A batch on its way to the peer of its part: encoded once, where the peer can
 * read it if that is possible, else into a message. A zeroed one is empty.
 */
struct parcel {
	struct buf message;
	size_t bytes;        /* of the frame */
	struct share *share; /* whose slot the frame stands in, or NULL */
	uint32_t slot;
	uint64_t changes;   /* of the peers, when that was chosen */
	struct share *full; /* it waits for a slot of this, or NULL … */
	int64_t full_ms;    /* … since then */
};

/* 1 sent, 0 no slot (p->full), no room or no peer yet, -1 error. b is the same
 * every time. */
int parcel_send(struct parcel *p, struct peers *peers, const struct batch *b,
    struct err *e) MUST_CHECK;
/* Gives up what was not sent. */
void parcel_drop(struct parcel *p, const struct peers *peers);

#endif
