#include "proto/log.h"
#include "proto/stage_impl.h"
#include <fcntl.h>
#include <unistd.h>

/*
 * A stage as a Unix filter. The runtime plays the supervisor: it opens the
 * stage when the stream does, hands chunk ends and the end over, and writes
 * to standard output what goes on down the pipe.
 */
static int
write_message(const struct message *m, struct err *e)
{
	struct buf out = { 0 };
	message_encode(m, &out);
	int r = stream_write(STDOUT_FILENO, buf_span(&out), e);
	buf_free(&out);
	return r;
}

static int
filter_send(struct stage *st, struct batch **b, struct err *e)
{
	(void)st;
	struct buf out = { 0 };
	batch_encode(*b, &out);
	int r = stream_write(STDOUT_FILENO, buf_span(&out), e);
	buf_free(&out);
	if (r == 0)
		batch_free(b);
	return r;
}

static int
filter_done(
    struct stage *st, struct batch **b, const uint64_t *counts, struct err *e)
{
	for (size_t i = 0; i < OUT_COUNT; i++)
		st->counts[i] += (*b)->left[i] + counts[i];
	return filter_send(st, b, e);
}

static int
keep_rejects(struct stage *st, const struct message *m, struct err *e)
{
	log_warn("rows rejected", "rows", log_u64(m->rows), "chunk",
	    log_u64(m->chunk), "batch", log_u64(m->seq), NULL);
	if (st->rejects_fd < 0)
		return 0;
	struct buf out = { 0 };
	message_encode(m, &out);
	int r = stream_write(st->rejects_fd, buf_span(&out), e);
	buf_free(&out);
	return r;
}

static int
filter_report(struct stage *st, const struct message *m, struct err *e)
{
	if (m->kind == MSG_REJECT)
		return keep_rejects(st, m, e);
	if (m->kind == MSG_CHUNK_END || m->kind == MSG_DESCRIBED)
		return write_message(m, e);
	if (m->kind == MSG_CHUNK) {
		message_encode(m, &st->chunk_list);
	} else if (m->kind == MSG_PLANNED) {
		buf_clear(&st->schema);
		buf_put(&st->schema, m->body.data, m->body.len);
	} else if (m->kind == MSG_ERROR) {
		return err_data(e, m->code ? m->code : "error", "%s",
		    m->text ? m->text : "");
	}
	return 0;
}

static const struct stage_ops filter_ops = {
	.send = filter_send,
	.report = filter_report,
	.done = filter_done,
};

static int
take_message(
    struct stage *st, const struct message *m, bool *ended, struct err *e)
{
	if (m->kind == MSG_OPEN) {
		struct message own = *m;
		if (st->opt.entity)
			own.entity = st->opt.entity;
		if (stage_begin(st, &own, e) < 0)
			return -1;
		return write_message(&own, e);
	}
	if (m->kind != MSG_CHUNK_END && m->kind != MSG_END)
		return err_data(e, "bad_stream", "unexpected %s in the stream",
		    message_kind_name(m->kind));
	if (!st->open)
		return err_data(
		    e, "bad_stream", "the stream does not begin with open");
	/* Whatever was grouped goes out in front of the mark. */
	if (st->def->idle && st->def->idle(st, e) < 0)
		return -1;
	*ended = m->kind == MSG_END;
	if (stage_control(st, m, e) < 0 || stage_flush_rejects(st, e) < 0)
		return -1;
	return write_message(m, e);
}

static int
take_frame(struct stage *st, struct frame *f, bool *ended, struct err *e)
{
	if (message_is_batch(f->bytes)) {
		if (!st->open)
			return err_data(e, "bad_stream",
			    "the stream does not begin with open");
		return stage_take_batch(st, f, e);
	}
	struct arena a = { 0 };
	struct message m;
	int r = message_decode(f->bytes, &a, &m, e);
	if (r == 0)
		r = take_message(st, &m, ended, e);
	arena_free(&a);
	return r;
}

static int
filter_loop(struct stage *st, struct err *e)
{
	bool ended = false;
	int r;
	for (;;) {
		struct frame f = { 0 };
		r = stream_read(&st->in, &f, e);
		if (r <= 0)
			break;
		if (ended)
			r = err_data(e, "bad_stream",
			    "frames after the end of the stream");
		else
			r = take_frame(st, &f, &ended, e);
		frame_free(&f);
		if (r < 0)
			break;
	}
	buf_free(&st->in.in);
	if (r == 0 && !ended)
		return err_retry(e, "bad_stream",
		    "the stream stops before its end: the stage in front "
		    "failed");
	return r;
}

static int
assign_chunk(struct stage *st, struct span frame, struct err *e)
{
	struct arena a = { 0 };
	struct message m;
	int r = message_decode(frame, &a, &m, e);
	if (r == 0) {
		m.kind = MSG_ASSIGN;
		m.attempt = 1;
		r = stage_control(st, &m, e);
	}
	if (r == 0)
		r = stage_flush_rejects(st, e);
	arena_free(&a);
	return r;
}

static int
assign_all(struct stage *st, struct err *e)
{
	/* The frames stand one after the other, as they were encoded. */
	struct span rest = buf_span(&st->chunk_list);
	while (rest.len) {
		size_t n;
		if (stream_frame_length(rest, &n) != 1)
			return err_bug(e, "chunk list does not parse");
		if (assign_chunk(st, (struct span){ rest.data, n }, e) < 0)
			return -1;
		rest.data += n;
		rest.len -= n;
	}
	return 0;
}

/* Extract: plan, say what comes, read every chunk, say that it is all. */
static int
source_run(struct stage *st, struct err *e)
{
	struct message m = { .kind = MSG_PLAN,
		.entity = st->opt.entity,
		.run = (uint64_t)st->opt.run };
	if (!m.entity)
		return err_config(e, "usage", "-e NAME is needed");
	if (stage_control(st, &m, e) < 0)
		return -1;
	m.kind = MSG_OPEN;
	/* Without a supervisor there is no watermark: the whole is read. */
	m.strategy = st->entity->strategy == STRATEGY_FULL ? STRATEGY_FULL
							   : STRATEGY_HASH;
	m.body = buf_span(&st->schema);
	if (stage_begin(st, &m, e) < 0 || write_message(&m, e) < 0 ||
	    assign_all(st, e) < 0)
		return -1;
	/* A row that could not even be read may be any row. */
	m = (struct message){ .kind = MSG_END,
		.run = m.run,
		.flag = st->counts[OUT_REJECTED] == 0 };
	return write_message(&m, e);
}

static void
log_sum(const struct stage *st)
{
	const uint64_t *n = st->counts;
	log_info("done", "inserted", log_u64(n[OUT_INSERTED]), "updated",
	    log_u64(n[OUT_UPDATED]), "deleted", log_u64(n[OUT_DELETED]),
	    "unchanged", log_u64(n[OUT_UNCHANGED]), "rejected",
	    log_u64(n[OUT_REJECTED]), NULL);
}

int
stage_filter_main(struct stage *st, struct err *e)
{
	st->ops = &filter_ops;
	st->in.fd = STDIN_FILENO;
	if (st->opt.rejects) {
		st->rejects_fd = open(st->opt.rejects,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (st->rejects_fd < 0) {
			err_errno(e, "--rejects %s", st->opt.rejects);
			e->cls = ERR_CONFIG;
			return -1;
		}
	}
	if (st->opt.entity && stage_find_entity(st, st->opt.entity, e) < 0)
		return -1;
	int r = st->def->once ? st->def->once(st, e) : 0;
	if (r != 0)
		return r < 0 ? -1 : 0;
	r = st->def->source ? source_run(st, e) : filter_loop(st, e);
	if (r == 0)
		log_sum(st);
	buf_free(&st->chunk_list);
	buf_free(&st->schema);
	if (st->rejects_fd >= 0)
		close(st->rejects_fd);
	return r;
}
