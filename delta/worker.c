#include "delta/worker.h"
#include "delta/change.h"
#include "delta/sweep.h"
#include "delta/unseen.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_KEYS = 10 };

static size_t
owned(uint32_t parts, uint32_t instance, uint32_t instances)
{
	return instance < parts ? (parts - instance - 1) / instances + 1 : 0;
}

int
worker_open(struct worker *w, const struct rules *rules, uint32_t instance,
    uint32_t instances, struct err *e)
{
	size_t n = owned(rules->parts, instance, instances);

	*w = (struct worker){ .rules = *rules,
		.instance = instance,
		.instances = instances,
		.out = w->out };
	if (n)
		w->rules.memory /= n;
	w->parts = mem_zalloc((n + 1) * sizeof(*w->parts));
	while (w->nparts < n) {
		struct part *p = &w->parts[w->nparts];
		uint32_t number = instance + (uint32_t)w->nparts++ * instances;
		if (part_open(p, &w->rules, &w->attempts, number, e)) {
			worker_close(w);
			return -1;
		}
	}
	return 0;
}

int
worker_read(struct worker *w, struct err *e)
{
	for (size_t i = 0; i < w->nparts; i++)
		if (part_read(&w->parts[i], e)) {
			worker_close(w);
			return -1;
		}
	return 0;
}

static void
forget_refused(struct worker *w, size_t i)
{
	buf_free(&w->refused[i].hashes);
	w->refused[i] = w->refused[--w->nrefused];
}

void
worker_close(struct worker *w)
{
	for (size_t i = 0; i < w->nparts; i++)
		part_close(&w->parts[i]);
	while (w->nrefused)
		forget_refused(w, 0);
	free(w->parts);
	free(w->refused);
	attempts_free(&w->attempts);
	*w = (struct worker){ .out = w->out };
}

/* --- attempts ------------------------------------------------------------ */

/* As attempts_take, and what the older attempts intended becomes doubt. */
static int
enter(struct worker *w, uint32_t chunk, uint32_t attempt, struct err *e)
{
	int r = attempts_take(&w->attempts, chunk, attempt, e);
	if (r <= 0)
		return r;
	for (size_t i = 0; i < w->nparts; i++)
		if (part_void(&w->parts[i], chunk, e))
			return -2;
	for (size_t i = w->nrefused; i-- > 0;)
		if (w->refused[i].chunk == chunk &&
		    w->refused[i].attempt < attempt)
			forget_refused(w, i);
	return 0;
}

int
worker_fence(struct worker *w, uint32_t chunk, uint32_t attempt, struct err *e)
{
	return enter(w, chunk, attempt, e) == -2 ? -1 : 0;
}

/* --- batches ------------------------------------------------------------- */

/* Rows that say no more than that their key is there: a sweep's, and those
 * that normalize rejected and counted in b->left. */
static bool
only_seen(const struct worker *w, const struct batch *b)
{
	return w->rules.mode == MODE_SWEEP || b->keys_only;
}

static int
hold(struct worker *w, struct part *p, struct batch *b, struct err *e)
{
	uint64_t counts[OUT_COUNT] = { 0 };

	if (only_seen(w, b)) {
		counts[OUT_UNCHANGED] = b->keys_only ? 0 : b->nrows;
		return join_mark(p, b, e) ||
			       w->out->ack(w->out->ctx, b, counts, 0, e)
			   ? -1
			   : 0;
	}
	return join_hold(p, b, e) ||
		       w->out->ack(w->out->ctx, b, counts, b->nrows, e)
		   ? -1
		   : 0;
}

static int
sight(struct worker *w, struct part *p, struct batch *b, struct err *e)
{
	uint64_t counts[OUT_COUNT] = { 0 };
	counts[OUT_UNCHANGED] = b->keys_only ? 0 : b->nrows;
	change_sight(p, b);
	return w->out->ack(w->out->ctx, b, counts, 0, e);
}

/* A sweep adds no entries; whatever else might make the table outgrow its
 * share is put aside from here on. */
static int
make_room(
    struct worker *w, struct part *p, const struct batch *b, struct err *e)
{
	if (p->join.open || w->rules.mode == MODE_SWEEP ||
	    table_bytes(p->table.n + b->nrows) <= w->rules.memory)
		return 0;
	return join_begin(p, e);
}

static struct part *
part_of(struct worker *w, const struct batch *b, struct err *e)
{
	size_t i = b->part / w->instances;
	if (b->part % w->instances == w->instance && i < w->nparts)
		return &w->parts[i];
	(void)err_bug(e, "partition %u came to delta worker %u of %u", b->part,
	    w->instance, w->instances);
	return NULL;
}

static int
take(struct worker *w, struct batch **b, struct err *e)
{
	struct part *p = part_of(w, *b, e);

	if (!p)
		return -1;
	if (!batch_find(*b, ROLE_BK_HASH, NULL))
		return err_bug(e, "a batch comes without its key hashes");
	if (make_room(w, p, *b, e))
		return -1;
	if (p->join.open)
		return hold(w, p, *b, e);
	if (only_seen(w, *b))
		return sight(w, p, *b, e);
	return change_batch(p, b, w->out, e);
}

int
worker_batch(struct worker *w, struct batch **b, struct err *e)
{
	int r = enter(w, (*b)->chunk, (*b)->attempt, e);
	if (r == 0)
		r = take(w, b, e);
	else if (r == -1)
		r = 0; /* void: nobody waits for it */
	batch_free(b);
	return r ? -1 : 0;
}

/* --- commit -------------------------------------------------------------- */

static struct refused *
refused_of(struct worker *w, uint32_t chunk, uint32_t attempt)
{
	for (size_t i = 0; i < w->nrefused; i++)
		if (w->refused[i].chunk == chunk &&
		    w->refused[i].attempt == attempt)
			return &w->refused[i];
	return NULL;
}

static struct refused *
refused_add(struct worker *w, uint32_t chunk, uint32_t attempt)
{
	if (w->nrefused == w->refused_cap) {
		w->refused_cap = w->refused_cap ? w->refused_cap * 2 : 8;
		w->refused = mem_realloc(
		    w->refused, w->refused_cap * sizeof(*w->refused));
	}
	w->refused[w->nrefused] =
	    (struct refused){ .chunk = chunk, .attempt = attempt };
	return &w->refused[w->nrefused++];
}

static uint32_t
number_of(const struct worker *w, const uint8_t *bk)
{
	return (bk[0] * w->rules.parts) >> 8;
}

static int
spare(struct worker *w, struct span hashes, struct err *e)
{
	for (size_t i = 0; i < hashes.len; i += 16) {
		uint32_t number = number_of(w, hashes.data + i);
		if (number % w->instances != w->instance)
			continue;
		if (part_spare(
			&w->parts[number / w->instances], hashes.data + i, e))
			return -1;
	}
	return 0;
}

int
worker_except(struct worker *w, uint32_t chunk, uint32_t attempt,
    struct span hashes, struct err *e)
{
	if (hashes.len % 16)
		return err_data(e, "bad_message",
		    "except: %zu bytes are no whole number of hashes",
		    hashes.len);
	struct refused *r = refused_of(w, chunk, attempt);
	if (!r)
		r = refused_add(w, chunk, attempt);
	buf_put(&r->hashes, hashes.data, hashes.len);
	return chunk == CHUNK_DELETES ? spare(w, hashes, e) : 0;
}

static int
by_hash(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

int
worker_commit(struct worker *w, uint32_t chunk, uint32_t attempt, struct err *e)
{
	struct except except = { 0 };

	/* An attempt of no rows at all voids the older ones here. */
	if (worker_fence(w, chunk, attempt, e))
		return -1;
	struct refused *r = refused_of(w, chunk, attempt);
	if (r && r->hashes.len) {
		qsort(r->hashes.data, r->hashes.len / 16, 16, by_hash);
		except = (struct except){ r->hashes.data, r->hashes.len / 16 };
	}
	for (size_t i = 0; i < w->nparts; i++)
		if (part_commit(&w->parts[i], chunk, attempt, &except, e))
			return -1;
	if (r)
		forget_refused(w, (size_t)(r - w->refused));
	return 0;
}

/* --- the end of a read --------------------------------------------------- */

int
worker_join(struct worker *w, struct err *e)
{
	for (size_t i = 0; i < w->nparts; i++) {
		struct part *p = &w->parts[i];
		if (p->join.open && !p->join.judged && join_run(p, w->out, e))
			return -1;
	}
	return 0;
}

static bool
deletes_wanted(const struct worker *w)
{
	return w->rules.en->deletes.policy != DELETES_IGNORE &&
	       (w->rules.mode == MODE_SYNC || w->rules.mode == MODE_SWEEP);
}

int
worker_sweep(struct worker *w, uint64_t *n, struct buf *sample, struct err *e)
{
	size_t left = SAMPLE_KEYS;

	*n = 0;
	if (!deletes_wanted(w))
		return 0;
	if (worker_join(w, e))
		return -1;
	for (size_t i = 0; i < w->nparts; i++) {
		uint64_t before = *n;
		if (unseen_count(&w->parts[i], n, e))
			return -1;
		if (*n > before && sweep_sample(&w->parts[i], &left, sample, e))
			return -1;
	}
	return 0;
}

static size_t
rows_per_batch(const struct worker *w)
{
	int64_t rows = w->rules.en->batch_rows;
	return rows > 0 && rows < LIMIT_BATCH_ROWS ? (size_t)rows : 8192;
}

int
worker_delete(struct worker *w, struct worker_deletes *d, struct err *e)
{
	struct sweep_deletes s = { .attempt = d->attempt,
		.left = d->max,
		.batch_rows = rows_per_batch(w),
		.out = w->out };
	int r = enter(w, CHUNK_DELETES, d->attempt, e);

	if (r == -1)
		return err_bug(e, "deletes of the void attempt %u", d->attempt);
	if (r || !deletes_wanted(w))
		return r ? -1 : 0;
	if (worker_join(w, e))
		return -1;
	for (size_t i = 0; i < w->nparts && s.left; i++)
		if (sweep_delete(&w->parts[i], &s, e))
			return -1;
	d->batches = s.seq;
	d->rows = s.rows;
	return 0;
}

int
worker_merge(struct worker *w, struct err *e)
{
	for (size_t i = 0; i < w->nparts && w->rules.write; i++)
		if (state_merge(w->parts[i].state, w->rules.merge_from, e) < 0)
			return -1;
	return 0;
}
