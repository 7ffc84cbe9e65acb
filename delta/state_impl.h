#ifndef DELTA_STATE_IMPL_H
#define DELTA_STATE_IMPL_H
#include "delta/state.h"

/* The inside of a state, shared by state*.c and nobody else. */
struct sqlite3;
struct sqlite3_stmt;

/* A row of block or journal. */
struct state_row {
	int64_t id;
	uint64_t bytes; /* of its segment; 0: blob has the records */
	struct buf blob;
};

struct state {
	struct state_spec spec;
	struct buf path;
	struct sqlite3 *db; /* NULL until there is a file */
	struct sqlite3_stmt *next_block, *next_journal, *insert;
	uint64_t entries, records;
	struct intent_id id; /* of the commit that is open */
	struct blob blob;
	int64_t blob_added;
	uint64_t commit_records;
	int64_t commit_added;
	struct intent_id segment; /* that the open commit takes over … */
	int64_t segment_id;       /* … if this is not 0 */
	int64_t format;           /* of the file; 1 has no segments */
	int64_t version; /* data_version: changes when another one writes */
	bool in_commit;
	bool wrote;
	bool checked;            /* its pages were */
	struct state_where here; /* of the scan under way, without the sum … */
	const uint8_t *here_data; /* … and those bytes */
	struct {
		bool open;
		int fd; /* if open, of that segment */
		int64_t segment;
		struct buf bytes;
		enum state_kind in; /* of the row */
		struct state_row row;
	} again; /* what state_read_again looked at last */
};

/* Fills e from the database's last error; code is SQLite's name for it. */
int state_error(struct state *s, const char *doing, struct err *e);
int state_damaged(struct state *s, const struct err *why, struct err *e);
int state_exec(struct state *s, const char *sql, struct err *e) MUST_CHECK;
int state_prepare(struct state *s, const char *sql, struct sqlite3_stmt **out,
    struct err *e) MUST_CHECK;
/* Once: that the pages of the file hang together. Blobs have checksums; a page
 * that has lost a row of them does not tell. */
int state_check_pages(struct state *s, struct err *e) MUST_CHECK;
/* Steps a statement that returns nothing, resets it. */
int state_step(
    struct state *s, struct sqlite3_stmt *st, struct err *e) MUST_CHECK;
/* One whole number; 0 if there is no row. */
int state_number(
    struct state *s, const char *sql, int64_t *v, struct err *e) MUST_CHECK;

/* Opens the file if there is one; create: makes it, tables and all, inside a
 * transaction that the caller commits. */
int state_open_file(struct state *s, bool create, struct err *e) MUST_CHECK;
/* ERR_RETRY if somebody else has written since we looked. */
int state_check_unchanged(struct state *s, struct err *e) MUST_CHECK;
/* BEGIN, unless somebody else has written since we looked. */
int state_lock(struct state *s, struct err *e) MUST_CHECK;

/* The row after row->id, copied so that no read lock outlives this call: 1, 0
 * at the end, or -1. */
int state_next_row(struct state *s, bool block, struct state_row *row,
    struct err *e) MUST_CHECK;
void state_again_close(struct state *s);
/* Who takes a state's records, and where the ones that come now stand. */
struct state_scan {
	struct state *state;
	record_fn *fn;
	void *ctx;
	struct state_where where; /* of the blob's first record */
};
/* fn returned 1: 1. */
int state_scan_blob(const struct state_scan *scan, struct blob_reader *reader,
    struct err *e) MUST_CHECK;
int state_scan_segment(const struct state_scan *scan,
    const struct state_row *row, struct err *e) MUST_CHECK;
/* Its row in the open commit. */
int state_append_segment(struct state *s, const struct intent *in,
    int64_t added, struct err *e) MUST_CHECK;
/* What commits have taken over gets its name; all of them, after a crash. */
int state_name_segment(struct state *s, int64_t id,
    const struct intent_id *from, struct err *e) MUST_CHECK;
int state_name_segments(struct state *s, struct err *e) MUST_CHECK;
/* Files that the journal does not name any more go. */
int state_drop_segments(struct state *s, struct err *e) MUST_CHECK;
/* There is no state; then there must not be a part of one. */
int state_refuse_segments(struct state *s, struct err *e) MUST_CHECK;

/* The format that the file says it has, and statements of that format. */
int state_take_format(struct state *s, struct err *e) MUST_CHECK;
int state_prepare_all(struct state *s, struct err *e) MUST_CHECK;
/* Within a commit: from format 1 to ours. */
int state_upgrade(struct state *s, struct err *e) MUST_CHECK;

/* meta: writes it, or compares it, formats before ours being good, too. */
int state_meta_write(struct state *s, struct err *e) MUST_CHECK;
int state_meta_check(struct state *s, struct err *e) MUST_CHECK;

#endif
