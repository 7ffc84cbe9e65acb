/*
 * Segments: the records of a large commit as the intent file that they were
 * written to, which the commit makes the state's own. It says so before the
 * file is renamed; whoever opens the state next completes what a crash left.
 */
#include "delta/state_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
sync_dir(const struct place *p, struct err *e)
{
	struct buf path = { 0 };
	int r = 0;

	place_dir(p, &path);
	int fd = open(buf_str(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		r = err_errno(
		    e, "cannot sync the state folder %s", buf_str(&path));
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	return r;
}

/* Every byte of it is on the disk, and they are as many as were written. */
static int
sync_file(const char *path, uint64_t bytes, struct err *e)
{
	struct stat st = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 || fstat(fd, &st) || fdatasync(fd);

	if (r)
		r = err_errno(e, "cannot sync the intent file %s", path);
	else if ((uint64_t)st.st_size != bytes)
		r = err_retry(e, "intents_changed",
		    "the intent file %s has %" PRId64 " bytes, not the %" PRIu64
		    " that were written; run again",
		    path, (int64_t)st.st_size, bytes);
	if (fd >= 0)
		close(fd);
	return r;
}

int
state_append_intents(
    struct state *s, const struct intent *in, int64_t added, struct err *e)
{
	struct buf path = { 0 };

	place_intent(&s->spec.place, &in->id, &path);
	int r = sync_file(buf_str(&path), in->bytes, e);
	buf_free(&path);
	if (r || sync_dir(&s->spec.place, e))
		return -1;
	return state_append_segment(s, in, added, e);
}

/* From its intent's name to its own. Without the one or the other somebody
 * else did it, or somebody took the file away: reading will tell. */
int
state_name_segment(
    struct state *s, int64_t id, const struct intent_id *from, struct err *e)
{
	struct buf old = { 0 }, new = { 0 };
	int r = 0;

	place_intent(&s->spec.place, from, &old);
	place_segment(&s->spec.place, id, &new);
	if (rename(buf_str(&old), buf_str(&new)) && errno != ENOENT)
		r = err_errno(
		    e, "cannot rename the intent file %s", buf_str(&old));
	buf_free(&old);
	buf_free(&new);
	return r;
}

int
state_name_segments(struct state *s, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	int r = 0, step = SQLITE_DONE;

	if (state_prepare(s,
		"SELECT id, run, chunk, attempt FROM journal WHERE bytes > 0",
		&st, e))
		return -1;
	while (r == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct intent_id from = {
			(uint64_t)sqlite3_column_int64(st, 1),
			(uint32_t)sqlite3_column_int64(st, 2),
			(uint32_t)sqlite3_column_int64(st, 3),
		};
		r = state_name_segment(
		    s, sqlite3_column_int64(st, 0), &from, e);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = state_error(s, "reading", e);
	sqlite3_finalize(st);
	return r;
}

static int
has_row(struct state *s, int64_t id, struct err *e)
{
	char sql[96];
	int64_t n;

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM journal WHERE bytes > 0 AND id = %" PRId64,
	    id);
	return state_number(s, sql, &n, e) ? -1 : n > 0;
}

/* Calls fn with every segment that lies in the folder. */
static int
each_segment(struct state *s,
    int (*fn)(struct state *s, int64_t id, struct err *e), struct err *e)
{
	struct buf path = { 0 };
	int64_t id;
	int r = 0;

	place_dir(&s->spec.place, &path);
	DIR *d = opendir(buf_str(&path));
	if (!d && errno != ENOENT)
		r = err_errno(
		    e, "cannot read the state folder %s", buf_str(&path));
	for (struct dirent *f; d && r == 0 && (f = readdir(d));)
		if (place_parse_segment(&s->spec.place, f->d_name, &id))
			r = fn(s, id, e);
	if (d)
		closedir(d);
	buf_free(&path);
	return r;
}

/* A damaged journal may have lost the name. */
static int
drop_nameless(struct state *s, int64_t id, struct err *e)
{
	struct buf path = { 0 };
	int named = has_row(s, id, e);
	int r = named < 0 ? -1 : 0;

	if (named || state_check_pages(s, e))
		return named > 0 ? 0 : -1;
	place_segment(&s->spec.place, id, &path);
	if (unlink(buf_str(&path)) && errno != ENOENT)
		r = err_errno(
		    e, "cannot remove the state file %s", buf_str(&path));
	buf_free(&path);
	return r;
}

int
state_drop_segments(struct state *s, struct err *e)
{
	return each_segment(s, drop_nameless, e);
}

static int
refuse_alone(struct state *s, int64_t id, struct err *e)
{
	struct buf path = { 0 };
	struct err why = { 0 };

	place_segment(&s->spec.place, id, &path);
	(void)err_data(&why, "no_state",
	    "it is missing or empty, though %s belongs to it", buf_str(&path));
	buf_free(&path);
	return state_damaged(s, &why, e);
}

int
state_refuse_segments(struct state *s, struct err *e)
{
	return each_segment(s, refuse_alone, e);
}

/* --- reading ------------------------------------------------------------- */

struct reading {
	struct state_scan scan;
	uint64_t bytes; /* read */
	bool enough;
};

static int
read_frame(
    void *ctx, struct span blob, struct blob_reader reader, struct err *e)
{
	struct reading *g = ctx;
	uint64_t at = g->bytes + sizeof(uint32_t);

	g->scan.where.at = at + (uint64_t)(reader.at - blob.data);
	g->bytes = at + blob.len;
	int r = state_scan_blob(&g->scan, &reader, e);
	g->enough = r == 1;
	return r;
}

int
state_scan_segment(
    const struct state_scan *scan, const struct state_row *row, struct err *e)
{
	struct state *s = scan->state;
	struct reading g = { .scan = *scan };
	struct frames_end end;
	struct buf path = { 0 };
	struct err why = { 0 };

	g.scan.where.in = STATE_SEGMENT;
	place_segment(&s->spec.place, row->id, &path);
	int r = frames_read(buf_str(&path), read_frame, &g, &end, e);
	if (r == 0 && !g.enough && end.bytes != row->bytes) {
		(void)err_data(&why, "bad_segment",
		    "%s is %s: %" PRIu64 " of %" PRIu64 " bytes are good",
		    buf_str(&path), end.absent ? "missing" : "damaged",
		    end.bytes, row->bytes);
		r = state_damaged(s, &why, e);
	}
	buf_free(&path);
	return r ? -1 : g.enough;
}
