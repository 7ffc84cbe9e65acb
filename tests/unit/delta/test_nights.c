#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/night.h"

/*
 * Random nights against the simplest model: after every night that came to
 * its end with nothing refused the target says what the source says, whatever
 * happened before: crashes at any point, lost and repeated attempts, rows the
 * target refused. A night without changes then sends nothing and leaves the
 * state files alone.
 */
enum { NIGHTS = 16, SEEDS = 3, BATCH_MAX = 60 };

struct world {
	int64_t source[NIGHT_IDS], target[NIGHT_IDS];
	char store[64];
	struct entity en;
	struct rules rules;
	uint32_t workers;
};

static void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

static void
edit(struct world *w)
{
	int edits = rand() % 3 ? rand() % 30 : NIGHT_IDS / 2;
	for (int i = 0; i < edits; i++)
		w->source[rand() % NIGHT_IDS] =
		    rand() % 4 ? 1 + rand() % 50 : 0;
}

/* What one chunk of ids [from, to) reads, shuffled as workers would. */
static size_t
read_chunk(const struct world *w, int from, int to, struct world_row *out)
{
	size_t n = 0;
	for (int id = from; id < to; id++)
		if (w->source[id])
			out[n++] = (struct world_row){ id, w->source[id],
				w->source[id] };
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)rand() % i;
		struct world_row t = out[i - 1];
		out[i - 1] = out[k];
		out[k] = t;
	}
	return n;
}

/* Sends rows in batches; false if the attempt is to break off in between. */
static bool
send_chunk(struct night *n, const struct world_row *rows, size_t count,
    uint32_t chunk, uint32_t attempt, bool breaks)
{
	struct err e = { 0 };
	for (size_t at = 0; at < count;) {
		size_t k = 1 + (size_t)rand() % BATCH_MAX;
		if (k > count - at)
			k = count - at;
		if (breaks && rand() % 3 == 0)
			return false;
		n->lose = breaks && rand() % 2;
		ok(night_rows(n, rows + at, k, chunk, attempt, &e), &e);
		at += k;
	}
	n->lose = false;
	return !breaks;
}

/* All attempts at one chunk. The source may change between them. */
static void
read_until_done(struct world *w, struct night *n, int from, int to,
    uint32_t chunk, uint32_t *attempt)
{
	struct world_row rows[NIGHT_IDS];
	for (*attempt = 1;; ++*attempt) {
		size_t count = read_chunk(w, from, to, rows);
		if (send_chunk(
			n, rows, count, chunk, *attempt, rand() % 5 == 0))
			return;
		buf_clear(&n->refused);
		/* A newer batch says as much as a fence, if one comes before
		 * the join. */
		if (n->held || rand() % 2) {
			struct err e = { 0 };
			for (uint32_t i = 0; i < n->workers; i++)
				ok(worker_fence(
				       &n->w[i], chunk, *attempt + 1, &e),
				    &e);
		}
		int id = from + rand() % (to - from);
		w->source[id] = rand() % 2 ? 1 + rand() % 50 : 0;
	}
}

/* One night; false if it crashed on the way. */
static bool
night(struct world *w, bool may_fail, struct night *n)
{
	enum { CHUNKS = 5, SIZE = NIGHT_IDS / CHUNKS };
	uint32_t attempts[CHUNKS];
	uint64_t unseen, rows;
	struct buf sample = { 0 };
	struct err e = { 0 };

	/* A ledger that was lost counts from one again. */
	w->rules.run = rand() % 6 ? w->rules.run + 1 : 1;
	n->target = w->target;
	n->refuse_1_in = may_fail && rand() % 2 ? 8 : 0;
	ok(night_open(n, &w->rules, w->workers, &e), &e);
	bool waits[CHUNKS] = { false };
	for (uint32_t c = 0; c < CHUNKS; c++) {
		if (may_fail && rand() % 12 == 0)
			return false;
		uint64_t held = n->held;
		read_until_done(
		    w, n, (int)c * SIZE, (int)(c + 1) * SIZE, c, &attempts[c]);
		waits[c] = n->held > held;
		if (may_fail && rand() % 12 == 0)
			return false;
		if (!waits[c])
			ok(night_commit(n, c, attempts[c], &e), &e);
	}
	ok(night_join(n, &e), &e);
	if (may_fail && rand() % 12 == 0)
		return false;
	struct buf refused = n->refused;
	n->refused = (struct buf){ 0 };
	for (uint32_t c = 0; c < CHUNKS; c++) {
		if (!waits[c])
			continue;
		buf_put(&n->refused, refused.data, refused.len);
		ok(night_commit(n, c, attempts[c], &e), &e);
	}
	buf_free(&refused);
	ok(night_sweep(n, &unseen, &sample, &e), &e);
	buf_free(&sample);
	for (uint32_t attempt = 1;; attempt++) {
		bool dies = may_fail && rand() % 4 == 0;
		n->lose = dies && rand() % 2;
		ok(night_delete(n, attempt, unseen, &rows, &e), &e);
		n->lose = false;
		assert_int_equal(rows, unseen);
		if (may_fail && rand() % 12 == 0)
			return false;
		if (dies)
			continue;
		ok(night_commit(n, CHUNK_DELETES, attempt, &e), &e);
		break;
	}
	for (uint32_t i = 0; i < w->workers; i++)
		ok(worker_merge(&n->w[i], &e), &e);
	return true;
}

/* Every file of the store with its size, times and contents. */
static char *
snapshot(const char *store, struct buf *out)
{
	char command[256];
	char line[4096];
	size_t n;
	snprintf(command, sizeof(command),
	    "cd %s && find . -type f ! -name '*-journal' "
	    "-printf '%%p %%s %%T@ %%C@\\n' -exec md5sum {} \\; | sort",
	    store);
	FILE *f = popen(command, "r");
	while ((n = fread(line, 1, sizeof(line), f)) > 0)
		buf_put(out, line, n);
	pclose(f);
	return (char *)(uintptr_t)buf_str(out);
}

static uint64_t
rows_of(const int64_t *v)
{
	uint64_t n = 0;
	for (int i = 0; i < NIGHT_IDS; i++)
		n += v[i] != 0;
	return n;
}

static void
quiet_night(struct world *w)
{
	struct buf before = { 0 }, after = { 0 };
	struct night n = { .target = w->target };
	struct world_row rows[NIGHT_IDS];
	struct err e = { 0 };
	uint64_t unseen;

	snapshot(w->store, &before);
	assert_null(strstr((const char *)before.data, ".intent"));
	w->rules.run++;
	ok(night_open(&n, &w->rules, w->workers, &e), &e);
	size_t count = read_chunk(w, 0, NIGHT_IDS, rows);
	ok(night_rows(&n, rows, count, 0, 1, &e), &e);
	ok(night_join(&n, &e), &e);
	ok(night_commit(&n, 0, 1, &e), &e);
	ok(night_sweep(&n, &unseen, &before, &e), &e);
	assert_int_equal(unseen, 0);
	assert_int_equal(n.sent, 0);
	assert_int_equal(n.counts[OUT_UNCHANGED], count);
	uint64_t known = 0;
	for (uint32_t i = 0; i < w->workers; i++) {
		known += worker_known(&n.w[i]);
		ok(worker_merge(&n.w[i], &e), &e);
	}
	assert_int_equal(known, rows_of(w->source));
	night_close(&n);
	snapshot(w->store, &after);
	assert_string_equal(buf_str(&before), buf_str(&after));
	buf_free(&before);
	buf_free(&after);
}

static void
nights(uint32_t parts, uint32_t workers, uint64_t memory, enum strategy s)
{
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct world *w = mem_zalloc(sizeof(*w));
		srand(seed);
		w->en = world_entity();
		w->workers = workers;
		w->rules = (struct rules){ .en = &w->en,
			.store_dir = world_store(w->store),
			.strategy = s,
			.parts = parts,
			.memory = memory,
			/* Every other world keeps whole files. */
			.segment_bytes = seed % 2 ? 0 : UINT64_MAX,
			.write = true };
		for (int i = 0; i < NIGHTS; i++) {
			struct night n = { 0 };
			edit(w);
			bool last = i % 4 == 3;
			bool done = night(w, !last, &n);
			bool clean = done && !n.refuse_1_in;
			night_close(&n);
			if (clean)
				assert_memory_equal(
				    w->source, w->target, sizeof(w->source));
			assert_true(clean || !last);
			if (last)
				quiet_night(w);
		}
		world_remove(w->store);
		free(w);
	}
}

static void
one_partition(void **state)
{
	(void)state;
	nights(1, 1, 1 << 30, STRATEGY_HASH);
}

static void
four_partitions_two_workers(void **state)
{
	(void)state;
	nights(4, 2, 1 << 30, STRATEGY_HASH);
}

static void
eight_partitions_three_workers(void **state)
{
	(void)state;
	nights(8, 3, 1 << 30, STRATEGY_HASH);
}

static void
rowversion_with_a_whole_read(void **state)
{
	(void)state;
	nights(2, 1, 1 << 30, STRATEGY_ROWVERSION);
}

static void
joined_in_pieces(void **state)
{
	(void)state;
	nights(1, 1, 1, STRATEGY_HASH);
}

static void
joined_in_pieces_two_workers(void **state)
{
	(void)state;
	nights(4, 2, 1, STRATEGY_HASH);
}

/* Room for about half of the rows: the rest is put aside. */
static void
outgrown_on_the_way(void **state)
{
	(void)state;
	nights(1, 1, table_bytes(NIGHT_IDS / 2), STRATEGY_HASH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_partition),
		cmocka_unit_test(four_partitions_two_workers),
		cmocka_unit_test(eight_partitions_three_workers),
		cmocka_unit_test(rowversion_with_a_whole_read),
		cmocka_unit_test(joined_in_pieces),
		cmocka_unit_test(joined_in_pieces_two_workers),
		cmocka_unit_test(outgrown_on_the_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
