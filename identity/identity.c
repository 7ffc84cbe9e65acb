/*
 * identity - give every row its key hash and its content hash
 *
 * in batch/1    out batch/1, one a partition    state none
 * exits 0 64 71 75 78
 * A row without a usable key becomes a reject, reported to the supervisor;
 * its neighbours are not held back.
 */
#include "identity/hold.h"
#include "identity/ident.h"
#include "identity/split.h"
#include "proto/stage.h"

struct identity {
	struct ident ident;
	struct ident_rules rules;
	struct hold hold;
};

static int
identity_open(struct stage *st, const struct message *m, struct err *e)
{
	struct identity *self = stage_state(st);
	const struct entity *en = stage_entity(st);

	if (hold_open(&self->hold, m->body2, e))
		return -1;
	self->rules = (struct ident_rules){
		.entity = en->name,
		.key = en->key,
		.exclude = en->hash_exclude,
		.syncflow = en->identity == IDENTITY_SYNCFLOW,
		.keys_only = m->mode == MODE_SWEEP,
	};
	return 0;
}

static int
send_parts(struct stage *st, struct batch **bp, const struct split_parts *s,
    uint32_t partitions, struct err *e)
{
	for (uint32_t p = 0; p < partitions && *bp; p++) {
		struct batch *part = split_take(bp, s, p);
		if (!part)
			continue;
		int r = stage_send(st, &part, e);
		batch_free(&part);
		if (r)
			return -1;
	}
	return 0;
}

static int
identity_batch(struct stage *st, struct batch **bp, struct err *e)
{
	struct identity *self = stage_state(st);
	uint32_t partitions = (uint32_t)stage_pipeline(st)->state_partitions;
	struct ident_reject *rejects;
	size_t n;
	struct split_parts split;

	if (ident_rejects(&self->rules, *bp, &rejects, &n, e))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };
		(void)ident_reject_err(&rejects[i], &why);
		stage_reject(st, *bp, rejects[i].row, NULL, &why);
	}
	if (n == (*bp)->nrows)
		return stage_ack(st, *bp, NULL, e);
	struct ident_rules rules = self->rules;
	rules.keys_only = rules.keys_only || (*bp)->keys_only;
	if (ident_hash(&self->ident, &rules, *bp, e))
		return -1;
	hold_rows(&self->hold, st, *bp, &rejects, &n);
	if (n == (*bp)->nrows)
		return stage_ack(st, *bp, NULL, e);
	split_rows(*bp, partitions, rejects, n, &split);
	return send_parts(st, bp, &split, partitions, e);
}

static void
identity_close(struct stage *st)
{
	struct identity *self = stage_state(st);
	ident_free(&self->ident);
	hold_free(&self->hold);
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "identity",
		.summary = "give every row its key hash and its content hash",
		.state_size = sizeof(struct identity),
		.by_part = true,
		.open = identity_open,
		.batch = identity_batch,
		.close = identity_close,
	};
	return stage_main(argc, argv, &def);
}
