#include "delta/intent.h"
#include "proto/arena.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Pages that wait to be written are handed to the disk this many bytes at a
 * time, while more are made: whoever syncs the file finds little to wait for.
 */
enum { WRITE_BACK_BYTES = 8 << 20 };

static void
write_back(int fd, uint64_t before, uint64_t after)
{
	if (before / WRITE_BACK_BYTES != after / WRITE_BACK_BYTES)
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int
intent_append(
    const struct place *p, struct intent *in, struct blob *b, struct err *e)
{
	struct span bytes = blob_finish(b);
	struct buf path = { 0 };
	int r = 0;

	place_intent(p, &in->id, &path);
	const char *name = buf_str(&path);
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
	int fd = open(name, flags, 0600);
	if (fd < 0 && errno == ENOENT) {
		r = place_make_dir(p, e);
		if (r == 0)
			fd = open(name, flags, 0600);
	}
	if (r == 0 && (fd < 0 || frames_write(fd, bytes)))
		r = err_errno(e, "cannot write the intent file %s", name);
	if (r == 0) {
		uint64_t before = in->bytes;
		in->bytes += sizeof(uint32_t) + bytes.len;
		in->records += b->records;
		write_back(fd, before, in->bytes);
	}
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	return r;
}

struct records {
	record_fn *fn;
	void *ctx;
};

static int
each_record(
    void *ctx, struct span blob, struct blob_reader reader, struct err *e)
{
	const struct records *to = ctx;
	struct record run[RECORD_RUN];
	size_t n;
	int r;

	(void)blob;
	while ((r = blob_next(&reader, run, &n, e)) == 1) {
		r = to->fn(to->ctx, run, n, e);
		if (r)
			return r;
	}
	return r;
}

int
intent_read(const struct place *p, const struct intent_id *id, record_fn *fn,
    void *ctx, struct err *e)
{
	struct records to = { fn, ctx };
	struct frames_end end;
	struct buf path = { 0 };

	place_intent(p, id, &path);
	int r = frames_read(buf_str(&path), each_record, &to, &end, e);
	buf_free(&path);
	return r;
}

int
intent_remove(const struct place *p, const struct intent_id *id, struct err *e)
{
	struct buf path = { 0 };
	int r = 0;

	place_intent(p, id, &path);
	if (unlink(buf_str(&path)) && errno != ENOENT)
		r = err_errno(
		    e, "cannot remove the intent file %s", buf_str(&path));
	buf_free(&path);
	return r;
}

static int
by_age(const void *a, const void *b)
{
	const struct intent_id *x = a, *y = b;
	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	if (x->chunk != y->chunk)
		return x->chunk < y->chunk ? -1 : 1;
	return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

int
intent_list(
    const struct place *p, struct intent_id **out, size_t *n, struct err *e)
{
	struct buf path = { 0 };
	struct intent_id id;
	size_t cap = 0;
	int r = 0;

	*out = NULL;
	*n = 0;
	place_dir(p, &path);
	DIR *d = opendir(buf_str(&path));
	if (!d && errno != ENOENT)
		r = err_errno(
		    e, "cannot read the state folder %s", buf_str(&path));
	for (struct dirent *f; d && (f = readdir(d));) {
		if (!place_parse_intent(p, f->d_name, &id))
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 16;
			*out = mem_realloc(*out, cap * sizeof(**out));
		}
		(*out)[(*n)++] = id;
	}
	if (d)
		closedir(d);
	if (*n)
		qsort(*out, *n, sizeof(**out), by_age);
	buf_free(&path);
	return r;
}
