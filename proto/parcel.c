#include "proto/parcel.h"
#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/pool.h"

static bool
into_slot(struct parcel *p, struct share *share, const struct batch *b)
{
	uint8_t *at = share_slot(share, &p->slot);

	if (!at)
		return false;
	/* It is never too small: what it may need was looked at. */
	struct buf frame = { .data = at, .cap = SHARE_SLOT_BYTES };
	batch_encode(b, &frame);
	p->bytes = frame.len;
	share_ticket(share, p->slot, frame.len, &p->message);
	p->share = share;
	return true;
}

/* A peer that works gives slots back soon. The socket would copy the batch,
 * twice, and where the peer is the slow one that is every other batch. */
static bool
is_patient(struct parcel *p, const struct peers *peers, struct share *share)
{
	int64_t now = clock_mono_ms();

	if (p->full != share)
		p->full_ms = now;
	p->full = share;
	return share_is_mapped(share) && now - p->full_ms < peers->patience_ms;
}

/* The socket would throw it away without a word. */
static int
too_large(const struct batch *b, size_t bytes, struct err *e)
{
	return err_config(e, "batch_too_large",
	    "%zu rows of chunk %u, from row %u on, take %zu bytes, more than the %d that one message can hold; leave the largest column out of the mapping, or cut it in a query",
	    b->nrows, b->chunk, b->seq, bytes, LIMIT_FRAME_BYTES);
}

/* 1 done, 0 not yet, -1 error. */
static int
pack(
    struct parcel *p, struct peers *peers, const struct batch *b, struct err *e)
{
	size_t most = batch_frame_max(b);
	struct share *share = NULL;

	p->changes = peers->changes;
	if (most >= SHARE_MIN_BYTES && most <= SHARE_SLOT_BYTES &&
	    peers_share(peers, b->part, &share, e) < 0)
		return -1;
	bool done = share && into_slot(p, share, b);
	if (!done && share && most >= SHARE_WAIT_BYTES &&
	    is_patient(p, peers, share))
		return 0;
	p->full = NULL;
	if (done)
		return 1;
	pool_take(&p->message);
	batch_encode(b, &p->message);
	p->bytes = p->message.len;
	return p->bytes > LIMIT_FRAME_BYTES ? too_large(b, p->bytes, e) : 1;
}

int
parcel_send(
    struct parcel *p, struct peers *peers, const struct batch *b, struct err *e)
{
	struct sock *s = peers_sock(peers, b->part);

	if (!s)
		return 0;
	/* The peer that could read it is gone. */
	if (p->share && p->changes != peers->changes)
		parcel_drop(p, peers);
	int r = p->message.data ? 1 : pack(p, peers, b, e);
	return r == 1 ? sock_send(s, &p->message, e) : r;
}

void
parcel_drop(struct parcel *p, const struct peers *peers)
{
	if (p->share && p->changes == peers->changes)
		share_return(p->share, p->slot);
	pool_give(&p->message);
	*p = (struct parcel){ 0 };
}
