#include "supervisor/run_pass.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/ranges.h"
#include "proto/store_chunk.h"
#include "proto/store_run.h"
#include "supervisor/engine.h"
#include "supervisor/run_impl.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 1000 };

/* At least one chunk is done: else a new run loses nothing, and sees all. */
static int
any_done(struct store *s, uint64_t run, struct err *e)
{
	struct arena a = { 0 };
	struct store_chunk_page page = { .run = run, .limit = PAGE };
	struct store_chunks found;
	int any = 0;
	do {
		if (store_chunk_list(s, &page, &a, &found, e) < 0) {
			any = -1;
			break;
		}
		for (size_t i = 0; i < found.n && !any; i++)
			any = found.v[i].state == STORE_CHUNK_DONE;
		if (found.n)
			page.from = found.v[found.n - 1].chunk + 1;
	} while (!any && found.n == page.limit);
	arena_free(&a);
	return any;
}

static bool
fits(const struct run *r, const struct store_run *old)
{
	return r->mode == MODE_SYNC && old->mode == MODE_SYNC && old->stable &&
	       old->config == r->engine->config_hash &&
	       (old->state == STORE_RUN_PAUSED ||
		   old->state == STORE_RUN_RUNNING);
}

int
pass_find(struct run *r, uint64_t *id, struct err *e)
{
	struct arena a = { 0 };
	struct store *s = r->engine->store;
	struct store_run old;
	int found = store_run_find_live(s, r->entity->name, &a, &old, e);
	if (found == 1)
		found = fits(r, &old) ? any_done(s, old.id, e) : 0;
	if (found == 1) {
		*id = old.id;
		r->resumed = r->stable = true;
		r->resumed_at =
		    old.resumed_at ? old.resumed_at : clock_wall_micros();
		if (old.state == STORE_RUN_PAUSED &&
		    store_run_move(s, old.id, STORE_RUN_RUNNING, NULL, e) < 0)
			found = -1;
	}
	arena_free(&a);
	return found;
}

static void
recall_chunk(struct run *r, const struct store_chunk *was)
{
	struct chunk *c = &r->chunks[r->nchunks++];
	*c = (struct chunk){ .no = was->chunk, .attempt = was->attempt };
	buf_put(&c->range, was->range.data, was->range.len);
	bool done = was->state == STORE_CHUNK_DONE;
	c->later = !done || was->done_at >= r->resumed_at;
	if (!done)
		return;
	c->state = CHUNK_DONE;
	c->rows = was->rows;
	buf_put(&c->version, was->version.data, was->version.len);
	r->done++;
	r->rows_read += was->rows;
	for (size_t i = 0; i < OUT_COUNT; i++) {
		c->counts[i] = was->counts[i];
		r->counts[i] += was->counts[i];
	}
}

int
pass_recall(struct run *r, struct arena *a, struct err *e)
{
	struct store_chunk_page page = { .run = r->id, .limit = PAGE };
	struct store_chunks found;
	do {
		if (store_chunk_list(r->engine->store, &page, a, &found, e) < 0)
			return -1;
		r->chunks = mem_realloc(
		    r->chunks, (r->nchunks + found.n + 1) * sizeof(*r->chunks));
		for (size_t i = 0; i < found.n; i++)
			if (found.v[i].chunk != CHUNK_DELETES)
				recall_chunk(r, &found.v[i]);
		if (found.n)
			page.from = found.v[found.n - 1].chunk + 1;
	} while (found.n == page.limit);
	log_info("goes on where an earlier night ended", "run", log_u64(r->id),
	    "done", log_u64(r->done), "chunks", log_u64(r->nchunks), NULL);
	return 0;
}

void
pass_ranges(const struct run *r, struct buf *out)
{
	struct span *ranges = mem_zalloc((r->nchunks + 1) * sizeof(*ranges));
	size_t n = 0;
	for (size_t i = 0; i < r->nchunks; i++)
		if (r->chunks[i].state != CHUNK_DONE)
			ranges[n++] = buf_span(&r->chunks[i].range);
	ranges_encode(ranges, n, out);
	free(ranges);
}

void
pass_on_chunk(struct run *r, const struct message *m)
{
	while (r->replanned < r->nchunks &&
	       r->chunks[r->replanned].state == CHUNK_DONE)
		r->replanned++;
	if (r->replanned == r->nchunks)
		return;
	struct chunk *c = &r->chunks[r->replanned++];
	buf_clear(&c->range);
	buf_put(&c->range, m->body.data, m->body.len);
}

bool
pass_owes_sweep(const struct run *r)
{
	return r->mode == MODE_SYNC && r->strategy != STRATEGY_ROWVERSION &&
	       (r->resumed || (r->stable && !r->snapshot));
}

bool
pass_goes_on(const struct run *r)
{
	return r->stable && r->done > 0 && r->done < r->nchunks;
}

bool
pass_lost(struct run *r)
{
	struct err e = { 0 };
	uint64_t known = r->counts[OUT_INSERTED] + r->counts[OUT_UPDATED] +
			 r->counts[OUT_UNCHANGED];
	if (!r->resumed || r->state_rows || !known)
		return false;
	r->stable = false;
	err_retry(&e, "state_lost",
	    "the state of the nights before is gone: the source is read from "
	    "its beginning");
	run_over(r, END_ABANDONED, &e);
	return true;
}
