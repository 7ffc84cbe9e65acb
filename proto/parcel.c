#include "proto/parcel.h"
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

static int
pack(
    struct parcel *p, struct peers *peers, const struct batch *b, struct err *e)
{
	size_t most = batch_frame_max(b);

	p->changes = peers->changes;
	if (most >= SHARE_MIN_BYTES && most <= SHARE_SLOT_BYTES) {
		struct share *share;
		if (peers_share(peers, b->part, &share, e) < 0)
			return -1;
		if (share && into_slot(p, share, b))
			return 0;
	}
	pool_take(&p->message);
	batch_encode(b, &p->message);
	p->bytes = p->message.len;
	return 0;
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
	if (!p->message.data && pack(p, peers, b, e) < 0)
		return -1;
	return sock_send(s, &p->message, e);
}

void
parcel_drop(struct parcel *p, const struct peers *peers)
{
	if (p->share && p->changes == peers->changes)
		share_return(p->share, p->slot);
	pool_give(&p->message);
	*p = (struct parcel){ 0 };
}
