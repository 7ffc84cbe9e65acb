#ifndef TESTS_UNIT_DELTA_STATE_BENCH_H
#define TESTS_UNIT_DELTA_STATE_BENCH_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/state.h"
#include "tests/unit/delta/world.h"
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

enum { MERGE_FROM = 100000 };

/* One state file in a store of its own, and what its tests do with it. */
struct bench {
	char store[64];
	struct strings key;
	struct state_spec spec;
	struct state *s;
};

static inline int
setup(void **state)
{
	struct bench *t = mem_zalloc(sizeof(*t));
	t->key = (struct strings){ 1, world_key };
	t->spec = (struct state_spec){
		.place = { world_store(t->store), "things", 0, 1 },
		.key = &t->key,
		.write = true,
	};
	*state = t;
	return 0;
}

static inline int
teardown(void **state)
{
	struct bench *t = *state;
	state_close(&t->s);
	world_remove(t->store);
	free(t);
	return 0;
}

static inline void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

static inline void
reopen(struct bench *t)
{
	struct err e = { 0 };
	state_close(&t->s);
	ok(state_open(&t->spec, &t->s, &e), &e);
}

static inline int
append(struct bench *t, enum record_op op, int64_t id, int64_t v, struct err *e)
{
	static const int added[] = { 0, 1, 0, -1, 0 };
	uint8_t bk[16], dh[32];
	struct record r = { .op = op, .bk = bk, .dh = dh, .key = { bk, 16 } };
	world_bk(id, bk);
	world_dh(v, dh);
	return state_append(t->s, &r, added[op], e);
}

/* One commit of puts of ids [from, to) with v. */
static inline void
put(struct bench *t, enum record_op op, int64_t from, int64_t to, int64_t v)
{
	struct err e = { 0 };
	state_begin(t->s, &(struct intent_id){ 1, 2, 3 });
	for (int64_t id = from; id < to; id++)
		ok(append(t, op, id, v, &e), &e);
	ok(state_commit(t->s, &e), &e);
}

static inline void
intend(struct bench *t, struct intent *in, int64_t from, int64_t to)
{
	struct blob b = { 0 };
	struct err e = { 0 };
	for (int64_t id = from; id < to; id++) {
		uint8_t bk[16], dh[32];
		world_bk(id, bk);
		world_dh(id, dh);
		blob_put(&b, &(struct record){ .op = RECORD_INSERT,
				 .bk = bk,
				 .dh = dh,
				 .key = { bk, 16 } });
	}
	ok(intent_append(&t->spec.place, in, &b, &e), &e);
	blob_free(&b);
}

/* Ids [0, n) in frames of 100, committed as the file that they are in. */
static inline struct intent
take_over(struct bench *t, uint64_t run, int64_t n)
{
	struct intent in = { .id = { run, 2, 3 } };
	struct err e = { 0 };
	for (int64_t id = 0; id < n; id += 100)
		intend(t, &in, id, id + 100);
	state_begin(t->s, &in.id);
	ok(state_append_intents(t->s, &in, n, &e), &e);
	ok(state_commit(t->s, &e), &e);
	return in;
}

static inline void
run_sql(struct bench *t, const char *sql)
{
	struct buf path = { 0 };
	sqlite3 *db = NULL;
	place_state(&t->spec.place, &path);
	assert_int_equal(sqlite3_open(buf_str(&path), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	buf_free(&path);
}

/* What a scan says. */
struct seen {
	bool sorted; /* they must be */
	uint64_t records;
	uint8_t last_bk[16];
	enum record_op last_op;
};

static inline int
note(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct seen *x = ctx;
	(void)e;
	for (size_t i = 0; i < n; i++) {
		if (x->sorted && x->records &&
		    memcmp(x->last_bk, r[i].bk, 16) >= 0)
			fail_msg("blocks are not in order");
		x->records++;
		x->last_op = r[i].op;
		memcpy(x->last_bk, r[i].bk, 16);
		assert_int_equal(r[i].key.len, 16);
		assert_memory_equal(r[i].key.data, r[i].bk, 16);
	}
	return 0;
}

static inline uint64_t
scan(struct bench *t)
{
	struct seen x = { 0 };
	struct err e = { 0 };
	ok(state_scan(t->s, note, &x, &e), &e);
	return x.records;
}

/* A disk that is full: a commit of many rows from id on fails, and the caller
 * looks what it left. */
static inline void
fill_the_disk(struct bench *t, int64_t id)
{
	struct rlimit old, small = { .rlim_cur = 1 << 20 };
	struct err e = { 0 };
	int r = 0;

	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	state_begin(t->s, &(struct intent_id){ 2, 0, 1 });
	for (int64_t end = id + 60000; id < end && r == 0; id++)
		r = append(t, RECORD_INSERT, id, 1, &e);
	if (r == 0)
		r = state_commit(t->s, &e);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(r, -1);
	assert_int_equal(e.cls, ERR_RETRY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
