#include "delta/recorder.h"
#include "delta/rows.h"
#include "proto/arena.h"
#include <stdlib.h>

int
recorder_open(struct recorder *r, const struct rules *rules, struct err *e)
{
	*r = (struct recorder){ .rules = *rules };
	r->parts = mem_zalloc(rules->parts * sizeof(*r->parts));
	r->begun = mem_zalloc(rules->parts * sizeof(*r->begun));
	while (r->nparts < rules->parts) {
		struct part *p = &r->parts[r->nparts];
		uint32_t number = (uint32_t)r->nparts++;
		if (part_open(p, &r->rules, &r->attempts, number, e) ||
		    part_read(p, e)) {
			recorder_close(r);
			return -1;
		}
	}
	return 0;
}

void
recorder_close(struct recorder *r)
{
	for (size_t i = 0; i < r->nparts; i++)
		part_close(&r->parts[i]);
	free(r->parts);
	free(r->begun);
	*r = (struct recorder){ 0 };
}

static int
record_row(struct state *s, const struct rows *rows, size_t row,
    enum change_op op, struct buf *tmp, struct err *e)
{
	static const int added[] = {
		[OP_INSERT] = 1, [OP_UPDATE] = 0, [OP_DELETE] = -1
	};
	struct record rec = rows_record(rows, row, (enum record_op)op, tmp);

	if (op == OP_DELETE)
		rec.key = (struct span){ 0 };
	return state_append(s, &rec, added[op], e);
}

int
recorder_batch(struct recorder *r, struct batch *b, struct err *e)
{
	const struct column *op = batch_find(b, ROLE_OP, NULL);
	struct intent_id id = { b->run, b->chunk, b->attempt };
	struct buf tmp = { 0 };
	struct rows rows;

	if (b->part >= r->nparts || !op)
		return err_data(e, "bad_batch",
		    "delta --commit wants what load passes on: changes of "
		    "partitions below %zu",
		    r->nparts);
	if (rows_open(&rows, b, &r->rules.en->key, e))
		return -1;
	struct state *s = r->parts[b->part].state;
	if (!r->begun[b->part])
		state_begin(s, &id);
	r->begun[b->part] = true;
	int result = 0;
	for (size_t i = 0; i < b->nrows && result == 0; i++)
		result = record_row(
		    s, &rows, i, (enum change_op)op->data[i], &tmp, e);
	buf_free(&tmp);
	return result;
}

int
recorder_commit(struct recorder *r, struct err *e)
{
	for (size_t i = 0; i < r->nparts; i++) {
		if (r->begun[i] && state_commit(r->parts[i].state, e))
			return -1;
		r->begun[i] = false;
	}
	return 0;
}

int
recorder_merge(struct recorder *r, struct err *e)
{
	for (size_t i = 0; i < r->nparts; i++)
		if (state_merge(r->parts[i].state, r->rules.merge_from, e) < 0)
			return -1;
	return 0;
}
