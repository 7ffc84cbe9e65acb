/* Batches that are sent when there is room for them, and not now. */
#include "proto/clock.h"
#include "proto/pool.h"
#include "proto/stage_impl.h"

bool
stage_later_any(const struct stage *st)
{
	return st->later.head != NULL;
}

struct sock *
stage_later_sock(struct stage *st)
{
	return st->later.head ? peers_sock(&st->peers, st->later.head->part)
			      : NULL;
}

void
stage_later_board(const struct stage *st)
{
	board_do(
	    st->board, stage_later_any(st) ? BOARD_WAITING : BOARD_WORKING);
}

/* The oldest one on the shelf becomes the next to go. */
static int
next_head(struct stage *st, struct err *e)
{
	struct stage_later *l = &st->later;
	struct frame f = { 0 };

	if (!shelf_take(&l->shelf, &f))
		return 0;
	l->head_bytes = f.bytes.len;
	int r = batch_decode_frame(&f, &l->head, e);
	frame_free(&f);
	return r < 0 ? -1 : 1;
}

/* 1 sent, 0 no room, -1 error; what is given to the socket or the peer is
 * counted. */
static int
try_send(
    struct stage *st, struct parcel *p, const struct batch *b, struct err *e)
{
	int r = parcel_send(p, &st->peers, b, e);

	if (r == 1) {
		stage_meter_sent(&st->meter, p->bytes);
		*p = (struct parcel){ 0 };
	}
	return r;
}

static void
count_wait(struct stage *st)
{
	int64_t now = clock_mono_micros();
	stage_meter_kept(&st->meter, now - st->later.counted_us);
	st->later.counted_us = now;
}

int
stage_later_flush(struct stage *st, struct err *e)
{
	struct stage_later *l = &st->later;
	int r = l->head != NULL;

	if (!r)
		return 1;
	count_wait(st);
	while (r == 1 && (r = try_send(st, &l->parcel, l->head, e)) == 1) {
		batch_free(&l->head);
		r = next_head(st, e);
		if (r == 0) {
			stage_later_board(st);
			return 1;
		}
	}
	return r;
}

static int
keep(struct stage *st, const struct batch *b, size_t room, struct err *e)
{
	struct stage_later *l = &st->later;
	struct buf frame = { 0 };
	int r = 0;

	pool_take(&frame);
	batch_encode(b, &frame);
	size_t kept = l->shelf.bytes + (l->head ? l->head_bytes : 0);
	if (kept + frame.len <= room && shelf_put(&l->shelf, buf_span(&frame)))
		r = 1;
	pool_give(&frame);
	if (r == 1 && !l->head) {
		l->counted_us = clock_mono_micros();
		r = next_head(st, e);
		stage_later_board(st);
	}
	return r;
}

int
stage_later_put(struct stage *st, struct batch **b, size_t room, struct err *e)
{
	struct parcel now = { 0 };
	int r = stage_later_flush(st, e);

	if (r == 1) {
		r = try_send(st, &now, *b, e);
		parcel_drop(&now, &st->peers);
	}
	if (r == 0)
		r = keep(st, *b, room, e);
	if (r == 1)
		batch_free(b);
	return r;
}

void
stage_later_free(struct stage *st)
{
	parcel_drop(&st->later.parcel, &st->peers);
	batch_free(&st->later.head);
	shelf_free(&st->later.shelf);
}
