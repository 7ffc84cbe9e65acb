/*
 * extract - read a source, chunk by chunk, into raw batches
 *
 * in assignments    out batch/1    state none    exits 0 64 71 75 78
 *
 * PLAN divides what is to be read and answers with the schema; ASSIGN reads
 * one chunk. A chunk is only ended (CHUNK_END) when every row of it has been
 * sent: a read that stops early fails instead. Rows that cannot be told apart
 * into columns are rejected here; every other judgement is normalize's.
 */
#include "extract/rows.h"
#include "extract/source.h"
#include "proto/log.h"
#include "proto/stage.h"

struct extract {
	struct source_handle *source; /* kept between plan, chunks and close */
	enum run_mode mode;           /* of the open run */
	struct pg_kept kept;          /* between two sources */
	struct care_span *care;       /* of the chunk that is being read */
	size_t ncare;
};

static int
sink_send(void *ctx, struct batch **b, struct err *e)
{
	return stage_send(ctx, b, e);
}

static int
sink_reject(void *ctx, struct batch **b, const struct err *why, struct err *e)
{
	stage_reject(ctx, *b, 0, NULL, why);
	if (stage_ack(ctx, *b, NULL, e) != 0)
		return -1;
	batch_free(b);
	return 0;
}

static int
report_chunks(struct stage *st, const struct chunk_list *l, struct err *e)
{
	struct buf body = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		buf_clear(&body);
		chunk_encode(&l->ranges[i], &body);
		struct message m = { .kind = MSG_CHUNK,
			.chunk = (uint32_t)i,
			.rows = l->ranges[i].estimate,
			.flag = chunk_stable(&l->ranges[i]),
			.part = l->ranges[i].newest,
			.body = buf_span(&body) };
		rc = stage_report(st, &m, e);
	}
	buf_free(&body);
	return rc;
}

static int
report_planned(struct stage *st, struct source_handle *s,
    const struct message *asked, struct err *e)
{
	struct buf body = { 0 }, checksum = { 0 };
	uint64_t rows = 0;

	int rc = source_probe(s, asked->flag ? &rows : NULL, &checksum, e);
	schema_encode(&s->schema, &body);
	struct message m = { .kind = MSG_PLANNED,
		.entity = s->en->name,
		.rows = rows,
		.version = buf_span(&checksum),
		.flag = s->snapshot,
		.body = buf_span(&body) };
	if (rc == 0)
		rc = stage_report(st, &m, e);
	buf_free(&checksum);
	buf_free(&body);
	return rc;
}

/* A version of no length is no watermark, ranges of none are no ranges. */
static int
divide(struct source_handle *s, const struct message *m,
    struct chunk_list *chunks, struct err *e)
{
	return m->body.len ? source_again(s, m->body, chunks, e)
			   : source_plan(s, m->version, chunks, e);
}

static int
plan(struct stage *st, const struct message *m, struct err *e)
{
	struct extract *self = stage_state(st);
	const struct entity *en =
	    m->entity ? pipeline_entity(stage_pipeline(st), m->entity) : NULL;
	struct chunk_list chunks = { 0 };

	source_close(&self->source);
	if (!en)
		return err_config(e, "no_such_entity",
		    "there is no entity %s in the pipeline file",
		    m->entity ? m->entity : "without a name");
	if (source_open(en, m->mode, &self->kept, &self->source, e) != 0)
		return -1;
	if (divide(self->source, m, &chunks, e) != 0 ||
	    report_chunks(st, &chunks, e) != 0 ||
	    report_planned(st, self->source, m, e) != 0) {
		source_close(&self->source);
		return -1;
	}
	log_info("planned", "source", self->source->driver->name, "chunks",
	    log_u64(chunks.n), NULL);
	return 0;
}

static int
report_end(struct stage *st, const struct message *m, const struct emit *em,
    struct err *e)
{
	struct message end = { .kind = MSG_CHUNK_END,
		.chunk = m->chunk,
		.attempt = m->attempt,
		.seq = em->seq,
		.rows = em->rows,
		.bytes = em->bytes,
		.version = buf_span(&em->version) };

	log_debug("chunk read", "chunk", log_u64(m->chunk), "rows",
	    log_u64(em->rows), "batches", log_u64(em->seq), NULL);
	return stage_report(st, &end, e);
}

static void
init_emit(struct stage *st, const struct message *m, struct emit *em,
    struct emit_column *cols, size_t ncols)
{
	const struct extract *self = stage_state(st);
	const struct emit_sink sink = { sink_send, sink_reject, st };

	emit_init(em, &sink, stage_entity(st), cols, ncols);
	em->header.run = stage_run(st);
	em->header.chunk = m->chunk;
	em->header.attempt = m->attempt;
	emit_care(em, self->care, self->ncare);
}

static int
read_source(struct stage *st, const struct message *m,
    const struct chunk_range *r, struct arena *a, struct err *e)
{
	struct extract *self = stage_state(st);
	struct emit em;

	if (!self->source && source_open(stage_entity(st), self->mode,
				 &self->kept, &self->source, e) != 0)
		return -1;
	const struct wanted *w = &self->source->wanted;
	init_emit(st, m, &em, emit_columns(w, a), w->n);
	int rc = source_read(self->source, r, &em, e);
	if (rc == 0)
		rc = report_end(st, m, &em, e);
	emit_free(&em);
	return rc;
}

static int
read_rows(struct stage *st, const struct message *m,
    const struct chunk_range *r, struct arena *a, struct err *e)
{
	struct rows rows;
	struct emit em;

	if (rows_decode(stage_entity(st), r, a, &rows, e) != 0)
		return -1;
	init_emit(st, m, &em, rows.cols, rows.ncols);
	int rc = rows_read(&rows, &em, e);
	if (rc == 0)
		rc = report_end(st, m, &em, e);
	emit_free(&em);
	return rc;
}

static int
assign(struct stage *st, const struct message *m, struct err *e)
{
	struct extract *self = stage_state(st);
	struct arena a = { 0 };
	struct chunk_range r;

	int rc = chunk_decode(m->body, &a, &r, e);
	if (rc == 0 && m->body2.len)
		rc = care_decode(m->body2, &a, &self->care, &self->ncare, e);
	if (rc == 0 && r.kind == CHUNK_ROWS)
		rc = read_rows(st, m, &r, &a, e);
	else if (rc == 0)
		rc = read_source(st, m, &r, &a, e);
	self->care = NULL;
	self->ncare = 0;
	arena_free(&a);
	return rc;
}

static int
extract_open(struct stage *st, const struct message *m, struct err *e)
{
	struct extract *self = stage_state(st);

	(void)e;
	self->mode = m->mode;
	/* A plan made for this run stands, and with it its snapshot. */
	if (self->source && (self->source->en != stage_entity(st) ||
				self->source->mode != m->mode))
		source_close(&self->source);
	return 0;
}

static int
extract_control(struct stage *st, const struct message *m, struct err *e)
{
	if (m->kind == MSG_PLAN)
		return plan(st, m, e);
	if (m->kind == MSG_ASSIGN)
		return assign(st, m, e);
	return 0;
}

static void
extract_close(struct stage *st)
{
	struct extract *self = stage_state(st);

	source_close(&self->source);
}

static void
extract_end(struct stage *st)
{
	struct extract *self = stage_state(st);

	db_pg_kept_free(&self->kept);
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "extract",
		.summary = "read a source, chunk by chunk, into raw batches",
		.state_size = sizeof(struct extract),
		.source = true,
		.open = extract_open,
		.control = extract_control,
		.close = extract_close,
		.end = extract_end,
	};
	return stage_main(argc, argv, &def);
}
