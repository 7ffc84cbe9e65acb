#include "proto/clock.h"
#include "proto/log.h"
#include "proto/stage_impl.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A stage as a service: batches by PULL and PUSH, everything else over one
 * DEALER to the supervisor. How it says and sends is in stage_send.c.
 */
enum { CONTROL_HWM = 64, ERROR_WAIT_MS = 2000, PATIENCE_MS = 500 };

/* So many may be missed before anybody worries. */
enum { BEATS_PER_HEARTBEAT = 5 };

static int
assign(struct stage *st, const struct message *m, struct err *e)
{
	st->assigned_chunk = m->chunk;
	st->assigned_attempt = m->attempt;
	st->fenced = false;
	int r = stage_control(st, m, e);
	st->assigned_attempt = UINT32_MAX;
	if (r < 0 && strcmp(e->code, "fenced") == 0) {
		log_debug("chunk given away", "chunk", log_u64(m->chunk), NULL);
		err_clear(e);
		return 0;
	}
	return r;
}

static int
close_run(struct stage *st, const struct message *m, struct err *e)
{
	if (st->def->idle && st->open && st->def->idle(st, e) < 0)
		return -1;
	/* The stage may have work that only a complete run is worth. */
	if (st->open && stage_control(st, m, e) < 0)
		return -1;
	/* The answer is about the run that was named, whether or not this
	 * stage had a part in it. What is tidied up after it is nobody's wait.
	 */
	st->run = m->run;
	stage_meter_end(&st->meter);
	if (stage_send_metrics(st, true, e) < 0)
		return -1;
	int r = stage_report(st, &(struct message){ .kind = MSG_CLOSED }, e);
	stage_finish(st);
	return r;
}

static int
handle_message(struct stage *st, const struct message *m, struct err *e)
{
	switch (m->kind) {
	case MSG_PEERS:
		return stage_send_peers(st, m, e);
	case MSG_OPEN:
		return stage_begin(st, m, e);
	case MSG_ASSIGN:
		return assign(st, m, e);
	case MSG_CLOSE:
		return close_run(st, m, e);
	case MSG_EXIT:
		st->stopping = true;
		return 0;
	case MSG_FENCE:
		if (stage_later_fence(st, m->chunk, m->attempt, e) < 0)
			return -1;
		return stage_control(st, m, e);
	case MSG_DESCRIBE:
	case MSG_PLAN:
	case MSG_EXCEPT:
	case MSG_COMMIT:
	case MSG_JOIN:
	case MSG_SWEEP:
	case MSG_DELETE:
		return stage_control(st, m, e);
	case MSG_HELLO:
	case MSG_DESCRIBED:
	case MSG_PLANNED:
	case MSG_CHUNK:
	case MSG_CHUNK_END:
	case MSG_ACK:
	case MSG_REJECT:
	case MSG_OPENED:
	case MSG_COMMITTED:
	case MSG_SWEPT:
	case MSG_CLOSED:
	case MSG_ERROR:
	case MSG_METRICS:
	case MSG_CONNECTED:
	case MSG_END:
		break;
	}
	return err_bug(
	    e, "unexpected %s from the supervisor", message_kind_name(m->kind));
}

static int
handle_frame(struct stage *st, struct frame *f, struct err *e)
{
	struct arena a = { 0 };
	struct message m;
	int r = message_decode(f->bytes, &a, &m, e);
	if (r == 0)
		r = handle_message(st, &m, e);
	if (r == 0)
		r = stage_flush_rejects(st, e);
	arena_free(&a);
	return r;
}

/* Everything control has, the kept messages first. */
static int
drain_control(struct stage *st, struct err *e)
{
	for (;;) {
		struct frame f = { 0 };
		struct stage_waiting *w = st->waiting;
		int r = 1;
		if (w) {
			f = w->frame;
			st->waiting = w->next;
			free(w);
		} else {
			r = sock_recv(st->control, &f, e);
		}
		if (r <= 0)
			return r;
		stage_meter_begin(&st->meter);
		r = handle_frame(st, &f, e);
		stage_meter_end(&st->meter);
		frame_free(&f);
		if (r < 0 || st->stopping)
			return r;
	}
}

/* 1 if there was a batch and it was worked on. */
static int
take_one(struct stage *st, struct err *e)
{
	struct frame f = { 0 };
	if (st->stopping)
		return 0;
	int r = stage_ahead_next(st, &f, e);
	if (r <= 0)
		return r;
	if (r == STAGE_AHEAD_BATCH) {
		size_t bytes = f.bytes.len;
		stage_meter_begin(&st->meter);
		r = stage_take_batch(st, &f, e);
		stage_meter_took(&st->meter, bytes);
	}
	frame_free(&f);
	return r < 0 ? -1 : 1;
}

static int
finish_grouped(struct stage *st, struct err *e)
{
	if (!st->def->idle || !st->open)
		return 0;
	stage_meter_begin(&st->meter);
	int r = st->def->idle(st, e);
	stage_meter_end(&st->meter);
	return r;
}

/* Takes batches while there are any; control is looked at in between. */
static int
service_loop(struct stage *st, struct err *e)
{
	bool worked = false;
	while (!st->stopping) {
		if (drain_control(st, e) < 0 || stage_send_due(st, e) < 0 ||
		    stage_later_flush(st, e) < 0)
			return -1;
		int r = take_one(st, e);
		if (r < 0 || (r == 0 && worked && finish_grouped(st, e) < 0))
			return -1;
		worked = r == 1;
		if (worked || st->stopping || st->waiting)
			continue;
		struct sock_item items[4] = { { .sock = st->control },
			{ .sock = st->pull } };
		if (!stage_later_any(st))
			board_do(st->board, BOARD_IDLE);
		if (stage_send_wait(st, items, st->pull ? 2 : 1, e) < 0)
			return -1;
		stage_later_board(st);
	}
	return 0;
}

static int
join_board(struct stage *st, struct err *e)
{
	if (!st->opt.board)
		return 0;
	if (board_join((int)st->opt.board, &st->board, e) < 0)
		return -1;
	return board_beat(
	    st->board, st->pipeline->heartbeat_ms / BEATS_PER_HEARTBEAT, e);
}

static int
connect_all(struct stage *st, struct err *e)
{
	/* The address at the supervisor is the endpoint's last part. */
	const char *slash = strrchr(st->opt.endpoint, '/');
	const char *name = slash ? slash + 1 : st->opt.endpoint;
	int hwm = (int)st->pipeline->hwm;
	st->peers = (struct peers){ .by_part = st->def->by_part,
		.hwm = hwm,
		.patience_ms = PATIENCE_MS };
	if (sock_open(SOCK_DEALER, name, CONTROL_HWM, &st->control, e) < 0 ||
	    sock_connect(st->control, st->opt.control, e) < 0)
		return -1;
	if (!st->def->source) {
		if (sock_open(SOCK_PULL, NULL, hwm, &st->pull, e) < 0 ||
		    sock_bind(st->pull, st->opt.endpoint, e) < 0)
			return -1;
		share_views_open(&st->shared, st->opt.endpoint,
		    st->def->holds ? SHARE_SLOTS : SHARE_SLOTS_FEW);
	}
	struct message hello = { .kind = MSG_HELLO,
		.stage = st->def->name,
		.instance = (uint32_t)st->opt.instance,
		.pid = (uint32_t)getpid(),
		.endpoint = st->opt.endpoint };
	return stage_send_message(st, &hello, e);
}

/* The last word of a failing stage. It waits for the answer, because what a
 * process sent before it died may never arrive. */
static void
report_error(struct stage *st, const struct err *why)
{
	struct err e = { 0 };
	if (stage_send_metrics(st, true, &e) < 0)
		return;
	struct message m = { .kind = MSG_ERROR,
		.run = st->run,
		.chunk = st->assigned_chunk,
		.attempt = st->assigned_attempt,
		.cls = why->cls,
		.code = why->code,
		.text = why->msg };
	if (stage_send_message(st, &m, &e) < 0)
		return;
	int64_t until = clock_mono_ms() + ERROR_WAIT_MS;
	for (int64_t left; (left = until - clock_mono_ms()) > 0;) {
		struct sock_item item = { .sock = st->control };
		struct frame f = { 0 };
		struct arena a = { 0 };
		struct message got = { 0 };
		if (sock_wait(&item, 1, left, &e) < 0)
			return;
		if (sock_recv(st->control, &f, &e) != 1)
			continue;
		int r = message_decode(f.bytes, &a, &got, &e);
		st->told = r == 0 && got.kind == MSG_EXIT;
		frame_free(&f);
		arena_free(&a);
		if (st->told)
			return;
	}
}

static void
free_waiting(struct stage *st)
{
	for (struct stage_waiting *w = st->waiting, *next; w; w = next) {
		next = w->next;
		frame_free(&w->frame);
		free(w);
	}
	st->waiting = NULL;
}

int
stage_service_main(struct stage *st, struct err *e)
{
	st->ops = &stage_send_ops;
	st->assigned_attempt = UINT32_MAX;
	int r = join_board(st, e);
	if (r == 0)
		r = connect_all(st, e);
	if (r == 0 && st->opt.metrics)
		r = stage_meter_serve(&st->meter, st->opt.metrics, e);
	if (r == 0)
		r = service_loop(st, e);
	if (r < 0 && strcmp(e->code, "stopping") == 0) {
		err_clear(e);
		r = 0;
	}
	if (r < 0 && st->control)
		report_error(st, e);
	free_waiting(st);
	shelf_free(&st->ahead.shelf);
	stage_later_free(st);
	peers_close(&st->peers);
	share_views_free(&st->shared);
	sock_close(&st->pull, 0);
	sock_close(&st->control, 1000);
	return r;
}
