#include "delta/intent.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static int
write_frame(int fd, struct span blob)
{
	uint32_t len = (uint32_t)blob.len;
	size_t done = 0, total = sizeof(len) + blob.len;

	while (done < total) {
		size_t head = done < sizeof(len) ? sizeof(len) - done : 0;
		size_t body = done + head - sizeof(len);
		struct iovec v[2] = {
			{ (uint8_t *)&len + sizeof(len) - head, head },
			{ (uint8_t *)(uintptr_t)blob.data + body,
			    blob.len - body },
		};
		ssize_t k = writev(fd, v, 2);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		done += (size_t)k;
	}
	return 0;
}

int
intent_append(const struct place *p, const struct intent_id *id, struct blob *b,
    struct err *e)
{
	struct buf path = { 0 };
	int r = 0;

	place_intent(p, id, &path);
	const char *name = buf_str(&path);
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
	int fd = open(name, flags, 0600);
	if (fd < 0 && errno == ENOENT) {
		r = place_make_dir(p, e);
		if (r == 0)
			fd = open(name, flags, 0600);
	}
	if (r == 0 && (fd < 0 || write_frame(fd, blob_finish(b))))
		r = err_errno(e, "cannot write the intent file %s", name);
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	return r;
}

/* Up to n bytes; fewer only at the end of the file. -1 on failure. */
static ssize_t
read_up_to(int fd, void *out, size_t n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t k = read(fd, (uint8_t *)out + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

/* 1 and the blob, 0 at the end or where the file was cut short, or -1. */
static int
next_frame(int fd, struct buf *out)
{
	uint32_t len;
	ssize_t k = read_up_to(fd, &len, sizeof(len));
	if (k != sizeof(len))
		return k < 0 ? -1 : 0;
	if (!len || len > LIMIT_FRAME_BYTES)
		return 0;
	buf_clear(out);
	k = read_up_to(fd, buf_extend(out, len), len);
	if (k < 0)
		return -1;
	return (size_t)k == len;
}

int
intent_frames(const struct place *p, const struct intent_id *id, frame_fn *fn,
    void *ctx, struct err *e)
{
	struct buf path = { 0 }, frame = { 0 };
	struct blob_reader reader;
	int r = 0, more = 1;

	place_intent(p, id, &path);
	int fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	bool absent = fd < 0 && errno == ENOENT;
	while (fd >= 0 && r == 0 && (more = next_frame(fd, &frame)) == 1) {
		/* Only what a crash of the host tore does not match its
		 * checksum. */
		if (blob_open(buf_span(&frame), &reader, e)) {
			err_clear(e);
			break;
		}
		r = fn(ctx, buf_span(&frame), reader, e);
	}
	if ((fd < 0 && !absent) || more < 0)
		r = err_errno(
		    e, "cannot read the intent file %s", buf_str(&path));
	if (fd >= 0)
		close(fd);
	buf_free(&frame);
	buf_free(&path);
	return r < 0 ? -1 : 0;
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
	return intent_frames(p, id, each_record, &to, e);
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
