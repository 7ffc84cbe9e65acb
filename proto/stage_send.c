#include "proto/clock.h"
#include "proto/parcel.h"
#include "proto/stage_impl.h"

/*
 * What a stage as a service says to the supervisor and sends downstream. A
 * message that comes while a batch waits for room is kept and handled next,
 * except a change of peers, which may be just what the batch waits for.
 */

/* Blocks until the control socket took the message. */
int
stage_send_message(struct stage *st, const struct message *m, struct err *e)
{
	struct buf out = { 0 };
	message_encode(m, &out);
	int r;
	while ((r = sock_send(st->control, &out, e)) == 0) {
		struct sock_item item = { .sock = st->control,
			.want_send = true };
		if (sock_wait(&item, 1, -1, e) < 0) {
			r = -1;
			break;
		}
	}
	buf_free(&out);
	return r < 0 ? -1 : 0;
}

/* What was counted, to the supervisor: when it is time, or now. */
int
stage_send_metrics(struct stage *st, bool now, struct err *e)
{
	struct buf body = { 0 };
	struct message m = { .kind = MSG_METRICS };
	int r = 0;
	if (stage_meter_report(&st->meter, now, &m.held, &body)) {
		m.body = buf_span(&body);
		r = stage_send_message(st, &m, e);
	}
	buf_free(&body);
	return r;
}

/* What is due whether or not there is work. */
int
stage_send_due(struct stage *st, struct err *e)
{
	stage_meter_turn(&st->meter);
	return stage_send_metrics(st, false, e);
}

/* How long control and input may wait for the end of a wait for a slot. */
enum { SLOT_WAIT_MS = 10 };

int
stage_send_wait(
    struct stage *st, struct sock_item *items, size_t n, struct err *e)
{
	int64_t limit = stage_meter_wait_ms(&st->meter);
	int fd = stage_meter_fd(&st->meter);
	struct sock *kept = stage_later_sock(st);
	/* A slot cannot be waited for together with sockets. */
	bool slot = st->later.parcel.full != NULL;
	if (slot && (limit < 0 || limit > SLOT_WAIT_MS))
		limit = SLOT_WAIT_MS;
	if (kept && !slot)
		items[n++] =
		    (struct sock_item){ .sock = kept, .want_send = true };
	if (fd >= 0)
		items[n++] = (struct sock_item){ .fd = fd };
	return sock_wait(items, n, limit, e);
}

static void
keep_waiting(struct stage *st, struct frame *f)
{
	struct stage_waiting *w = mem_zalloc(sizeof(*w));
	w->frame = *f;
	*f = (struct frame){ 0 };
	struct stage_waiting **end = &st->waiting;
	while (*end)
		end = &(*end)->next;
	*end = w;
}

int
stage_send_peers(struct stage *st, const struct message *m, struct err *e)
{
	if (peers_set(&st->peers, m->body, e) < 0)
		return -1;
	return m->flag ? stage_report(
			     st, &(struct message){ .kind = MSG_CONNECTED }, e)
		       : 0;
}

/* Peers and fences take effect at once, the rest in its turn. */
static int
apply_urgent(struct stage *st, struct frame *f, struct err *e)
{
	struct arena a = { 0 };
	struct message m;
	int r = message_decode(f->bytes, &a, &m, e);
	if (r == 0 && m.kind == MSG_PEERS) {
		r = stage_send_peers(st, &m, e);
	} else if (r == 0) {
		if (m.kind == MSG_FENCE && m.chunk == st->assigned_chunk &&
		    m.attempt > st->assigned_attempt)
			st->fenced = true;
		if (m.kind == MSG_FENCE)
			r = stage_later_fence(st, m.chunk, m.attempt, e);
		if (m.kind == MSG_EXIT)
			st->stopping = true;
		keep_waiting(st, f);
	}
	arena_free(&a);
	return r;
}

static int
look_at_control(struct stage *st, struct err *e)
{
	struct frame f = { 0 };
	int r;
	while ((r = sock_recv(st->control, &f, e)) == 1) {
		r = apply_urgent(st, &f, e);
		frame_free(&f);
		if (r < 0)
			break;
	}
	if (r < 0)
		return -1;
	if (st->stopping)
		return err_retry(e, "stopping", "told to stop");
	if (st->def->source && st->fenced)
		return err_retry(e, "fenced", "the chunk was given away");
	return 0;
}

/* Until there may be room downstream, or control has something. */
static int
wait_for_room(
    struct stage *st, const struct parcel *p, uint32_t part, struct err *e)
{
	struct sock *out = peers_sock(&st->peers, part);
	struct sock_item items[4] = {
		{ .sock = st->control },
		{ .sock = out, .want_send = true },
	};
	int64_t since = clock_mono_micros();
	int r = 0;
	board_do(st->board, BOARD_WAITING);
	if (p->full)
		share_wait(p->full, SLOT_WAIT_MS);
	else
		r = stage_send_wait(st, items, out ? 2 : 1, e);
	stage_later_board(st);
	/* It is the same wait for all that is kept. */
	st->later.counted_us = clock_mono_micros();
	stage_meter_waited(&st->meter, st->later.counted_us - since);
	return r < 0 ? -1 : stage_send_due(st, e);
}

/* What was kept goes first. */
static int
send_kept(struct stage *st, struct err *e)
{
	int r;

	while ((r = look_at_control(st, e)) == 0 &&
	       (r = stage_later_flush(st, e)) == 0) {
		const struct stage_later *l = &st->later;
		r = wait_for_room(st, &l->parcel, l->head->part, e);
		if (r < 0)
			break;
	}
	return r < 0 ? -1 : 0;
}

static int
service_send(struct stage *st, struct batch **b, struct err *e)
{
	struct parcel out = { 0 };
	int r = stage_later_any(st) ? send_kept(st, e) : 0;

	while (r == 0 && (r = look_at_control(st, e)) == 0) {
		r = parcel_send(&out, &st->peers, *b, e);
		if (r == 0)
			r = wait_for_room(st, &out, (*b)->part, e);
	}
	if (r < 0) {
		parcel_drop(&out, &st->peers);
		return -1;
	}
	stage_meter_sent(&st->meter, out.bytes);
	batch_free(b);
	/* One order may make batches for minutes. */
	return stage_send_due(st, e);
}

/* Waits no longer than until there is room for this one. */
static int
service_later(struct stage *st, struct batch **b, size_t room, struct err *e)
{
	const struct stage_later *l = &st->later;
	int r;

	while ((r = look_at_control(st, e)) == 0 &&
	       (r = stage_later_put(st, b, room, e)) == 0) {
		if (!stage_later_any(st))
			return service_send(st, b, e);
		r = wait_for_room(st, &l->parcel, l->head->part, e);
		if (r < 0)
			break;
	}
	return r < 0 ? -1 : stage_send_due(st, e);
}

static int
service_done(
    struct stage *st, struct batch **b, const uint64_t *counts, struct err *e)
{
	int r = stage_ack(st, *b, counts, e);
	if (r == 0)
		batch_free(b);
	return r;
}

const struct stage_ops stage_send_ops = {
	.send = service_send,
	.later = service_later,
	.report = stage_send_message,
	.done = service_done,
};
