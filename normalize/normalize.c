/*
 * normalize - give every value the type and form its mapping declares
 *
 * in batch/1, columns of the source    out batch/1, fields of the target
 * state none    exits 0 64 71 75 78
 * A row with a value that cannot be converted, or that fails a check, becomes
 * a reject; its neighbours are not held back. Where its key is known it goes
 * on in a batch of keys only, so that delta does not take it for deleted.
 */
#include "normalize/mapping.h"
#include "normalize/outcome.h"
#include "proto/schema.h"
#include "proto/stage.h"
#include <string.h>

struct normalize {
	const char *target_file;
	struct mapping *mapping;
};

static const struct option_key keys[] = {
	OPTION_TEXT(struct normalize, target_file, "--target", 0, "FILE",
	    "as a filter, what syncline-load --describe said of the target"),
	OPTION_END,
};

/* The supervisor learns what load will be sent: the fields, and the version
 * that load is to track, if it is. */
static int
report_schema(struct stage *st, const struct schema *source, struct arena *a,
    struct err *e)
{
	struct normalize *self = stage_state(st);
	const struct entity *en = stage_entity(st);
	struct schema fields;
	struct buf body = { 0 };
	mapping_schema(self->mapping, a, &fields);
	const struct schema_column *version =
	    en->rowversion ? schema_find(source, en->rowversion) : NULL;
	if (en->track.rowversion && version) {
		struct schema all = { .cols = arena_alloc(
					  a, (fields.ncols + 1) *
						 sizeof(*all.cols)) };
		memcpy(all.cols, fields.cols, fields.ncols * sizeof(*all.cols));
		all.cols[fields.ncols] = *version;
		all.cols[fields.ncols].name = en->track.rowversion;
		all.ncols = fields.ncols + 1;
		fields = all;
	}
	schema_encode(&fields, &body);
	int r = stage_report(st,
	    &(struct message){ .kind = MSG_OPENED, .body = buf_span(&body) },
	    e);
	buf_free(&body);
	return r;
}

static int
normalize_open(struct stage *st, const struct message *m, struct err *e)
{
	struct normalize *self = stage_state(st);
	struct arena a = { 0 };
	struct schema source = { 0 }, target = { 0 };
	int r = schema_decode(m->body, &a, &source, e);
	if (r == 0 && m->body2.len)
		r = schema_decode(m->body2, &a, &target, e);
	if (r == 0 && self->target_file)
		r = outcome_read_target(self->target_file, &a, &target, e);
	struct mapping_spec spec = { .entity = stage_entity(st),
		.file = stage_pipeline(st)->path,
		.source = &source,
		.target = &target,
		.mode = m->mode };
	if (r == 0)
		r = mapping_new(&spec, &self->mapping, e);
	if (r == 0)
		r = report_schema(st, &source, &a, e);
	arena_free(&a);
	return r;
}

static void
report(struct stage *st, struct batch *b, const struct mapping_result *res)
{
	for (size_t i = 0; i < res->nrejects; i++) {
		struct err why = { 0 };
		outcome_error(&res->rejects[i], &why);
		stage_reject(
		    st, b, res->rejects[i].row, res->rejects[i].layer, &why);
	}
}

static int
normalize_batch(struct stage *st, struct batch **bp, struct err *e)
{
	struct normalize *self = stage_state(st);
	struct mapping_result res;
	struct batch *keys_batch = NULL, *kept = NULL;

	if (mapping_apply(self->mapping, *bp, &res, e) < 0)
		return -1;
	if (res.nrejects == 0)
		return stage_send(st, bp, e);
	report(st, *bp, &res);
	outcome_split(self->mapping, *bp, &res, &keys_batch, &kept);
	int r = 0;
	if (!keys_batch && !kept)
		r = stage_ack(st, *bp, NULL, e);
	if (keys_batch)
		r = stage_send(st, &keys_batch, e);
	if (r == 0 && kept)
		r = stage_send(st, &kept, e);
	batch_free(&keys_batch);
	batch_free(&kept);
	return r;
}

static void
normalize_close(struct stage *st)
{
	struct normalize *self = stage_state(st);
	mapping_free(&self->mapping);
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "normalize",
		.summary =
		    "give every value the type and form its mapping declares",
		.keys = keys,
		.state_size = sizeof(struct normalize),
		.open = normalize_open,
		.batch = normalize_batch,
		.close = normalize_close,
	};
	return stage_main(argc, argv, &def);
}
