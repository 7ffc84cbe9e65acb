#include "delta/state_impl.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

/* Blobs are cut about here: a reader holds one in memory. */
enum { BLOB_BYTES = 256 << 10 };

int
state_lock(struct state *s, struct err *e)
{
	int64_t version;

	if (state_exec(s, "BEGIN IMMEDIATE", e) ||
	    state_number(s, "PRAGMA data_version", &version, e))
		return -1;
	if (version == s->version)
		return 0;
	return err_retry(e, "state_changed",
	    "state file %s was changed by another process during this run; "
	    "run again",
	    buf_str(&s->path));
}

static void
give_up(struct state *s)
{
	struct err ignored;

	if (s->in_commit) {
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		/* A failed write moves our own version, too. */
		(void)!state_number(
		    s, "PRAGMA data_version", &s->version, &ignored);
	}
	s->in_commit = false;
	blob_clear(&s->blob);
	s->blob_added = 0;
}

void
state_begin(struct state *s, const struct intent_id *id)
{
	give_up(s);
	s->id = *id;
	s->commit_records = 0;
	s->commit_added = 0;
}

static int
start(struct state *s, struct err *e)
{
	if (s->db)
		return state_lock(s, e);
	if (state_open_file(s, true, e))
		return -1;
	/* Made by another process since we looked. */
	if (sqlite3_get_autocommit(s->db))
		return err_retry(e, "state_changed",
		    "state file %s was made by another process during this "
		    "run; run again",
		    buf_str(&s->path));
	return 0;
}

static int
insert(struct state *s, struct span data, uint32_t records, int64_t added,
    struct err *e)
{
	if (!s->in_commit) {
		s->in_commit = true;
		if (start(s, e))
			return -1;
	}
	sqlite3_bind_int64(s->insert, 1, (int64_t)s->id.run);
	sqlite3_bind_int64(s->insert, 2, s->id.chunk);
	sqlite3_bind_int64(s->insert, 3, s->id.attempt);
	sqlite3_bind_int64(s->insert, 4, records);
	sqlite3_bind_int64(s->insert, 5, added);
	sqlite3_bind_blob64(s->insert, 6, data.data, data.len, SQLITE_STATIC);
	if (state_step(s, s->insert, e))
		return -1;
	s->commit_records += records;
	s->commit_added += added;
	return 0;
}

static int
put_blob(struct state *s, struct err *e)
{
	struct span data = blob_finish(&s->blob);

	if (insert(s, data, s->blob.records, s->blob_added, e))
		return -1;
	s->blob_added = 0;
	blob_clear(&s->blob);
	return 0;
}

int
state_append_blob(struct state *s, struct span blob, uint32_t records,
    int64_t added, struct err *e)
{
	/* The later record of a key wins: what came before stays before. */
	if ((s->blob.records && put_blob(s, e)) ||
	    insert(s, blob, records, added, e)) {
		give_up(s);
		return -1;
	}
	return 0;
}

int
state_append(struct state *s, const struct record *r, int added, struct err *e)
{
	blob_put(&s->blob, r);
	s->blob_added += added;
	if (s->blob.bytes.len < BLOB_BYTES)
		return 0;
	if (put_blob(s, e) == 0)
		return 0;
	give_up(s);
	return -1;
}

int
state_commit(struct state *s, struct err *e)
{
	if (s->blob.records && put_blob(s, e)) {
		give_up(s);
		return -1;
	}
	if (!s->in_commit)
		return 0;
	if (state_exec(s, "COMMIT", e)) {
		give_up(s);
		return -1;
	}
	s->in_commit = false;
	s->wrote = true;
	s->records += s->commit_records;
	int64_t entries = (int64_t)s->entries + s->commit_added;
	s->entries = entries > 0 ? (uint64_t)entries : 0;
	return 0;
}

int
state_disown(struct state *s, uint64_t run, struct err *e)
{
	char sql[96];
	int64_t n;

	if (!s->db)
		return 0;
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM journal WHERE run >= %" PRIu64, run);
	if (state_number(s, sql, &n, e))
		return -1;
	if (!n)
		return 0;
	snprintf(sql, sizeof(sql),
	    "UPDATE journal SET run = 0 WHERE run >= %" PRIu64, run);
	return state_exec(s, sql, e);
}
