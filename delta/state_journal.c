#include "delta/state_impl.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

/* Blobs are cut about here: a reader holds one in memory. */
enum { BLOB_BYTES = 256 << 10 };

int
state_check_unchanged(struct state *s, struct err *e)
{
	int64_t version;

	if (state_number(s, "PRAGMA data_version", &version, e))
		return -1;
	if (version == s->version)
		return 0;
	return err_retry(e, "state_changed",
	    "state file %s was changed by another process during this run; "
	    "run again",
	    buf_str(&s->path));
}

int
state_lock(struct state *s, struct err *e)
{
	return state_exec(s, "BEGIN IMMEDIATE", e) ||
		       state_check_unchanged(s, e)
		   ? -1
		   : 0;
}

static void
give_up(struct state *s)
{
	struct err ignored;

	if (s->in_commit) {
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		/* A failed write moves our own version, too, and an upgrade
		 * of the format that belonged to it has not been. */
		(void)!state_number(
		    s, "PRAGMA data_version", &s->version, &ignored);
		(void)!state_take_format(s, &ignored);
	}
	s->in_commit = false;
	blob_clear(&s->blob);
	s->blob_added = 0;
	s->segment_id = 0;
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
		return state_lock(s, e) || state_upgrade(s, e) ? -1 : 0;
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

/* A row of the journal. */
struct entry_row {
	struct span data;
	uint64_t records, bytes;
	int64_t added;
};

static int
insert(struct state *s, const struct entry_row *row, struct err *e)
{
	if (!s->in_commit) {
		s->in_commit = true;
		if (start(s, e))
			return -1;
	}
	sqlite3_bind_int64(s->insert, 1, (int64_t)s->id.run);
	sqlite3_bind_int64(s->insert, 2, s->id.chunk);
	sqlite3_bind_int64(s->insert, 3, s->id.attempt);
	sqlite3_bind_int64(s->insert, 4, (int64_t)row->records);
	sqlite3_bind_int64(s->insert, 5, row->added);
	sqlite3_bind_blob64(
	    s->insert, 6, row->data.data, row->data.len, SQLITE_STATIC);
	sqlite3_bind_int64(s->insert, 7, (int64_t)row->bytes);
	if (state_step(s, s->insert, e))
		return -1;
	s->commit_records += row->records;
	s->commit_added += row->added;
	return 0;
}

static int
put_blob(struct state *s, struct err *e)
{
	const struct entry_row row = { .data = blob_finish(&s->blob),
		.records = s->blob.records,
		.added = s->blob_added };

	if (insert(s, &row, e))
		return -1;
	s->blob_added = 0;
	blob_clear(&s->blob);
	return 0;
}

int
state_append_segment(
    struct state *s, const struct intent *in, int64_t added, struct err *e)
{
	const struct entry_row row = { .data = { (const uint8_t *)"", 0 },
		.records = in->records,
		.bytes = in->bytes,
		.added = added };

	if (insert(s, &row, e)) {
		give_up(s);
		return -1;
	}
	s->segment = in->id;
	s->segment_id = sqlite3_last_insert_rowid(s->db);
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
	int64_t segment = s->segment_id;
	s->segment_id = 0;
	return segment ? state_name_segment(s, segment, &s->segment, e) : 0;
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
