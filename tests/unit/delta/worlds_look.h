#ifndef TESTS_UNIT_DELTA_WORLDS_LOOK_H
#define TESTS_UNIT_DELTA_WORLDS_LOOK_H
#include "tests/unit/delta/worlds.h"
#include <sqlite3.h>

/* A crash after a commit took its file over, and before that got its name. */
static inline void
take_name_back(const struct place *p, uint64_t run, sqlite3_stmt *st)
{
	struct buf segment = { 0 }, intent = { 0 };
	sqlite3_bind_int64(st, 1, (int64_t)run);
	if (sqlite3_step(st) == SQLITE_ROW) {
		struct intent_id id = { run,
			(uint32_t)sqlite3_column_int64(st, 1),
			(uint32_t)sqlite3_column_int64(st, 2) };
		place_segment(p, sqlite3_column_int64(st, 0), &segment);
		place_intent(p, &id, &intent);
		assert_int_equal(
		    rename(buf_str(&segment), buf_str(&intent)), 0);
	}
	buf_free(&segment);
	buf_free(&intent);
}

/* … of the newest file that a partition took over in this run. */
static inline void
unname(const struct world *w, uint32_t part)
{
	static const char newest[] =
	    "SELECT id, chunk, attempt FROM journal "
	    "WHERE bytes > 0 AND run = ? ORDER BY id DESC LIMIT 1";
	struct place p = { w->rules.store_dir, "things", part, w->rules.parts };
	struct buf file = { 0 };
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	place_state(&p, &file);
	int flags = SQLITE_OPEN_READONLY;
	if (access(buf_str(&file), F_OK) == 0) {
		assert_int_equal(
		    sqlite3_open_v2(buf_str(&file), &db, flags, NULL),
		    SQLITE_OK);
		assert_int_equal(
		    sqlite3_prepare_v2(db, newest, -1, &st, NULL), SQLITE_OK);
		take_name_back(&p, w->rules.run, st);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_free(&file);
}

/* What must be so after any night, as the files of the state say it. */
static inline void
check_entry(const struct world *w, const struct rules *rules, int id,
    const struct entry *en)
{
	bool known = en && (en->flags & ENTRY_KNOWN);
	if (w->target[id] && !known)
		fail_msg("seed %u, night %d: row %d is forgotten", w->seed,
		    w->night, id);
	if (!known || (en->flags & ENTRY_DOUBT))
		return;
	uint8_t dh[32], digest[DIGEST];
	world_dh(w->target[id], dh);
	part_digest(rules, dh, (uint64_t)w->target[id], digest);
	if (!w->target[id] || memcmp(dh, en->digest, DIGEST) != 0)
		fail_msg("seed %u, night %d: row %d is not what the target has",
		    w->seed, w->night, id);
}

static inline void
look_again(struct world *w, bool clean)
{
	struct rules rules = w->rules;
	struct night n = { .target = w->target };
	struct err e = { 0 };
	uint64_t known = 0, rows = 0;
	rules.write = false;
	rules.mode = MODE_SYNC;
	rules.strategy = STRATEGY_HASH;
	rules.memory = 1 << 30;
	ok(night_open(&n, &rules, 1, &e), &e);
	for (int id = 0; id < NIGHT_IDS; id++) {
		uint8_t bk[16];
		world_bk(id, bk);
		struct part *p = &n.w[0].parts[(bk[0] * rules.parts) >> 8];
		const struct entry *en = table_find(&p->table, bk);
		check_entry(w, &rules, id, en);
		bool has = en && (en->flags & ENTRY_KNOWN);
		known += has;
		/* In doubt, and its row was bad again. */
		rows += w->target[id] || (has && w->bad[id]);
	}
	assert_int_equal(known, worker_known(&n.w[0]));
	if (clean)
		assert_int_equal(known, rows);
	night_close(&n);
}

static inline void
compare_ends(const struct world *w)
{
	for (int id = 0; id < NIGHT_IDS; id++)
		if (!w->bad[id] && w->target[id] != w->source[id])
			fail_msg("seed %u, night %d: row %d differs", w->seed,
			    w->night, id);
}

#endif
