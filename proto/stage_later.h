#ifndef PROTO_STAGE_LATER_H
#define PROTO_STAGE_LATER_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/parcel.h"
#include "proto/shelf.h"
#include <stdbool.h>

struct stage;

/* Batches that there was no room for downstream, oldest first, while the stage
 * goes on with its work (stage_send_later). */
struct stage_later {
	struct batch *head;   /* goes next; NULL: nothing is kept */
	struct parcel parcel; /* head's */
	size_t head_bytes;
	struct shelf shelf; /* those behind it */
	int64_t counted_us; /* the wait is, up to then */
	/* What is void of them: attempts below that, of their chunks. */
	struct stage_fence {
		uint32_t chunk, attempt;
	} * fences;
	size_t nfences, fences_cap;
};

/* room: of all that is kept, also of what came ahead. 1 sent or kept, *b is
 * taken; 0 there is no room here either; -1 error. */
int stage_later_put(
    struct stage *st, struct batch **b, size_t room, struct err *e) MUST_CHECK;

/* Sends what there is room for by now: 1 nothing is kept any more, 0 something
 * is, -1 error. */
int stage_later_flush(struct stage *st, struct err *e) MUST_CHECK;

bool stage_later_any(const struct stage *st);
size_t stage_later_bytes(const struct stage *st);
/* Older attempts at the chunk are void: what is kept of them is not sent. */
int stage_later_fence(struct stage *st, uint32_t chunk, uint32_t attempt,
    struct err *e) MUST_CHECK;
/* The socket that the next one leaves by; NULL: nothing is kept. */
struct sock *stage_later_sock(struct stage *st);
/* At work, for the supervisor to see: as one who waits, if something is kept.
 */
void stage_later_board(const struct stage *st);
void stage_later_free(struct stage *st);

#endif
