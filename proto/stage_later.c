/* Batches that are sent when there is room for them, and not now. */
#include "proto/clock.h"
#include "proto/pool.h"
#include "proto/stage_impl.h"
#include <stdlib.h>

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

size_t
stage_later_bytes(const struct stage *st)
{
	const struct stage_later *l = &st->later;
	return l->shelf.bytes + (l->head ? l->head_bytes : 0);
}

static bool
is_void(const struct stage_later *l, const struct batch *b)
{
	for (size_t i = 0; i < l->nfences; i++)
		if (l->fences[i].chunk == b->chunk)
			return b->attempt < l->fences[i].attempt;
	return false;
}

/* The oldest one on the shelf that counts becomes the next to go. */
static int
next_head(struct stage *st, struct err *e)
{
	struct stage_later *l = &st->later;
	struct frame f = { 0 };

	while (!l->head && shelf_take(&l->shelf, &f)) {
		l->head_bytes = shelf_cost(f.bytes.len);
		int r = batch_decode_frame(&f, &l->head, e);
		frame_free(&f);
		if (r < 0)
			return -1;
		if (is_void(l, l->head))
			batch_free(&l->head);
	}
	if (!l->head)
		l->nfences = 0;
	return l->head != NULL;
}

static struct stage_fence *
fence_of(struct stage_later *l, uint32_t chunk)
{
	for (size_t i = 0; i < l->nfences; i++)
		if (l->fences[i].chunk == chunk)
			return &l->fences[i];
	if (l->nfences == l->fences_cap) {
		l->fences_cap = l->fences_cap ? 2 * l->fences_cap : 8;
		l->fences =
		    mem_realloc(l->fences, l->fences_cap * sizeof(*l->fences));
	}
	l->fences[l->nfences] = (struct stage_fence){ .chunk = chunk };
	return &l->fences[l->nfences++];
}

int
stage_later_fence(
    struct stage *st, uint32_t chunk, uint32_t attempt, struct err *e)
{
	struct stage_later *l = &st->later;

	if (!l->head)
		return 0;
	struct stage_fence *f = fence_of(l, chunk);
	if (attempt > f->attempt)
		f->attempt = attempt;
	if (!is_void(l, l->head))
		return 0;
	parcel_drop(&l->parcel, &st->peers);
	batch_free(&l->head);
	int r = next_head(st, e);
	stage_later_board(st);
	return r < 0 ? -1 : 0;
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
	size_t kept = stage_later_bytes(st) + st->ahead.shelf.bytes;
	struct buf frame = { 0 };
	int r = 0;

	if (kept >= room)
		return 0;
	pool_take(&frame);
	batch_encode(b, &frame);
	if (kept + shelf_cost(frame.len) <= room &&
	    shelf_put(&l->shelf, buf_span(&frame)))
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
	free(st->later.fences);
	st->later.fences = NULL;
	st->later.nfences = st->later.fences_cap = 0;
}
