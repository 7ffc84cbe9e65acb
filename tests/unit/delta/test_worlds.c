#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/worlds_look.h"

/*
 * Random nights in which nothing stays as it was: how a table changes (rows
 * go, all of them, and come back), in which order and in what chunks it is
 * read, the strategy, the memory, what becomes a segment, when the state is
 * merged. Rows come twice, lose their way in normalize, are refused by the
 * target and tried again; processes die. After every night, however it ended,
 * a second look at the files must find this: a row that the target has is
 * known, what is known is what the target has, and the sums are right. After
 * one that was good to its end the target is the source.
 */
enum { CHUNKS_MAX = 6, BATCH_ROWS = 60, SEEDS = 16, CALM = 8, WILD = 24 };

/* --- a night -------------------------------------------------------------- */

struct chunk {
	int from, to;
	uint32_t attempt;
	bool held;
	struct buf refused; /* hashes of its rows */
};

/* What the target has refused lately belongs to c, too. */
static void
take_refused(struct chunk *c, const struct buf *refused)
{
	buf_put(&c->refused, refused->data, refused->len);
}

static void
shuffle(struct world_row *rows, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)rand() % i;
		struct world_row t = rows[i - 1];
		rows[i - 1] = rows[k];
		rows[k] = t;
	}
}

static size_t
read_rows(const struct world *w, const struct chunk *c, bool bad,
    struct world_row *out)
{
	size_t n = 0;
	for (int id = c->from; id < c->to; id++)
		if (w->source[id] && w->bad[id] == bad)
			out[n++] = (struct world_row){ id, w->source[id],
				w->source[id] };
	return n;
}

static void
send_bad(struct night *n, const struct world_row *rows, size_t count,
    uint32_t chunk, uint32_t attempt)
{
	struct err e = { 0 };
	for (size_t i = 0; i < count; i++) {
		struct batch *b = world_batch(&rows[i], 1, false);
		uint8_t bk[16];
		world_bk(rows[i].id, bk);
		b->run = n->w[0].rules.run;
		b->chunk = chunk;
		b->attempt = attempt;
		b->part = (bk[0] * n->w[0].rules.parts) >> 8;
		b->keys_only = true;
		ok(worker_batch(&n->w[b->part % n->workers], &b, &e), &e);
	}
}

static bool
send_chunk(struct world *w, struct night *n, const struct chunk *c,
    uint32_t number, bool breaks)
{
	struct world_row rows[2 * NIGHT_IDS], bad[NIGHT_IDS];
	size_t nbad = read_rows(w, c, true, bad);
	size_t count = read_rows(w, c, false, rows);
	struct err e = { 0 };
	if (!w->calm && chance(2))
		shuffle(rows, count);
	if (!w->calm && chance(6) && count) { /* some come twice */
		size_t twice = 1 + (size_t)rand() % count;
		memcpy(rows + count, rows, twice * sizeof(*rows));
		count += twice;
		if (chance(2))
			shuffle(rows, count);
	}
	bool first = chance(2);
	if (first)
		send_bad(n, bad, nbad, number, c->attempt);
	for (size_t at = 0; at < count;) {
		size_t k = 1 + (size_t)rand() % BATCH_ROWS;
		if (k > count - at)
			k = count - at;
		if (breaks && chance(3))
			return false;
		n->lose = breaks && chance(2);
		ok(night_rows(n, rows + at, k, number, c->attempt, &e), &e);
		at += k;
	}
	n->lose = false;
	if (!first)
		send_bad(n, bad, nbad, number, c->attempt);
	return !breaks;
}

static void
fence(struct night *n, uint32_t chunk, uint32_t attempt)
{
	struct err e = { 0 };
	for (uint32_t i = 0; i < n->workers; i++)
		ok(worker_fence(&n->w[i], chunk, attempt, &e), &e);
}

static void
read_until_done(
    struct world *w, struct night *n, struct chunk *c, uint32_t number)
{
	uint64_t held = n->held;
	for (c->attempt = 1 + (uint32_t)rand() % 2;; c->attempt++) {
		bool whole = send_chunk(w, n, c, number, !w->calm && chance(5));
		if (whole)
			take_refused(c, &n->refused);
		buf_clear(&n->refused);
		if (whole)
			break;
		if (n->held || chance(2))
			fence(n, number, c->attempt + 1);
		if (c->to > c->from && chance(2))
			change_range(w, c->from, c->from + 1);
	}
	c->held = n->held > held;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static size_t
plan(struct chunk *chunks)
{
	int cuts[CHUNKS_MAX + 1] = { 0 };
	size_t n = 1 + (size_t)rand() % CHUNKS_MAX;
	for (size_t i = 1; i < n; i++)
		cuts[i] = rand() % NIGHT_IDS;
	cuts[n] = NIGHT_IDS;
	qsort(cuts, n, sizeof(*cuts), by_number);
	for (size_t i = 0; i < n; i++)
		chunks[i] =
		    (struct chunk){ .from = cuts[i], .to = cuts[i + 1] };
	return n;
}

static void
commit_chunk(struct night *n, struct chunk *c, uint32_t number)
{
	struct err e = { 0 };
	take_refused(c, &n->refused);
	buf_clear(&n->refused);
	buf_put(&n->refused, c->refused.data, c->refused.len);
	ok(night_commit(n, number, c->attempt, &e), &e);
	buf_free(&c->refused);
	c->held = false;
}

/* Those that the join sent on. */
static void
commit_held(struct night *n, struct chunk *chunks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		take_refused(&chunks[i], &n->refused);
	buf_clear(&n->refused);
	for (size_t i = 0; i < count; i++)
		if (chunks[i].held)
			commit_chunk(n, &chunks[i], (uint32_t)i);
}

static bool
delete_unseen(struct night *n, bool may_fail)
{
	struct buf sample = { 0 };
	struct err e = { 0 };
	uint64_t unseen, rows;
	ok(night_sweep(n, &unseen, &sample, &e), &e);
	buf_free(&sample);
	for (uint32_t attempt = 1;; attempt++) {
		bool dies = may_fail && chance(4);
		n->lose = dies && chance(2);
		ok(night_delete(n, attempt, unseen, &rows, &e), &e);
		n->lose = false;
		if (rows != unseen)
			fail_msg("seed %u, night %d: %d deletes of %d",
			    now->seed, now->night, (int)rows, (int)unseen);
		if (may_fail && chance(12))
			return false;
		if (dies)
			continue;
		ok(night_commit(n, CHUNK_DELETES, attempt, &e), &e);
		return true;
	}
}

static bool
read_all(struct world *w, struct night *n, struct chunk *chunks, size_t count,
    bool may_fail)
{
	for (size_t i = 0; i < count; i++) {
		if (may_fail && chance(20))
			return false;
		read_until_done(w, n, &chunks[i], (uint32_t)i);
		if (may_fail && chance(20))
			return false;
		if (!chunks[i].held)
			commit_chunk(n, &chunks[i], (uint32_t)i);
	}
	return true;
}

/* False: it died on the way. */
static bool
sync_night(struct world *w, struct night *n, bool may_fail)
{
	struct chunk chunks[CHUNKS_MAX];
	size_t count = plan(chunks);
	struct err e = { 0 };
	bool good = read_all(w, n, chunks, count, may_fail);
	if (good)
		ok(night_join(n, &e), &e);
	good = good && !(may_fail && chance(12));
	if (good)
		commit_held(n, chunks, count);
	for (size_t i = 0; i < count; i++)
		buf_free(&chunks[i].refused);
	if (!good || !delete_unseen(n, may_fail))
		return false;
	for (uint32_t i = 0; i < n->workers; i++)
		ok(worker_merge(&n->w[i], &e), &e);
	return true;
}

/* Rows as some night had them, the same one more than once. */
static void
retry_night(struct night *n)
{
	struct err e = { 0 };
	uint32_t chunk = 0;
	for (int k = rand() % 4; k >= 0; k--) {
		struct world_row rows[20];
		size_t count = 1 + (size_t)rand() % ARRAY_LEN(rows);
		for (size_t i = 0; i < count; i++) {
			int64_t v = 1 + rand() % 50;
			rows[i] = (struct world_row){ rand() % (NIGHT_IDS / 8),
				v, v };
		}
		ok(night_rows(n, rows, count, chunk, 1, &e), &e);
		if (chance(2))
			chunk++;
	}
	ok(night_join(n, &e), &e);
	if (chance(4))
		return;
	struct buf refused = n->refused;
	n->refused = (struct buf){ 0 };
	for (uint32_t i = 0; i <= chunk; i++) {
		buf_put(&n->refused, refused.data, refused.len);
		ok(night_commit(n, i, 1, &e), &e);
	}
	buf_free(&refused);
}

static void
choose(struct world *w)
{
	static const enum strategy strategies[] = { STRATEGY_HASH,
		STRATEGY_HASH, STRATEGY_ROWVERSION, STRATEGY_FULL };
	const uint64_t memories[] = { 1, table_bytes(NIGHT_IDS / 2), 1 << 30,
		1 << 30 };
	static const uint64_t segments[] = { 0, 3000, UINT64_MAX };
	w->rules.run = chance(8) ? 1 : w->rules.run + 1;
	w->rules.strategy = strategies[rand() % 4];
	w->rules.memory = memories[rand() % 4];
	w->rules.segment_bytes = segments[rand() % 3];
	w->rules.merge_from = chance(2) ? 0 : UINT64_MAX;
	w->rules.mode = chance(5) ? MODE_RETRY : MODE_SYNC;
	if (w->calm) {
		w->rules.strategy = STRATEGY_HASH;
		w->rules.memory = 1 << 30;
		w->rules.segment_bytes = 0;
		w->rules.mode = MODE_SYNC;
	}
	w->workers = 1 + (uint32_t)rand() % 3;
	for (int id = 0; id < NIGHT_IDS; id++)
		w->bad[id] = false;
	for (int i = !w->calm && chance(3) ? rand() % 20 : 0; i > 0; i--)
		w->bad[rand() % NIGHT_IDS] = true;
}

static void
one_night(struct world *w)
{
	struct night n = { .target = w->target };
	bool may_fail = !w->calm && chance(2), clean = false;
	struct err e = { 0 };
	choose(w);
	edit(w);
	n.refuse_1_in = may_fail && chance(2) ? 8 : 0;
	ok(night_open(&n, &w->rules, w->workers, &e), &e);
	if (w->rules.mode == MODE_RETRY)
		retry_night(&n);
	else
		clean = sync_night(w, &n, may_fail) && !n.refuse_1_in;
	night_close(&n);
	for (uint32_t p = 0; chance(2) && p < w->rules.parts; p++)
		unname(w, p);
	if (chance(2))
		look_again(w, clean);
	if (clean)
		compare_ends(w);
}

static void
worlds(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct world *w = now = mem_zalloc(sizeof(*w));
		srand(seed);
		*w = (struct world){
			.en = world_entity(), .seed = seed, .calm = seed % 2
		};
		w->rules = (struct rules){ .en = &w->en,
			.store_dir = world_store(w->store),
			.parts = w->calm ? 1 : 1U << rand() % 4,
			.write = true };
		for (int n = w->calm ? CALM : WILD; w->night < n; w->night++)
			one_night(w);
		world_remove(w->store);
		free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
